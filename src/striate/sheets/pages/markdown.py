"""A document as Markdown: figures in files beside it, formulas between dollar signs, tables with bars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent

from striate.base.disk.outputs import MARK
from striate.sheets.document import (
    Aside,
    Block,
    Document,
    Drawing,
    Formula,
    Heading,
    Listing,
    Paragraph,
    Pending,
    Shots,
    Steps,
    Table,
    merged,
)
from striate.sheets.pages.files import Figures

LIST = "   "  # what belongs to an entry of a list stands below its text
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def sheet_markdown(document: Document, folder: Path) -> str:
    """Return the document; its figures are written below ``folder``, in which the text is to stand."""
    figures = Figures(folder, document, "svg")
    lines = [f"# {escaped(document.title)}", escaped(document.intro)]
    lines.append("  \n".join(f"**{escaped(name)}**: {escaped(value)}" for name, value in document.facts.items()))
    lines += [
        "\n".join(f"- [{one.number}](#{one.anchor}) {escaped(one.words)}" for one in document.questions),
    ]
    for question in document.questions:
        lines += [f'<a id="{question.anchor}"></a>\n\n## {question.number}', f"*{escaped(question.words)}*"]
        lines += [text(block, figures) for block in merged(question.blocks)]
    lines += ["## How to make it again", f"```sh\n{document.command}\n```"]
    return "\n\n".join(line for line in lines if line) + f"\n\n<!-- {MARK} -->\n"


def text(block: Block, figures: Figures | None = None) -> str:
    """Return one block; a figure is left out where there are no files for it."""
    if isinstance(block, Paragraph):
        return (f"**{escaped(block.mark)}** " if block.mark else "") + escaped(block.text)
    if isinstance(block, Heading):
        return f"### {escaped(block.text)}"
    if isinstance(block, Formula):
        return _display(block.latex)
    if isinstance(block, Steps):
        return "\n\n".join(
            f"{place}. {escaped(words)}" + (f"\n\n{indent(_display(latex), LIST)}" if latex else "")
            for place, (words, latex) in enumerate(block.steps, start=1)
        )
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Listing):
        return "\n\n".join(f"```python\n{source}\n```" for _, source in block.pieces)
    if isinstance(block, Aside):
        ours = f"\n>\n> **Here**: {escaped(block.ours)}" if block.ours else ""
        return f"> **{escaped(block.source)}**: {escaped(block.says)}{ours}"
    if isinstance(block, Pending):
        return f"> **{escaped(block.what)}**: {escaped(block.cost)}"
    return "" if figures is None else _figure(block, figures)


def _figure(block: Drawing | Shots, figures: Figures) -> str:
    if isinstance(block, Drawing):
        return f"![{escaped(block.caption or block.chart.label)}]({figures.drawing(block)})"
    shown = zip(block.shots, figures.shots(block), strict=True)
    return "\n\n".join(
        [
            f"**{escaped(block.title)}**",
            *(f"![{escaped(s.caption)}]({path})\n\n{escaped(s.caption)}" for s, path in shown),
        ]
    )


def escaped(words: str) -> str:
    """Return ``words`` so that nothing in them is taken for markup."""
    return SPECIAL.sub(r"\\\1", " ".join(words.split()))


def _display(latex: str) -> str:
    return f"$$\n{latex}\n$$"


def _table(block: Table) -> str:
    rows: list[Sequence[str]] = [block.columns, ["---"] * len(block.columns), *block.rows]
    lines = [f"| {' | '.join(cell if cell == '---' else escaped(cell) for cell in row)} |" for row in rows]
    return "\n".join([*([f"**{escaped(block.title)}**", ""] if block.title else []), *lines])
