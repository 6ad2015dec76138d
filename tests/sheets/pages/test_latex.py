"""The LaTeX: it compiles, no box is wider than the text, and no word of it is taken for a command."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from striate.sheets.document import Document
from striate.sheets.pages.latex import sheet_latex


def test_every_block_stands_in_it_and_text_is_escaped(document: Document, tmp_path: Path) -> None:
    made = sheet_latex(document, tmp_path)
    assert made.count("\\end{document}") == 1
    assert "\\textbackslash{}end\\{document\\}" in made
    assert "\\section[{3c" in made
    assert made.isascii()
    assert "Not done: 3 runs" in made
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        *("q-3c-1.pdf", "q-3c-2.pdf", "q-3c-3-1.png", "q-3c-3-2.png", "q-3c-4-1.png"),
    ]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_it_compiles_and_nothing_is_wider_than_the_text(document: Document, tmp_path: Path) -> None:
    (tmp_path / "sheet.tex").write_text(sheet_latex(document, tmp_path), encoding="utf-8")
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False, errors="replace"
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_no_listing_ends_by_what_stands_in_it(document: Document, tmp_path: Path) -> None:
    made = sheet_latex(replace(document, command="striate sheet 'x\\end{lstlisting}\\input{taken}\x00'"), tmp_path)
    assert "\\end {lstlisting}\\input{taken}?" in made
