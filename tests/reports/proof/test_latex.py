"""The fragment of LaTeX: texts escaped, matrices in mathematics. Whether LaTeX reads all of them is a law of the catalogue."""

from __future__ import annotations

from dataclasses import replace

from striate.proofs.catalog import prove
from striate.proofs.proof import Table
from striate.reports.proof.latex import escaped, proof_latex


def test_texts_are_escaped() -> None:
    assert escaped(r"50 % of a_b & c^2 #1 {x} $ \y") == (
        r"50 \% of a\_b \& c\textasciicircum{}2 \#1 \{x\} \$ \textbackslash{}y"
    )
    assert escaped("α ≤ x²") == r"$\alpha$ $\leq$ x$^2$"
    assert escaped("雪") == "[U+96EA]"


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
