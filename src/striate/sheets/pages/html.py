"""A document as one self-contained page: contents, answers, all that is not done named; it prints well."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from striate.reports.kit.mathml import Formula, formula, parts
from striate.reports.kit.page import Picture, picture, render
from striate.reports.notebook.card import Markup, drawn
from striate.reports.probe.page import png
from striate.reports.proof.weight_labels import Cell, cells
from striate.sheets.document import Answered, Block, Document, Drawing, Shot, Table, grouped


def sheet_page(document: Document) -> str:
    """Return the page of ``document``."""
    return render("sheet.html.jinja", title=document.title, document=document, view=View())


def fragment(question: Answered) -> str:
    """Return the blocks of one question as markup for a notebook, without a page around them."""
    return render("sheet_answer.html.jinja", question=question, view=CardView())


@dataclass(frozen=True)
class View:
    """What the template asks of a block that is not text."""

    def formulas(self, latex: str) -> list[Formula]:
        """Return the statements of a formula as MathML."""
        return [formula(part) for part in parts(latex)] if latex else []

    def cells(self, block: Table) -> tuple[tuple[Cell, ...], ...]:
        """Return the cells of a table with those that name a weight taken apart."""
        return cells(block.rows)

    def wide(self, block: Drawing) -> Picture | Markup:
        """Return the drawing for a wide page."""
        return picture(block.svg or block.chart.svg())

    def narrow(self, block: Drawing) -> Picture | None:
        """Return the drawing for a phone, where it is another."""
        return picture(block.narrow) if block.narrow else None

    def uri(self, shot: Shot) -> str:
        """Return a picture as a data address, at its own size."""
        return "data:image/png;base64," + base64.b64encode(png(shot.pixels)).decode("ascii")

    def shape(self, shot: Shot) -> Any:
        """Return (H, W, 3)."""
        return shot.pixels.shape

    def runs(self, blocks: Sequence[Block]) -> list[list[Block]]:
        """Return the blocks, with charts that follow one another in one group, to stand side by side."""
        return grouped(blocks)


class CardView(View):
    """The same for a card in a notebook, whose theme the drawings must not follow."""

    def wide(self, block: Drawing) -> Picture | Markup:
        """Return the drawing as a picture of the card."""
        return drawn(block.svg or block.chart.svg(), block.caption or block.chart.label)

    def narrow(self, block: Drawing) -> None:
        """Return nothing: a card is scrolled."""
