"""A document as a Jupyter notebook: a cell for each question that shows its answer, with the answer as its output."""

from __future__ import annotations

import base64
from typing import Any

from striate.base.disk.outputs import MARK
from striate.reports.probe.page import enlarged, png
from striate.sheets.document import Answered, Document, Drawing, Shots, merged
from striate.sheets.pages.markdown import escaped, text

Bundle = dict[str, Any]
"""What Jupyter shows: a media type with its content, and a plainer one where that cannot be shown."""


def sheet_notebook(document: Document, asked: str) -> str:
    """Return the notebook as JSON; ``asked`` is the call of `striate.sheet` that its first cell makes, beside what it keeps."""
    from nbformat import NotebookNode, from_dict, validate, writes
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    facts = "  \n".join(f"**{escaped(name)}**: {escaped(value)}" for name, value in document.facts.items())
    cells: list[NotebookNode] = [
        new_markdown_cell(f"# {escaped(document.title)}\n\n{escaped(document.intro)}\n\n{facts}", id="title"),
        new_code_cell(f"import striate as st\n\nmade = {asked}", id="made", execution_count=1, outputs=[]),
    ]
    for place, question in enumerate(document.questions, start=2):
        shown = [new_output("display_data", data=data) for data in bundles(question)]
        words = f"## {question.number}\n\n*{escaped(question.words)}*"
        cells.append(new_markdown_cell(words, id=f"{question.anchor}-asked"))
        source = f'made.show("{question.number}")'
        cells.append(new_code_cell(source, id=question.anchor, execution_count=place, outputs=shown))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}, "written_by": MARK}
    )
    validate(from_dict(book))
    return writes(book) + "\n"


def bundles(question: Answered) -> list[Bundle]:
    """Return what is shown of a question, one output after another: words and tables as Markdown, figures as SVG or PNG."""
    made: list[Bundle] = []
    words: list[str] = []

    def flush() -> None:
        if words:
            joined = "\n\n".join(words)
            made.append({"text/markdown": joined, "text/plain": joined})
            words.clear()

    for block in merged(question.blocks):
        if isinstance(block, Drawing):
            flush()
            made.append(
                {"image/svg+xml": block.svg or block.chart.svg(), "text/plain": block.caption or block.chart.label}
            )
        elif isinstance(block, Shots):
            words.append(f"**{escaped(block.title)}**")
            flush()
            for shot in block.shots:
                picture = base64.b64encode(png(enlarged(shot.pixels))).decode("ascii")
                made.append({"image/png": picture, "text/plain": shot.caption})
                words.append(escaped(shot.caption))
            flush()
        else:
            words.append(text(block))
    flush()
    return made
