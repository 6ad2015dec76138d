"""A proof in the terminal: what is claimed, why, with which numbers, and what checked it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from striate.app.options.flags import flag
from striate.app.terminal.latex_unicode import unicode
from striate.app.terminal.show import say
from striate.app.terminal.table import table
from striate.reports.proof.weight_labels import Cell, cells

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from striate.app.actions.proofs import Checked
    from striate.proofs.proof import Proof
    from striate.proofs.proof import Table as Rows

COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "red", "bright_cyan", "bright_yellow")


def show_list(out: Console, rows: Sequence[Checked]) -> None:
    """Print a line for each proof: a tick, its name, what it says, how often it was checked."""
    made = table("", "proof", "what it says", "symbolic", "numeric", right=("symbolic", "numeric"))
    for row in rows:
        made.add_row(_tick(row.holds), row.name, row.summary, str(row.symbolic), str(row.numeric))
    out.print(made)
    held = sum(row.holds for row in rows)
    say(out, f"\n{held} of {len(rows)} hold; symbolic, numeric: checks that passed judgement on each of them")


def show_parameters(out: Console, name: str, parameters: type[BaseModel]) -> None:
    """Print a line for each parameter of a proof: its option, its default, what it is."""
    made = table("option", "default", "what it is")
    for field, info in parameters.model_fields.items():
        default = "" if info.default is None else json.dumps(info.default)
        made.add_row(flag(field), default, info.description or "")
    out.print(Text(f"\nParameters of {name}:\n"))
    out.print(made)


def show_proof(out: Console, proof: Proof) -> None:
    """Print the whole proof."""
    say(out, Text(proof.title, style="bold"))
    say(out, Text(proof.source, style="dim"))
    say(out, Text(f"\n{proof.statement}"))
    _formula(out, proof.statement_latex)
    say(out, Text("\nWhy", style="bold"))
    for number, step in enumerate(proof.steps, start=1):
        say(out, Text(f"{number}. {step.text}"))
        _formula(out, step.latex)
    for made in proof.tables:
        _table(out, made)
    if proof.pictures:
        titles = "; ".join(picture.title for picture in proof.pictures)
        say(out, Text(f"\nDrawn on the page only, which --html FILE writes: {titles}"))
    if proof.errata:
        say(out, Text("\nErrata", style="bold"))
    for erratum in proof.errata:
        parts = (
            ("", erratum.source),
            ("it says  ", erratum.says),
            ("right is ", erratum.right),
            ("numbers  ", erratum.example),
        )
        for mark, text in parts:
            say(out, Padding(Text.assemble((mark, "dim"), text), (0, 0, 0, 2 if mark else 0), expand=False))
    say(out, Text("\nChecks", style="bold"))
    lines = Table.grid(padding=(0, 1))
    for check in proof.checks:
        said = Text.assemble((check.name, "bold"), f": {check.detail}", overflow="fold")
        lines.add_row(_tick(check.passed), check.kind, said)
    out.print(lines)
    say(out, Text(f"\n{proof.limits}"))
    out.print(
        Text.assemble("\n", _tick(proof.holds), " it holds" if proof.holds else " it does not hold: a check failed")
    )


def _formula(out: Console, latex: str) -> None:
    if latex:
        out.print(Padding(Text(unicode(latex), style="cyan"), (0, 0, 0, 5), expand=False))


def _table(out: Console, shown: Rows) -> None:
    say(out, Text(f"\n{shown.title}", style="bold"))
    rows = cells(shown.rows)
    matrix = any(cell.colour is not None for row in rows for cell in row)
    made = table(*shown.columns, right=() if matrix else tuple(column for column in shown.columns[1:] if column))
    for row in rows:
        made.add_row(*(_cell(cell) for cell in row))
    out.print(made)


def _cell(cell: Cell) -> Text:
    if cell.colour is not None:
        return Text(cell.text, style=COLOURS[cell.colour % len(COLOURS)])
    return Text(cell.text, style="dim" if cell.text == "." else "")


def _tick(holds: bool) -> Text:
    return Text("✓", style="green") if holds else Text("✗", style="red")
