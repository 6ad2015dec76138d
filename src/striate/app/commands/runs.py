"""The commands that look at runs: what lies in a folder, and one run with its curves, its training and its mistakes."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from striate.app.commands.look import AsJson, DataDir, free
from striate.app.terminal.speech import say, tell

COLUMNS = ("run", "net", "data", "status", "epoch", "best", "test", "age")


def list_runs(
    folder: Annotated[Path, typer.Argument(help="The folder in which they lie, also below it.")] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder: net, data, status, epochs, best validation accuracy, test accuracy, age."""
    from striate.base.disk.files import dump_json
    from striate.reports.run.listing import aged
    from striate.reports.run.listing import list_runs as found

    runs = found(folder)
    if as_json:
        tell(dump_json([dataclasses.asdict(run) for run in runs]), nl=False)
        return
    if not runs:
        say(f"there is no run in {folder}; striate train makes one")
        return
    from rich.text import Text

    from striate.app.terminal.show import console, table
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


class Split(StrEnum):
    """Whose images are counted in the confusion matrix."""

    VAL = "val"
    TEST = "test"


def show_run(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    on: Annotated[
        Split, typer.Option(help="Classify the validation images, or those of the test where it was made.")
    ] = (Split.VAL),
    quick: Annotated[bool, typer.Option("--quick", help="Classify no images: curves and words alone.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the page to this file.", callback=free)] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a run: its curves, how it was trained in words, what it takes for what, class by class."""
    from striate.app.run_shown import run_record, seen, show_seen
    from striate.app.terminal.show import console
    from striate.base.disk.files import dump_json
    from striate.base.disk.outputs import write_output
    from striate.reports.run.page import run_page
    from striate.training.session import misfits

    shown = seen(folder, on.value, quick=quick, data_dir=data_dir)
    for wrong in misfits(folder) if shown.run.status != "running" else ():
        say(f"note: {wrong}")
    if out is not None:
        write_output(out, run_page(shown.run, shown.anatomy, shown.confusion, shown.unclassified))
        say(f"wrote {out}")
    if as_json:
        tell(dump_json(run_record(shown)), nl=False)
    elif out is None:
        show_seen(console(), shown)
