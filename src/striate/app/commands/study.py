"""`striate study`: ask a question and get its answer, with the report written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from striate.app.actions.choices import Sampler
from striate.app.options.question import BaseFields, Question
from striate.app.options.shared import AsJson, Device, Like, Log, SkipDamaged
from striate.app.terminal.speech import INTERRUPTED, remark, say, tell
from striate.base.errors import shown


def study(
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]",
            help="A name of `striate list studies`, or a Python file with BASE and study(); none with --arm.",
        ),
    ] = None,
    base: BaseFields,
    question: Question,
    skip_damaged: SkipDamaged = False,
    like: Like = None,
    device: Device = None,
    sampler: Annotated[Sampler, typer.Option(help="How a study of a range finds its values.")] = "grid",
    trials: Annotated[int | None, typer.Option(help="Values that optuna proposes.  [default: 8]")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the study.  [default: runs/NAME-DATA]")] = None,
    on: Annotated[
        str | None,
        typer.Option(metavar="slurm|ray|ray://HOST:PORT", help="Where the runs are done.  [default: this machine]"),
    ] = None,
    slurm: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="An option of Slurm, as partition=gpu. May be repeated."),
    ] = None,
    ray: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="What a run asks of a node of Ray, as num_gpus=1. May be repeated."),
    ] = None,
    redo_damaged: Annotated[bool, typer.Option(help="Set damaged runs aside, and do them again.")] = False,
    log: Log = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question: train every arm with every seed, judge the claims, write the report."""
    from striate.app import study as asking
    from striate.app.progress.bars import watching_study
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json, read_json
    from striate.studies.running.rates import rated

    if device is not None and (on or "").startswith("ray"):
        raise typer.BadParameter("--device names one of this machine; a run asks a node of Ray by --ray num_gpus=1")
    changes = question.changes(base, like=like, skip_damaged=skip_damaged or None)
    planned = question.planned(name, changes, asking.trials_of(sampler, trials))
    folder = out or asking.default_folder(planned)
    with_rate = rated(planned)
    searched = {arm.slug for arm in planned.arms if arm.name in with_rate}
    try:
        with watching_study(terminal.console(stderr=True), planned.base.epochs, searched) as beat:
            reported = asking.study(
                *(planned, folder),
                data_dir=question.data_dir,
                workers=question.workers,
                on=on,
                slurm=slurm or (),
                ray=ray or (),
                beat=beat,
                warn=remark,
                redo_damaged=redo_damaged,
                log=log,
            )
    except KeyboardInterrupt:
        say(f"stopped; what is done is kept in {folder}, and the same command continues")
        raise typer.Exit(INTERRUPTED) from None
    # From the disk and not from the answer, so that what is printed is what the folder holds.
    verdict = read_json(folder / "verdict.json")
    if as_json:
        tell(dump_json({**verdict, "folder": str(folder), "report": str(reported.report)}), nl=False)
    else:
        terminal.show_answer(terminal.console(), reported.answer, verdict["arms"])
        tell(shown(f"report: {reported.report}", lines=False))
    if reported.answer.failures:
        raise typer.Exit(1)
