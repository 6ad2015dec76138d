"""The command line: parse, call one function, print. No science and no logic of its own."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from striate.app.commands import exercise, gate, gradcheck, judge, look, planned, prove, runs, use
from striate.app.commands import train as learn
from striate.app.commands.look import AsJson, DataDir, Settings, SkipDamaged
from striate.app.commands.planned import Arms, Claims
from striate.app.commands.probe import channels as probe_features
from striate.app.commands.probe import fool as probe_fool
from striate.app.commands.probe import heatmap as probe
from striate.app.commands.probe import localise as probe_localise
from striate.app.commands.train import INTERRUPTED, Like, changes_of
from striate.app.run_opening import opens_run
from striate.app.terminal.multiword import Spread
from striate.app.terminal.speech import explained, prepare, say, tell
from striate.base.errors import shown
from striate.base.signals import stopping

app = typer.Typer(
    name="striate",
    help="A laboratory for convolutional networks: ask a question, train the arms, get an answer with its uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
look.showing.command("study")(planned.show_study)
look.listing.command("runs")(runs.list_runs)
look.showing.command("run")(runs.show_run)
app.add_typer(look.listing, name="list")
app.add_typer(look.showing, name="show")
for looking in (
    probe_features.features,
    probe_features.patches,
    probe_features.maximize,
    probe_fool.fool,
    probe_localise.localise,
):
    probe.probes.command(cls=Spread)(opens_run(looking))
app.add_typer(probe.probes, name="probe")
app.command()(look.doctor)
app.command()(learn.train)
app.command()(opens_run(learn.resume))
app.command()(opens_run(use.test))
app.command()(opens_run(use.export))
app.command(context_settings=prove.FREE)(prove.prove)
app.command()(gradcheck.gradcheck)
app.add_typer(exercise.exercises, name="exercise")
app.command()(judge.judge)
app.command()(gate.gate)


class Sampler(StrEnum):
    """How a study of a range finds its values."""

    GRID = "grid"
    OPTUNA = "optuna"


def _version(asked: bool) -> None:
    if asked:
        from striate.base.version import VERSION

        tell(VERSION)
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Take the options that stand before the command."""


@app.command()
def study(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A name of `striate list studies`, or a Python file with BASE and study(); none with --arm."
        ),
    ] = None,
    arm: Arms = None,
    claim: Claims = None,
    data: Annotated[str | None, typer.Option(help="A name of `striate list data`, or an image folder.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000, help="Runs per arm, with seeds 0, 1, ...")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of every run.")] = None,
    net: Annotated[str | None, typer.Option(help="A name of `striate list nets`.")] = None,
    skip_damaged: SkipDamaged = False,
    like: Like = None,
    sampler: Annotated[Sampler, typer.Option(help="How a study of a range finds its values.")] = Sampler.GRID,
    trials: Annotated[int | None, typer.Option(help="Values that optuna proposes.  [default: 8]")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the study.  [default: runs/NAME-DATA]")] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Runs side by side.  [default: one for each core]")] = None,
    redo_damaged: Annotated[
        bool, typer.Option("--redo-damaged", help="Set damaged runs aside, and do them again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a question: train every arm with every seed, judge the claims, write the report."""
    from striate.app import study as ask
    from striate.app.terminal import show as terminal
    from striate.app.terminal.progress import watching_study
    from striate.base.disk.files import dump_json, read_json

    changes = changes_of(settings, data=data, epochs=epochs, net=net, like=like, skip_damaged=skip_damaged or None)
    asked = ask.plan(name, seeds, changes, ask.trials_of(sampler.value, trials), arm or (), claim or ())
    folder = out or ask.default_folder(asked)
    try:
        with watching_study(terminal.console(stderr=True), asked.base.epochs) as beat:
            reported = ask.study(
                *(asked, folder), data_dir=data_dir, workers=workers, beat=beat, warn=say, redo_damaged=redo_damaged
            )
    except KeyboardInterrupt:
        say(f"stopped; what is done is kept in {folder}, and the same command continues")
        raise typer.Exit(INTERRUPTED) from None
    verdict = read_json(folder / "verdict.json")
    if as_json:
        tell(dump_json({**verdict, "folder": str(folder), "report": str(reported.report)}), nl=False)
    else:
        terminal.show_answer(terminal.console(), reported.answer, verdict["arms"])
        tell(shown(f"report: {reported.report}", lines=False))
    if reported.answer.failures:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; whatever ends it ends in one sentence on stderr and its exit code."""
    prepare()
    try:
        with stopping():
            code = app(standalone_mode=False)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(explained(error))
    sys.exit(code if isinstance(code, int) else 0)
