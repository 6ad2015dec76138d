"""`striate show study`: what a study asks, what its runs are and cost, before it runs; and its charts and tables as files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from striate.app.commands.look import AsJson, DataDir, Settings
from striate.app.terminal.speech import say, tell

if TYPE_CHECKING:
    from striate.studies.cost import Cost
    from striate.studies.question import Study

Arms = Annotated[
    list[str] | None,
    typer.Option("--arm", metavar="NAME: FIELD=VALUE, ...", help="An arm; the first is the control. May be repeated."),
]
Claims = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ARM > CONTROL by MARGIN",
        help="A claim, as 'b > a by 0.01 in test'.  [default: each --arm > the first by 0.005]",
    ),
]


class To(StrEnum):
    """How charts and tables are written."""

    SVG = "svg"
    PDF = "pdf"
    TEX = "tex"
    CSV = "csv"


def show_study(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE|FOLDER]", help="A study, as striate study takes it, or the folder of one."),
    ] = None,
    arm: Arms = None,
    claim: Claims = None,
    data: Annotated[str | None, typer.Option(help="A name of `striate list data`, or an image folder.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000, help="Runs per arm, with seeds 0, 1, ...")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of every run.")] = None,
    net: Annotated[str | None, typer.Option(help="A name of `striate list nets`.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the short trial that tells the time.")] = False,
    to: Annotated[To | None, typer.Option(help="Write charts (svg, pdf) or tables (tex, csv) of a FOLDER.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of these files.  [default: the study's own]")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Runs side by side.  [default: one for each core]")] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a study before it runs: arms, seeds, claims, runs and time; or how far one in a folder is, and write its files."""
    from striate.app import study as ask
    from striate.app.commands.train import changes_of
    from striate.base.disk.files import dump_json
    from striate.base.errors import StudyError
    from striate.reports.study.plan import record_of, standing_of, text_of

    changes = changes_of(settings, data=data, epochs=epochs, net=net)
    if name is not None and (Path(name) / "study.json").is_file():
        if changes or arm or claim or seeds:
            raise StudyError(f'"{name}" is the folder of a study, which is what it is; leave the other options out')
        if to is not None:
            _write(Path(name), to, out or Path(name), as_json)
            return
        record = standing_of(Path(name))
    elif to is not None or out is not None:
        raise StudyError("--to and --out write the charts and tables of a study that has run; name its folder")
    else:
        planned = ask.plan(name, seeds, changes, None, arm or (), claim or ())
        record = record_of(planned, None if quick else _cost(planned, data_dir, workers))
    tell(dump_json(record) if as_json else text_of(record), nl=not as_json)


def _cost(planned: Study, data_dir: Path | None, workers: int | None) -> Cost | None:
    """Return what the runs will take; where that cannot be tried, say why, and return None."""
    from striate.base.errors import StriateError
    from striate.studies.cost import cost

    try:
        return cost(planned, data_dir, workers)
    except StriateError as error:
        say(f"no estimate of the time: {error}")
        return None


def _write(folder: Path, to: To, out: Path, as_json: bool) -> None:
    from striate.base.disk.files import dump_json
    from striate.reports.study.files import write_files

    written = write_files(folder, to.value, out)
    record: dict[str, Any] = {"written": [str(path) for path in written]}
    tell(dump_json(record) if as_json else "\n".join(f"wrote {path}" for path in written), nl=not as_json)
