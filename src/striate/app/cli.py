"""The command line: parse, call one function, print. No science and no logic of its own."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from striate.app import gradcheck, learn, look, planned, probe, probe_features, probe_fool, probe_localise, prove, runs
from striate.app.learn import INTERRUPTED, Like, changes_of
from striate.app.look import AsJson, DataDir, Settings, SkipDamaged, free, settings_of
from striate.app.opens import opens_run
from striate.app.planned import Arms, Claims
from striate.app.speech import explained, prepare, say, tell
from striate.app.spread import Spread
from striate.base.errors import RunError, shown
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
app.command(context_settings=prove.FREE)(prove.prove)
app.command()(gradcheck.gradcheck)


class Sampler(StrEnum):
    """How a study of a range finds its values."""

    GRID = "grid"
    OPTUNA = "optuna"


def _version(asked: bool) -> None:
    if asked:
        from striate import __version__

        tell(__version__)
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
    from striate.app import ask, terminal
    from striate.app.progress import watching_study
    from striate.base.files import dump_json, read_json

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


@app.command()
@opens_run
def test(
    nets: Annotated[
        list[str], typer.Argument(metavar="RUN|NET...", help="A run folder; or a net, with --weights and --data.")
    ],
    best: Annotated[
        bool, typer.Option("--best", help="Of several runs, score the one whose validation accuracy is best.")
    ] = False,
    weights: Annotated[Path | None, typer.Option(help="A file with the weights of the net.")] = None,
    data: Annotated[str | None, typer.Option(help="The data whose test images count; a run has its own.")] = None,
    trained_on: Annotated[
        str | None, typer.Option(help="The data that normalize.  [default: what the file says, or --data]")
    ] = None,
    test_flips: Annotated[
        bool,
        typer.Option("--test-flips", help="Score with mirror images too; a run's recipe says it for its own data."),
    ] = False,
    epoch: Annotated[
        int | None, typer.Option(min=1, help="The weights of this epoch, which the run's keep_every kept.")
    ] = None,
    skip_damaged: SkipDamaged = False,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Score the best-validation checkpoint of a run on its test split, once; or any net with weights on any data."""
    from striate.base.files import dump_json

    net, chosen = nets[0], ""
    if best or len(nets) > 1:
        from striate.app.best_of import best_of

        result = best_of(nets, best=best, alone=not (weights or data or settings or test_flips), data_dir=data_dir)
        whose, chosen = f"by the weights of epoch {result['epoch']}", f"{result['run']} is tested: {result['why']}\n"
    elif weights is None and data is None and not settings:
        from striate.training import train as door

        if test_flips and (Path(net) / "recipe.json").is_file():
            raise RunError("the recipe of a run says whether its test has mirror images; leave out --test-flips")
        if skip_damaged:
            raise RunError("the recipe of a run says whether damaged images are left out; leave out --skip-damaged")
        result = door.test(net, epoch=epoch, data_dir=data_dir, warn=say)
        whose = f"by the weights of epoch {result['epoch']}"
    else:
        from striate.app.score import score

        if epoch is not None:
            raise RunError("--epoch asks for weights that a run kept; leave it out, or --weights, --data and --set")
        options = settings_of(settings)
        result = score(
            net,
            data,
            weights,
            trained_on=trained_on,
            options=options,
            data_dir=data_dir,
            flips=test_flips,
            skip_damaged=skip_damaged,
        )
        whose = f"of {result['data']}, by {result['net']}"
    if as_json:
        tell(dump_json(result), nl=False)
    else:
        for note in result.get("data_notes", ()) if skip_damaged else ():
            say(f"note: {note}")
        tell(
            chosen
            + f"test accuracy {result['accuracy']:.4f}, loss {result['loss']:.4f}, on {result['images']:,} images, {whose}"
            + (
                f"; with mirror images too {result['accuracy_flips']:.4f}, loss {result['loss_flips']:.4f}"
                if "accuracy_flips" in result
                else ""
            )
            + (", which these images chose too: it is too good" if result.get("chosen_on_test") else "")
            + (
                f"; the run is {result['status']} after epoch {result['reached']} of {result['epochs']}, and this score is"
                " not kept"
                if "status" in result
                else ""
            )
            + "".join(
                f"; these images were scored before, {before['accuracy']:.4f} by the weights of epoch {before['epoch']}"
                for before in result.get("earlier", [])
            )
            + ("; it is untrained: no weights were given" if result.get("untrained") else "")
        )


@app.command()
@opens_run
def export(
    net: Annotated[str, typer.Argument(metavar="RUN|NET", help="A run folder; or a net, with --weights.")],
    to: Annotated[str, typer.Option(help="onnx, safetensors or program (torch.export).")] = "onnx",
    out: Annotated[Path | None, typer.Option(help="The file.  [default: named after the net]", callback=free)] = None,
    weights: Annotated[Path | None, typer.Option(help="A file with the weights of the net.")] = None,
    trained_on: Annotated[str | None, typer.Option(help="The data whose classes and statistics the net has.")] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a net as a file that other programs read, with its classes and normalization in it."""
    from striate.app.export import export as write
    from striate.base.files import dump_json

    options = settings_of(settings)
    result = write(net, to, out, weights=weights, trained_on=trained_on, options=options, data_dir=data_dir)
    if as_json:
        tell(dump_json(result), nl=False)
    else:
        untrained = "; it is untrained: no weights were given" if result.get("untrained") else ""
        tell(f"wrote {result['file']}, {result['bytes']:,} bytes, {result['checked']}{untrained}")


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
