"""`striate list nets|data|studies|sheets|proofs|fields|runs`: what there is by name."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from striate.app.actions import lists
from striate.app.actions.choices import Engine
from striate.app.options.flags import in_flags
from striate.app.options.shared import AsJson, DataDir
from striate.app.terminal.folding import unfolded
from striate.app.terminal.rows import show_rows
from striate.app.terminal.speech import say, tell

COLUMNS = ("run", "net", "data", "status", "epoch", "best", "test", "age")


def nets(as_json: AsJson = False) -> None:
    """List the nets."""
    show_rows(("net", "what it is"), [(net.name, in_flags(net.summary)) for net in lists.list_nets()], as_json)


def data(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the datasets, and where they were found."""
    rows = [(one.name, one.size, str(one.classes), one.source, one.where) for one in lists.list_data(data_dir)]
    show_rows(("data", "images", "classes", "source", "where"), rows, as_json)


def studies(as_json: AsJson = False) -> None:
    """List the questions that are built in."""
    show_rows(("study", "question"), [(study.name, study.summary) for study in lists.list_studies()], as_json)


def sheets(as_json: AsJson = False) -> None:
    """List the course homeworks that can be answered; `striate sheet` answers one."""
    show_rows(("sheet", "homework"), [(sheet.name, sheet.summary) for sheet in lists.list_sheets()], as_json)


def proofs(as_json: AsJson = False) -> None:
    """List the statements that can be proved; `striate prove` checks them."""
    show_rows(("proof", "statement"), [(proof.name, proof.summary) for proof in lists.list_proofs()], as_json)


def fields(
    net: Annotated[
        str | None,
        typer.Option(help="Only the options of this net.  [default: the recipe's fields and convnet's options]"),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Whose nets these are.")] = "torch",
    as_json: AsJson = False,
) -> None:
    """List what --set reaches: the fields of a recipe and the options of a net."""
    rows = [(row.of, row.field, row.default, row.accepted, row.meaning) for row in lists.list_fields(net, engine)]
    columns = ("of", "field", "default", "accepted", "what it is")
    if as_json or unfolded(sys.stdout):
        show_rows(columns, rows, as_json)
        return
    from striate.app.terminal.field_table import ROOM, show_fields
    from striate.app.terminal.show import console

    out = console()
    if out.width >= ROOM:
        show_rows(columns, rows, as_json)
    else:
        show_fields(out, rows)


def runs(
    folder: Annotated[Path, typer.Argument(help="The folder in which they lie, also below it.")] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder: net, data, status, epochs, best validation accuracy, test accuracy, age."""
    from striate.base.disk.files import dump_json
    from striate.reports.run.listing import aged

    found = lists.list_runs(folder)
    if as_json:
        tell(dump_json([dataclasses.asdict(run) for run in found]), nl=False)
        return
    if not found:
        say(f"there is no run in {folder}; striate train makes one")
        return
    from rich.text import Text

    from striate.app.terminal.folding import fold
    from striate.app.terminal.show import console
    from striate.app.terminal.table import table
    from striate.base.errors import printable

    lines = table(*COLUMNS, right=("epoch", "best", "test", "age"))
    for run in found:
        epoch = f"{run.epoch}/{run.epochs}" if run.epochs is not None else ""
        scores = ("" if value is None else f"{value:.4f}" for value in (run.best, run.test))
        cells = (run.folder, run.net, run.data, run.status, epoch, *scores, aged(run.age))
        lines.add_row(*(Text(printable(cell)) for cell in cells))
    out = console()
    out.print(lines)
    for run in found:
        if run.why and run.status != "finished":
            out.print(Text(fold(f"{printable(run.folder)} is {run.status}: {printable(run.why)}", out.width)))
