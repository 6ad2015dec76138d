"""The card in a notebook of an exported net."""

from __future__ import annotations

from collections.abc import Mapping

from striate.app.exporting.export import Exported
from striate.reports.notebook.card import Card
from striate.reports.notebook.shown import card, html
from striate.reports.notebook.trials import pairs, said

__all__ = ["html"]


@card.register
def _(shown: Exported) -> Card:
    rows: Mapping[str, str] = {
        "format": shown.format,
        "size": f"{shown.bytes:,} bytes",
        "compared": shown.checked,
    }
    return Card(title=shown.file, over="exported net", passages=said((), shown.untrained), tables=(pairs(rows),))
