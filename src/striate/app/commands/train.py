"""The commands that train: train and resume, and the two trials that train asks for with a flag."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from striate.app.commands import trials
from striate.app.commands.look import AsJson, DataDir, Settings, settings_of, tell_shared_names
from striate.app.terminal.speech import say, tell
from striate.base.disk.files import part_of_name

if TYPE_CHECKING:
    from striate.training.folder.run import Run

INTERRUPTED, DIVERGED = 130, 4
Like = Annotated[
    str | None,
    typer.Option(help="keras: its epsilons, batch-norm momentum and initial weights, where nothing else is set."),
]
NO_FIELDS = ("out", "overfit_batch", "range_test", "settings", "data_dir", "as_json")


def train(
    engine: Annotated[str | None, typer.Option(help="torch; or scratch, the layers by hand in NumPy.")] = None,
    net: Annotated[
        str | None,
        typer.Option(help="A name of `striate list nets`, package.module:callable, timm:NAME, torchvision:NAME."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="A name of `striate list data`, an image folder, or a table (.npz with X and y).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run.  [default: runs/NET-DATA-SEED]")] = None,
    hidden: Annotated[int | None, typer.Option(help="Units of the hidden layer.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images per update.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="sgd, rmsprop, adam or adamw.")] = None,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate.")] = None,
    schedule: Annotated[str | None, typer.Option(help="constant, step, cosine, one-cycle or inverse-time.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="L2 strength; decoupled for adamw.")] = None,
    label_smoothing: Annotated[float | None, typer.Option(help="Share of the target spread over all classes.")] = None,
    flip: Annotated[bool | None, typer.Option("--flip/--no-flip", help="Mirror images at random.")] = None,
    pad_crop: Annotated[int | None, typer.Option(help="Pixels of padding before a random crop.")] = None,
    cutout: Annotated[int | None, typer.Option(help="Side in pixels of a square blackened at random.")] = None,
    mixup: Annotated[float | None, typer.Option(help="Strength of blending images in pairs.")] = None,
    cutmix: Annotated[float | None, typer.Option(help="Strength of pasting boxes of other images.")] = None,
    train_images: Annotated[int | None, typer.Option(help="Train on that many of the images.")] = None,
    skip_damaged: Annotated[
        bool | None,
        typer.Option("--skip-damaged/--no-skip-damaged", help="Leave out files of a folder that cannot be read."),
    ] = None,
    test_flips: Annotated[
        bool | None, typer.Option("--test-flips/--no-test-flips", help="Score the test with mirror images too.")
    ] = None,
    like: Like = None,
    precision: Annotated[str | None, typer.Option(help="auto, float32, bfloat16 or float64.")] = None,
    seed: Annotated[int | None, typer.Option(help="Root of the random streams.")] = None,
    overfit_batch: Annotated[
        bool, typer.Option("--overfit-batch", help="Only see whether one batch is learned by heart.")
    ] = False,
    range_test: Annotated[
        bool, typer.Option("--range-test", help="Only see which learning rates are worth trying; files go to --out.")
    ] = False,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Train one net by a recipe; --set reaches every other field that `striate list fields` tells."""
    given = {name: value for name, value in locals().items() if name not in NO_FIELDS}
    changes = changes_of(settings, **given)
    if overfit_batch and range_test:
        raise typer.BadParameter("--overfit-batch and --range-test are two trials; ask for one at a time")
    if overfit_batch and out is not None:
        raise typer.BadParameter("--overfit-batch writes no files; leave out --out")

    from striate.training.recipe.recipe import Recipe

    recipe = Recipe().change(**changes)
    if recipe.engine == "torch":
        tell_shared_names(recipe.net)
    if overfit_batch:
        trials.overfit(recipe, data_dir, as_json)
        return
    if range_test:
        trials.range_test(recipe, out, data_dir, as_json)
        return
    net_name, data_name = part_of_name(recipe.net), part_of_name(os.path.basename(os.path.abspath(recipe.data)))
    folder = out or Path("runs") / f"{net_name}-{data_name}-{recipe.seed}"

    from striate.app.terminal.progress import watching_run
    from striate.app.terminal.show import console
    from striate.training import train as door

    done = _done(folder)
    with watching_run(console(stderr=True)) as watch:
        run = door.train(recipe, folder, data_dir=data_dir, watch=watch, warn=say)
    _end(run, as_json, done is not None)


def resume(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    epochs: Annotated[int | None, typer.Option(min=1, help="Give the run more epochs, up to this many in all.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Continue an interrupted run; it ends in the same bytes as if it had never stopped."""
    from striate.app.terminal.progress import watching_run
    from striate.app.terminal.show import console
    from striate.training import train as door

    done = _done(folder)
    with watching_run(console(stderr=True)) as watch:
        run = door.resume(folder, epochs=epochs, data_dir=data_dir, watch=watch, warn=say)
    _end(run, as_json, done=done is not None and (done.status, done.epoch) == (run.status, run.epoch))


def _done(folder: Path) -> Run | None:
    """Return the run in ``folder`` where it has ended before; None where it goes on, or has still to be mended."""
    from striate.base.errors import RunError
    from striate.training.folder.forms import DONE
    from striate.training.folder.run import open_run

    try:
        run = open_run(folder) if (folder / "status.json").exists() else None
    except RunError:
        return None
    return run if run is not None and run.status in DONE else None


def _end(run: Any, as_json: bool, done: bool) -> None:
    from striate.app.terminal import show as terminal

    if done:
        say("this run had ended already, and nothing was trained; choose another --out for a new one")
    if as_json:
        best = run.best()
        last = {f"{row.split}_{row.metric}": row.value for row in run.history() if row.epoch == run.epoch}
        record = {
            "folder": str(run.folder),
            "status": run.status,
            "reason": run.reason,
            "epoch": run.epoch,
            "last": last,
            "best": None if best is None else {"epoch": best[0], "val_accuracy": best[1]},
        }
        from striate.base.disk.files import dump_json

        tell(dump_json(record), nl=False)
    else:
        terminal.show_run(terminal.console(), run)
    if run.status == "interrupted":
        raise typer.Exit(INTERRUPTED)
    if run.status == "diverged":
        raise typer.Exit(DIVERGED)


def changes_of(settings: list[str] | None, **options: Any) -> dict[str, Any]:
    """Return the options that were given, and the settings, as changes of a recipe; RecipeError for a field given twice."""
    given = {name: value for name, value in options.items() if value is not None}
    settled = settings_of(settings)
    if twice := [name for name in given if name in settled]:
        from striate.base.errors import RecipeError

        raise RecipeError(f"{twice[0]} is given by --{twice[0].replace('_', '-')} and by --set; give it once")
    changes = given | settled
    if isinstance(net := changes.get("net"), str):
        from striate.nets.custom.trust import trust

        trust(net)
    if "hidden" in given and _of_any_depth(changes.get("engine"), changes.get("net")):
        changes["hidden"] = [given["hidden"]]
    return changes


def _of_any_depth(engine: str | None, net: str | None) -> bool:
    """Tell whether the net takes the units of any number of hidden layers."""
    from striate.base.errors import StriateError
    from striate.training.recipe.engine_nets import complete
    from striate.training.recipe.recipe import Recipe

    usual = Recipe()
    try:
        options = complete(engine or usual.engine, net or usual.net, {})
    except StriateError:
        return False  # said better when the recipe itself is made
    return isinstance(getattr(options, "hidden", None), (list, tuple))
