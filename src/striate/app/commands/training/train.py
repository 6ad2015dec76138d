"""`striate train` and `striate resume`; and the two trials that train asks for with a switch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.commands.training import trials
from striate.app.options.own_code import OwnCode
from striate.app.options.recipe import Changes, RecipeFields
from striate.app.options.shared import AsJson, DataDir, Device, Like, Log, Processes, RunFolder, Settings
from striate.app.terminal.speech import DIVERGED, INTERRUPTED, remark, say, tell

if TYPE_CHECKING:
    from striate.app.actions.training import Ended

FIELDS = (
    *("engine", "net", "data", "epochs", "batch_size", "optimizer", "lr", "schedule", "weight_decay"),
    *(
        "label_smoothing",
        "start",
        "freeze",
        "unfreeze_after",
        "flip",
        "pad_crop",
        "cutout",
        "mixup",
        "cutmix",
        "train_images",
        "skip_damaged",
        "test_flips",
    ),
    *("precision", "seed"),
)
"""The fields of the recipe that have options of their own; --set reaches the others."""


def train(
    fields: Annotated[Changes, RecipeFields(FIELDS, defaults=True)],
    hidden: Annotated[int | None, typer.Option(help="Units of the hidden layer.")] = None,
    like: Like = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run.  [default: runs/NET-DATA-SEED]")] = None,
    overfit_batch: Annotated[bool, typer.Option(help="Only see whether one batch is learned by heart.")] = False,
    range_test: Annotated[
        bool, typer.Option(help="Only see which learning rates are worth trying; files go to --out.")
    ] = False,
    settings: Settings = None,
    device: Device = None,  # its callback names it, also for the processes that are started
    log: Log = None,
    processes: Processes = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Train one net by a recipe; --set reaches every other field that `striate list fields` tells."""
    from striate.app.inputs.changes import changes_of

    changes = changes_of(settings, {**fields.given, "hidden": hidden, "like": like})
    if overfit_batch and range_test:
        raise typer.BadParameter("--overfit-batch and --range-test are two trials; ask for one at a time")
    if overfit_batch and out is not None:
        raise typer.BadParameter("--overfit-batch writes no files; leave out --out")
    if (overfit_batch or range_test) and processes is not None:
        raise typer.BadParameter("--overfit-batch and --range-test are trials on one process; leave out --processes")

    from striate.app.actions.fields import shared_names
    from striate.app.terminal.shared_names import say_shared_names
    from striate.training.recipe.recipe import Recipe

    recipe = Recipe().change(**changes)
    if recipe.engine == "torch":
        say_shared_names(recipe.net, shared_names(recipe.net))
    if overfit_batch:
        trials.overfit(recipe, data_dir, as_json)
        return
    if range_test:
        trials.range_test(recipe, out, data_dir, as_json)
        return

    from striate.app.actions.training import follow_launched, train_run
    from striate.app.progress.bars import watching_run
    from striate.app.terminal.show import console

    if follow_launched(processes, data_dir):
        return
    with watching_run(console(stderr=True)) as watch:
        ended = train_run(recipe, out, data_dir=data_dir, watch=watch, warn=remark, processes=processes, log=log)
    _tell(ended, as_json)


def resume(
    folder: RunFolder,
    *,
    epochs: Annotated[int | None, typer.Option(min=1, help="Give the run more epochs, up to this many in all.")] = None,
    own: OwnCode,
    device: Device = None,
    log: Log = None,
    processes: Processes = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Continue an interrupted run; it ends in the same bytes as if it had never stopped."""
    from striate.app.actions.training import follow_launched, resume_run
    from striate.app.progress.bars import watching_run
    from striate.app.terminal.show import console

    if follow_launched(processes, data_dir):
        return
    own.let_in(folder)
    with watching_run(console(stderr=True)) as watch:
        ended = resume_run(
            folder, epochs=epochs, data_dir=data_dir, watch=watch, warn=remark, processes=processes, log=log
        )
    _tell(ended, as_json)


def _tell(ended: Ended, as_json: bool) -> None:
    """Print how the run ended; an interrupted and a diverged one have exit codes of their own."""
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json

    if ended.idle:
        say("this run had ended already, and nothing was trained; choose another --out for a new one")
    if as_json:
        tell(dump_json(ended.to_json()), nl=False)
    else:
        terminal.show_run(terminal.console(), ended.run)
    if ended.run.status == "interrupted":
        raise typer.Exit(INTERRUPTED)
    if ended.run.status == "diverged":
        raise typer.Exit(DIVERGED)
