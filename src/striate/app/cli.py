"""The command line: parse, call one function, print. No science and no logic of its own."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from striate.app import gradcheck, learn, look, probe, probe_features, probe_fool, probe_localise, prove, runs
from striate.app.learn import INTERRUPTED, Like, changes_of
from striate.app.look import AsJson, DataDir, Settings, say, settings_of
from striate.app.spread import Spread
from striate.base.errors import RunError, StriateError

app = typer.Typer(
    name="striate",
    help="A laboratory for convolutional networks: ask a question, train the arms, get an answer with its uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
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
    probe.probes.command(cls=Spread)(looking)
app.add_typer(probe.probes, name="probe")
app.command()(look.doctor)
app.command()(learn.train)
app.command()(learn.resume)
app.command(context_settings=prove.FREE)(prove.prove)
app.command()(gradcheck.gradcheck)


class Sampler(StrEnum):
    """How a study of a range finds its values."""

    GRID = "grid"
    OPTUNA = "optuna"


def _version(asked: bool) -> None:
    if asked:
        from striate import __version__

        typer.echo(__version__)
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
        str, typer.Argument(help="A name of `striate list studies`, or a Python file with BASE and study().")
    ],
    data: Annotated[str | None, typer.Option(help="A name of `striate list data`, or an image folder.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000, help="Runs per arm, with seeds 0, 1, ...")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of every run.")] = None,
    net: Annotated[str | None, typer.Option(help="A name of `striate list nets`.")] = None,
    like: Like = None,
    sampler: Annotated[Sampler, typer.Option(help="How a study of a range finds its values.")] = Sampler.GRID,
    trials: Annotated[int | None, typer.Option(help="Values that optuna proposes.  [default: 8]")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the study.  [default: runs/NAME-DATA]")] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Runs side by side.  [default: one for each core]")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question: train every arm with every seed, judge the claims, write the report."""
    from striate.app import ask, terminal
    from striate.app.progress import watching_study
    from striate.base.files import dump_json, read_json

    changes = changes_of(settings, data=data, epochs=epochs, net=net, like=like)
    planned = ask.plan(name, seeds, changes, ask.trials_of(sampler.value, trials))
    folder = out or ask.default_folder(planned)
    try:
        with watching_study(terminal.console(stderr=True), planned.base.epochs) as beat:
            reported = ask.study(planned, folder, data_dir=data_dir, workers=workers, beat=beat)
    except KeyboardInterrupt:
        say(f"stopped; what is done is kept in {folder}, and the same command continues")
        raise typer.Exit(INTERRUPTED) from None
    verdict = read_json(folder / "verdict.json")
    if as_json:
        typer.echo(dump_json({**verdict, "folder": str(folder), "report": str(reported.report)}), nl=False)
    else:
        terminal.show_answer(terminal.console(), reported.answer, verdict["arms"])
        typer.echo(f"report: {reported.report}")
    if reported.answer.failures:
        raise typer.Exit(1)


@app.command()
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
        result = door.test(net, data_dir=data_dir)
        whose = f"by the weights of epoch {result['epoch']}"
    else:
        from striate.app.score import score

        options = settings_of(settings)
        result = score(net, data, weights, trained_on=trained_on, options=options, data_dir=data_dir, flips=test_flips)
        whose = f"of {result['data']}, by {result['net']}"
    if as_json:
        typer.echo(dump_json(result), nl=False)
    else:
        typer.echo(
            chosen
            + f"test accuracy {result['accuracy']:.4f}, loss {result['loss']:.4f}, on {result['images']:,} images, {whose}"
            + (
                f"; with mirror images too {result['accuracy_flips']:.4f}, loss {result['loss_flips']:.4f}"
                if "accuracy_flips" in result
                else ""
            )
            + (", which these images chose too: it is too good" if result.get("chosen_on_test") else "")
        )


@app.command()
def export(
    net: Annotated[str, typer.Argument(metavar="RUN|NET", help="A run folder; or a net, with --weights.")],
    to: Annotated[str, typer.Option(help="onnx, safetensors or program (torch.export).")] = "onnx",
    out: Annotated[Path | None, typer.Option(help="The file.  [default: named after the net]")] = None,
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
        typer.echo(dump_json(result), nl=False)
    else:
        typer.echo(f"wrote {result['file']}, {result['bytes']:,} bytes, {result['checked']}")


def main() -> None:
    """Run the command line; a mistake of the caller ends in one sentence on stderr and its exit code."""
    debug = "--debug" in sys.argv
    try:
        app()
    except StriateError as error:
        if debug:
            raise
        say(f"striate: {error}")
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        say(
            f"striate: this is a defect of striate ({type(error).__name__}: {error}); run it again with striate --debug"
        )
        sys.exit(1)
