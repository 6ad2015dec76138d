"""The cards in a notebook of what is scored and predicted."""

from __future__ import annotations

from striate.app.scoring.predicting import Predicted
from striate.app.scoring.score import Scored
from striate.base.errors import counted
from striate.reports.kit.table import Cell, Table
from striate.reports.notebook.card import Card
from striate.reports.notebook.shown import card, html
from striate.reports.notebook.trials import said, scores

__all__ = ["html"]

MOST = 50  # pictures whose classes a card names


@card.register
def _(shown: Scored) -> Card:
    ways = (("as they are", shown.accuracy, shown.loss), ("with mirror images", shown.accuracy_flips, shown.loss_flips))
    return Card(
        title=f"Test accuracy {shown.accuracy:.4f}",
        over=f"score of {shown.net} on {shown.data}",
        passages=said(shown.data_notes, shown.untrained),
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
        passages=said(shown.notes, shown.untrained),
        tables=(Table("", heads, rows),),
        foot=f"and {counted(more, 'more picture')}" if more > 0 else "",
    )
