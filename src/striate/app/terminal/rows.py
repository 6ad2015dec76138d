"""Rows of text as a table, or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from striate.app.terminal.folding import lines_of, unfolded
from striate.app.terminal.speech import tell
from striate.base.errors import shown


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[str]], as_json: bool) -> None:
    """Print the rows under ``columns``; with ``as_json`` each is an object with the columns as keys."""
    if as_json:
        tell(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2))
        return
    texts = [[shown(cell, lines=False) for cell in row] for row in rows]
    if unfolded(sys.stdout):
        tell("\n".join(lines_of(columns, texts)))
        return
    from rich.text import Text

    from striate.app.terminal.show import console
    from striate.app.terminal.table import table

    lines = table(*columns)
    for row in texts:
        lines.add_row(*map(Text, row))
    console().print(lines)
