"""The list of fields on a terminal: in groups, each field with its default and, on the same line, what it is.

Where the output is piped, or the terminal is wide, each field is one line of one table (`striate.app.terminal.rows`).
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

ROOM = 200  # columns at which a row of the one table is a line or two

GROUPS = {
    "engine": "what is trained",
    "data": "the data",
    "flip": "what happens to training images",
    "optimizer": "the optimizer",
    "schedule": "the learning rate over the run",
    "label_smoothing": "the run",
}
"""The field of a recipe that begins a group, and the heading of the group."""

PLAIN = ("", "text", "true or false")
"""What is accepted, where the default says it already."""

Row = tuple[str, str, str, str, str]


def show_fields(out: Console, rows: Sequence[Row]) -> None:
    """Print (whose, field, default, accepted, what it is) in groups."""
    made: Table | None = None
    before = ""
    for whose, field, default, values, meaning in rows:
        heading = GROUPS.get(field) if whose == "recipe" else None
        if whose != "recipe" and whose != before:
            heading = f"options of the net {whose}"
        if heading or made is None:
            _print(out, made)
            out.print(Text(f"\n{heading or 'the recipe'}" if before else heading or "the recipe", style="bold"))
            made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
            made.add_column(width=17, overflow="fold")
            made.add_column(min_width=8, max_width=12, overflow="fold", style="bold")
            made.add_column(overflow="fold")
        said = Text(meaning)
        if values not in PLAIN:
            said.append(f"{' ' if meaning else ''}({values})", style="dim")
        made.add_row(Text(field), Text(default), said)
        before = whose
    _print(out, made)


def _print(out: Console, made: Table | None) -> None:
    if made is not None:
        out.print(made)
