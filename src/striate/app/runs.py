"""The command that lists runs: what lies in a folder, how far it came, how good it is."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from striate.app.look import AsJson, listing, say

COLUMNS = ("run", "net", "data", "status", "epoch", "best", "test", "age")


@listing.command("runs")
def list_runs(
    folder: Annotated[Path, typer.Argument(help="The folder in which they lie, also below it.")] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder: net, data, status, epochs, best validation accuracy, test accuracy, age."""
    from striate.base.files import dump_json
    from striate.reports.listing import aged
    from striate.reports.listing import list_runs as found

    runs = found(folder)
    if as_json:
        typer.echo(dump_json([dataclasses.asdict(run) for run in runs]), nl=False)
        return
    if not runs:
        say(f"there is no run in {folder}; striate train makes one")
        return
    from rich.text import Text

    from striate.app.terminal import console, table
    from striate.base.errors import printable

    made = table(*COLUMNS, right=("epoch", "best", "test", "age"))
    for run in runs:
        epoch = f"{run.epoch}/{run.epochs}" if run.epochs is not None else ""
        scores = ("" if value is None else f"{value:.4f}" for value in (run.best, run.test))
        cells = (run.folder, run.net, run.data, run.status, epoch, *scores, aged(run.age))
        made.add_row(*(Text(printable(cell)) for cell in cells))
    out = console()
    out.print(made)
    for run in runs:
        if run.why and run.status != "finished":
            out.print(Text(f"{printable(run.folder)} is {run.status}: {printable(run.why)}"))
