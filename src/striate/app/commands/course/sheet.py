"""`striate sheet`: every question of a course homework answered in one document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from striate.app.actions.choices import SheetBudget
from striate.app.options.shared import AsJson, DataDir, Workers
from striate.app.terminal.speech import INTERRUPTED, remark, say, tell


def sheet(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME|FILE", help="A name of `striate list sheets`, or a Python file with SHEET."),
    ],
    question: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="One question (3c), or those below it (4).  [default: all]")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH",
            help="Other images, or another table of features (.pkl, .npz); `real`: those that each question names.",
        ),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|ADDRESS", help="A picture of your own, for the questions that ask for some; may be repeated."
        ),
    ] = None,
    budget: Annotated[
        SheetBudget, typer.Option(help="quick: offline, minutes; evening: real images, hours; full: as asked.")
    ] = "quick",
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="<html|tex|md|ipynb>", help="Form of the document; may be repeated.  [default: html]"),
    ] = None,
    only_done: Annotated[
        bool, typer.Option("--only-done", help="Train nothing: what is not done is named with its cost.")
    ] = False,
    workers: Workers = None,
    data_dir: DataDir = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the sheet.  [default: runs/sheet-NAME-BUDGET]")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer every question of a course homework in one document; what its folder holds is not done again."""
    from striate.app.sheets.make import sheet as made_of
    from striate.base.disk.files import dump_json

    made = made_of(
        name,
        out,
        question=question,
        data=data,
        image=image or (),
        budget=budget,
        to=tuple(to or ("html",)),
        data_dir=data_dir,
        workers=workers,
        train=not only_done,
        tell=say,
        warn=lambda text: None,
    )
    if as_json:
        files = {"folder": str(made.folder), "written": [str(path) for path in made.written]}
        tell(dump_json({**made.document.to_json(), **files}), nl=False)
    else:
        for part in made.document.pending:
            remark(f"{part.what}: {part.cost}")
        tell("\n".join(f"wrote {path}" for path in made.written))
    if made.interrupted:
        say(f"stopped; what is done is kept in {made.folder}, and the same command continues")
        raise typer.Exit(INTERRUPTED)
    if made.failed:
        raise typer.Exit(1)
