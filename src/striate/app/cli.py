"""The command line: parse, call one function, print. No science and no logic of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from striate.base.errors import StriateError

app = typer.Typer(
    name="striate",
    help="A laboratory for convolutional networks: ask a question, train the arms, get an answer with its uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
listing = typer.Typer(help="List what there is by name.", no_args_is_help=True)
showing = typer.Typer(help="Show one thing in detail.", no_args_is_help=True)
app.add_typer(listing, name="list")
app.add_typer(showing, name="show")

DataDir = Annotated[Path | None, typer.Option(help="Where the data lie, before $STRIATE_DATA and the user cache.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A recipe field or net option.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
INTERRUPTED, DIVERGED = 130, 4


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)] = False,
) -> None:
    """Take the options that stand before the command."""
    if version:
        import striate

        print(striate.__version__)
        raise typer.Exit


@app.command()
def study(
    name: Annotated[str, typer.Argument(help="A name of `striate list studies`, or a Python file with BASE and study().")],
    data: Annotated[str | None, typer.Option(help="A name of `striate list data`, or an image folder.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000, help="Runs per arm, with seeds 0, 1, ...")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of every run.")] = None,
    net: Annotated[str | None, typer.Option(help="A name of `striate list nets`.")] = None,
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

    changes = _changes(settings, data=data, epochs=epochs, net=net)
    planned = ask.plan(name, seeds, changes)
    folder = out or ask.default_folder(planned)
    try:
        with watching_study(terminal.console(stderr=True), planned.base.epochs) as beat:
            reported = ask.study(planned, folder, data_dir=data_dir, workers=workers, beat=beat)
    except KeyboardInterrupt:
        _say(f"stopped; what is done is kept in {folder}, and the same command continues")
        raise typer.Exit(INTERRUPTED) from None
    verdict = read_json(folder / "verdict.json")
    if as_json:
        print(dump_json({**verdict, "folder": str(folder), "report": str(reported.report)}), end="")
    else:
        terminal.show_answer(terminal.console(), reported.answer, verdict["arms"])
        print(f"report: {reported.report}")
    if reported.answer.failures:
        raise typer.Exit(1)


@app.command()
def train(
    net: Annotated[str | None, typer.Option(help="A name of `striate list nets`.")] = None,
    data: Annotated[str | None, typer.Option(help="A name of `striate list data`, or an image folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run.  [default: runs/NET-DATA-SEED]")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images per update.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="sgd, adam or adamw.")] = None,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate.")] = None,
    schedule: Annotated[str | None, typer.Option(help="constant, step, cosine, one-cycle or inverse-time.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="L2 strength; decoupled for adamw.")] = None,
    label_smoothing: Annotated[float | None, typer.Option(help="Share of the target spread over all classes.")] = None,
    flip: Annotated[bool | None, typer.Option("--flip/--no-flip", help="Mirror images at random.")] = None,
    pad_crop: Annotated[int | None, typer.Option(help="Pixels of padding before a random crop.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, float32 or bfloat16.")] = None,
    seed: Annotated[int | None, typer.Option(help="Root of the random streams.")] = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Train one net by a recipe; every other field of the recipe is reached with --set."""
    given = {name: value for name, value in locals().items() if name not in ("out", "settings", "data_dir", "as_json")}
    changes = _changes(settings, **given)

    from striate.training.recipe import Recipe

    recipe = Recipe().change(**changes)
    folder = out or Path("runs") / f"{recipe.net}-{Path(recipe.data).name}-{recipe.seed}"

    from striate.app.terminal import console
    from striate.training import train as door
    from striate.app.progress import watching_run

    with watching_run(console(stderr=True)) as watch:
        run = door.train(recipe, folder, data_dir=data_dir, watch=watch, warn=_say)
    _end(run, as_json)


@app.command()
def resume(folder: Path, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Continue an interrupted run; it ends in the same bytes as if it had never stopped."""
    from striate.app.progress import watching_run
    from striate.app.terminal import console
    from striate.training import train as door

    with watching_run(console(stderr=True)) as watch:
        run = door.resume(folder, data_dir=data_dir, watch=watch, warn=_say)
    _end(run, as_json)


@app.command()
def test(folder: Path, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Score the best-validation checkpoint of a run on the test split, once."""
    from striate.training import train as door

    result = door.test(folder, data_dir=data_dir)
    if as_json:
        print(json.dumps(result))
    else:
        print(
            f"test accuracy {result['accuracy']:.4f}, loss {result['loss']:.4f}, on {result['images']:,} images, "
            f"by the weights of epoch {result['epoch']}"
        )


@listing.command("nets")
def list_nets(as_json: AsJson = False) -> None:
    """List the nets."""
    from striate.nets import catalog

    _rows(("net", "what it is"), [(entry.name, entry.summary) for entry in catalog.ENTRIES.values()], as_json)


@listing.command("data")
def list_data(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the datasets, and where they were found."""
    from striate.data import describe

    rows = [(entry.name, entry.size, str(entry.classes), entry.where) for entry in describe(data_dir)]
    _rows(("data", "images", "classes", "where"), rows, as_json)


@listing.command("studies")
def list_studies(as_json: AsJson = False) -> None:
    """List the questions that are built in."""
    from striate.studies.catalog import BUILTIN

    _rows(("study", "question"), [(entry.name, entry.summary) for entry in BUILTIN.values()], as_json)


@showing.command("net")
def show_net(
    name: str,
    input: Annotated[str, typer.Option(metavar="CxHxW", help="Channels, height and width of an image.")] = "3x32x32",
    classes: Annotated[int, typer.Option(min=2, help="Number of classes.")] = 10,
    svg: Annotated[Path | None, typer.Option(help="Write the figure of the architecture to this file.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Describe the architecture in words.")] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Show a net layer by layer: shapes, parameters, multiply-adds, receptive field."""
    from striate.app import terminal
    from striate.app.describe import net_anatomy
    from striate.base.files import dump_json, write_text
    from striate.reports.figure import architecture_svg, architecture_text

    anatomy = net_anatomy(name, dict(_setting(s) for s in settings or ()), input, classes)
    if svg is not None:
        write_text(svg, architecture_svg(anatomy))
        _say(f"wrote {svg}")
    if as_json:
        totals = {"parameters": anatomy.parameters, "macs": anatomy.macs}
        print(dump_json({**anatomy.to_json(), **totals}), end="")
    elif text:
        print(architecture_text(anatomy))
    else:
        terminal.show_anatomy(terminal.console(), anatomy)


@app.command()
def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Examine this machine: versions, processor, precision, data."""
    from striate.app.doctor import examine

    findings = examine(data_dir)
    rows = [("ok" if f.well else "MEND", f.subject, f.text) for f in findings]
    _rows(("", "subject", "finding"), rows, as_json)
    if not all(f.well for f in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; a mistake of the caller ends in one sentence on stderr and its exit code."""
    debug = "--debug" in sys.argv
    try:
        app()
    except StriateError as error:
        if debug:
            raise
        _say(f"striate: {error}")
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        _say(f"striate: this is a defect of striate ({type(error).__name__}: {error}); run it again with striate --debug")
        sys.exit(1)


def _end(run: Any, as_json: bool) -> None:
    from striate.app import terminal

    if as_json:
        last = {f"{row.split}_{row.metric}": row.value for row in run.history() if row.epoch == run.epoch}
        record = {"folder": str(run.folder), "status": run.status, "reason": run.reason, "epoch": run.epoch, "last": last}
        from striate.base.files import dump_json

        print(dump_json(record), end="")
    else:
        terminal.show_run(terminal.console(), run)
    if run.status == "interrupted":
        raise typer.Exit(INTERRUPTED)
    if run.status == "diverged":
        raise typer.Exit(DIVERGED)


def _changes(settings: list[str] | None, **options: Any) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    return given | dict(_setting(text) for text in settings or ())


def _setting(text: str) -> tuple[str, Any]:
    from striate.training.recipe import parse_setting

    return parse_setting(text)


def _rows(columns: tuple[str, ...], rows: list[tuple[str, ...]], as_json: bool) -> None:
    if as_json:
        print(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2))
        return
    from striate.app.terminal import console, table

    made = table(*columns)
    for row in rows:
        made.add_row(*row)
    console().print(made)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
