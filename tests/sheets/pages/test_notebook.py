"""The notebook: valid by nbformat, a cell for each question with its answer as output."""

from __future__ import annotations

import base64
import json

import nbformat

from striate.sheets.document import Document
from striate.sheets.pages.notebook import bundles, sheet_notebook


def test_it_is_a_valid_notebook_with_an_output_for_each_answer(document: Document) -> None:
    text = sheet_notebook(document, 'st.sheet("made-up", ".")')
    assert "striate:output" in text[-128:]
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code] == [
        'import striate as st\n\nmade = st.sheet("made-up", ".")',
        'made.show("3c")',
        'made.show("2.1")',
    ]
    assert all(cell.outputs for cell in code[1:])
    assert json.loads(text)["nbformat"] == 4
    for cell in code:
        compile(cell.source, "cell", "exec")


def test_outputs_are_words_as_markdown_and_figures_as_pictures(document: Document) -> None:
    kinds = [next(iter(bundle)) for bundle in bundles(document.question("3c"))]
    assert kinds.count("image/svg+xml") == 2
    assert kinds.count("image/png") == 3
    assert kinds[0] == "text/markdown"
    picture = next(bundle for bundle in bundles(document.question("3c")) if "image/png" in bundle)
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG")
