"""The cards in a notebook of what is scored, predicted and exported."""

from __future__ import annotations

from collections.abc import Mapping

from striate.app.exporting.export import Exported
from striate.app.scoring.predicting import Predicted
from striate.app.scoring.score import Scored
from striate.base.errors import counted
from striate.reports.kit.table import Cell, Table
from striate.reports.notebook.card import Card, Passage
from striate.reports.notebook.shown import card, html
from striate.reports.notebook.trials import pairs, scores

__all__ = ["html"]

MOST = 50  # pictures whose classes a card names
DRAWN = "Its weights, or some of them, were drawn at random: the net is untrained."


def _said(notes: tuple[str, ...], untrained: bool) -> tuple[Passage, ...]:
    lines = (*notes, *([DRAWN] if untrained else []))
    return (Passage(lines=lines),) if lines else ()


@card.register
def _(shown: Scored) -> Card:
    ways = (("as they are", shown.accuracy, shown.loss), ("with mirror images", shown.accuracy_flips, shown.loss_flips))
    return Card(
        title=f"Test accuracy {shown.accuracy:.4f}",
        over=f"score of {shown.net} on {shown.data}",
        passages=_said(shown.data_notes, shown.untrained),
        tables=(scores(shown.images, shown.unit, ways),),
    )


@card.register
def _(shown: Predicted) -> Card:
    told = shown.predictions[:MOST]
    ranks = max((len(one.classes) for one in told), default=0)
    heads = ("image", *("likeliest class" if rank == 0 else f"{rank + 1}." for rank in range(ranks)))
    rows = tuple(
        (Cell(one.image), *(Cell(name, f"{100 * probability:.1f} %") for name, probability in one.classes))
        for one in told
    )
    more = len(shown.predictions) - len(told)
    return Card(
        title=f"What {shown.net} takes {counted(len(shown.predictions), 'picture')} for",
        over="predictions, each with its probability",
        passages=_said(shown.notes, shown.untrained),
        tables=(Table("", heads, rows),),
        foot=f"and {counted(more, 'more picture')}" if more > 0 else "",
    )


@card.register
def _(shown: Exported) -> Card:
    rows: Mapping[str, str] = {
        "format": shown.format,
        "size": f"{shown.bytes:,} bytes",
        "compared": shown.checked,
    }
    return Card(title=shown.file, over="exported net", passages=_said((), shown.untrained), tables=(pairs(rows),))
