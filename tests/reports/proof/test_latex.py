"""The fragment of LaTeX: texts escaped, matrices in mathematics. Whether LaTeX reads all of them is a law of the catalogue."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from striate.proofs.catalog import prove
from striate.proofs.proof import Table
from striate.reports.proof.latex import escaped, proof_latex

HOSTILE = (
    *(
        r"\input{taken}",
        r"\write18{touch taken}",
        r"\openout1=taken \message{opened}",
        r"^^5cmessage{opened}",
        "[opened",
        "[]",
    ),
    *(
        "*",
        "\\\\[5cm]",
        r"\end{document}",
        r"\end{itemize}",
        "}{",
        "%",
        "a%\n\\message{opened}",
        "$$",
        "\n\n",
        r"\verb|x|",
    ),
    *(r"\catcode`\%=12", "##1", "\ud800", "\u202eabc", "￾", "é ß 雪"),
)


def test_texts_are_escaped() -> None:
    assert escaped(r"50 % of a_b & c^2 #1 {x} $ \y") == (
        r"50 \% of a\_b \& c\textasciicircum{}2 \#1 \{x\} \$ \textbackslash{}y"
    )
    assert escaped("α ≤ x²") == r"$\alpha$ $\leq$ x$^2$"
    assert escaped("雪") == "{[}U+96EA]"
    assert escaped("naïve, größer, Čas, Łódź, ő") == r"""na\"{\i}ve, gr\"{o}\ss{}er, \v{C}as, \L{}\'{o}d\'{z}, \H{o}"""
    assert escaped("a\n\n\\par\tb\x1b[2J\x00") == r"a \textbackslash{}par b{[}U+001B]{[}2J{[}U+0000]"
    assert escaped("--out ?` ``") == "-{}-out ?{}` `{}`"


def test_a_command_stays_in_its_comment() -> None:
    made = proof_latex(prove("cross-correlation", length=1), "striate prove 'x\n\\input{/etc/passwd}'")
    assert not [line for line in made.splitlines() if line.startswith("\\input")]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_no_name_acts_on_latex_wherever_it_stands(tmp_path: Path) -> None:
    every = "".join(map(chr, range(128)))
    names = [every, *(c + c for c in every), *HOSTILE]
    lines = [r"\documentclass{article}\usepackage[T1]{fontenc}\begin{document}\sloppy\scriptsize\raggedright"]
    for name in map(escaped, names):
        lines += [f"\\section*{{{name}}}", f"\\textbf{{{name}}}\\\\ {name}\n", "\\begin{itemize}", f"\\item {name}"]
        lines += ["\\end{itemize}", "\\begin{tabular}{ll}", f"{name} & a \\\\", f"{name} & b \\\\", "\\end{tabular}\n"]
    (tmp_path / "page.tex").write_text("\n".join([*lines, "\\end{document}"]), encoding="ascii")
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "opened" not in done.stdout
    assert not (tmp_path / "taken").exists()


def test_a_matrix_is_set_in_mathematics() -> None:
    table = Table("A", ("", "x1", "x2"), (("y1", "w11_2", "."), ("y2", "α", "-x0")))
    text = proof_latex(replace(prove("cross-correlation", length=1), tables=(table,)), "made")
    assert "y1 & $w^{11}_{2}$ & $\\cdot$ \\\\" in text
    assert "y2 & $\\alpha$ & $-x_{0}$ \\\\" in text


def test_long_formulas_stand_below_each_other_and_wide_tables_are_fitted() -> None:
    latex = r"a = b, \quad " + "c = d + " * 12 + "e"
    text = proof_latex(replace(prove("cross-correlation", length=1), statement_latex=latex), "made")
    assert "\\begin{gather*}\na = b, \\\\\nc = d" in text
    assert (
        text.count(r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%")
        == text.count(r"\end{tabular}}}")
        == 2
    )


def test_it_says_how_it_was_made() -> None:
    assert "\n% Made by: striate prove it\n" in proof_latex(prove("cross-correlation", length=1), "striate prove it")
