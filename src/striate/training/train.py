"""The doors to the loop: train a recipe, resume a folder, test a folder."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from torch import nn

from striate.base.disk.files import write_json
from striate.base.disk.lock import locked
from striate.base.disk.sealed_json import sealed
from striate.base.errors import DataError, RecipeError, RunError, reason
from striate.data import ImageSet
from striate.data.catalog import one_of
from striate.data.imageset import Split
from striate.nets.custom.calling import in_mode
from striate.training.engines import machine
from striate.training.engines.denormals import denormals_flushed
from striate.training.engines.evaluate import evaluate
from striate.training.engines.processes import crew
from striate.training.engines.processes.follow import job
from striate.training.engines.processes.group import Group
from striate.training.engines.scratch import score as score_of_model
from striate.training.engines.setup import Setup, set_up
from striate.training.feed.batches import in_order
from striate.training.feed.images import images_of
from striate.training.folder import checkpoints
from striate.training.folder.forms import DONE
from striate.training.folder.labels import Labels
from striate.training.folder.own_answers import refuse_other
from striate.training.folder.own_code import admit, source_of
from striate.training.folder.restore_net import saved_model, saved_net
from striate.training.folder.run import REMEDY, Run, begin, open_run, write_status
from striate.training.folder.run_score import RunScore
from striate.training.folder.saving import continues
from striate.training.folder.weights import best, kept, stands
from striate.training.loggers.catalog import TENSORBOARD
from striate.training.loggers.logging import asked
from striate.training.loop import Watch, run_epochs
from striate.training.recipe.recipe import Recipe
from striate.training.session import Warn, extend, mended, record, restored, same_data
from striate.training.starting.source import beside, settled
from striate.training.trials.linear_optimum import advice


def train(
    recipe: Recipe,
    out: str | Path,
    *,
    images: ImageSet | None = None,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
    processes: int | Group = 1,
    log: str | Sequence[str] = (TENSORBOARD,),
) -> Run:
    """Train ``recipe`` into the folder ``out`` and return the run; a folder of the same recipe is continued.

    ``images`` spares loading the recipe's data again; ``watch`` is told after every update. The run's status is
    finished, diverged or interrupted. With ``processes`` that many train together, each its part of every batch; they share
    this one's threads, and load the recipe's data themselves. ``log`` names the loggers that are told of each epoch
    (`striate.training.loggers.catalog`); a run that goes on has those that it had besides. Raises StriateError before
    anything is written when recipe, data or net are refused, or when ``out`` holds something else.
    """
    given = cast("object", recipe)  # of those who do without types
    if not isinstance(given, Recipe):
        raise RecipeError(
            f'recipe is a {type(given).__name__}, and must be a Recipe, as Recipe(net="convnet", epochs=3)'
        )
    group = processes if isinstance(processes, Group) else Group(size=processes)
    crew.check(recipe, group)
    folder, log = Path(out), (log,) if isinstance(log, str) else log
    asked(folder, log)  # raises where one is unknown
    if (folder / "recipe.json").exists():
        run = mended(folder, warn)
        begin(folder, recipe)  # raises when it is another recipe's
        if run.status in DONE:
            return run
        admit(folder, recipe.net)
        recipe = run.recipe  # with what start weights said when it began
    recipe, begun = settled(recipe, folder), recipe.start is not None and continues(folder)
    loaded = images if images is not None else images_of(recipe, data_dir)
    setup = set_up(recipe if begun else beside(recipe, folder), loaded, warn, group, begun=begun)
    fresh = not folder.exists()
    if not fresh and not (folder / "recipe.json").is_file():
        begin(folder, recipe)  # refuses a foreign folder before a lock is put into it
    with locked(folder, "checkpoints"), crew.threads_parted(group):
        begin(folder, recipe)
        progress = restored(setup, folder)  # before anything is written: weights that do not fit leave no trace
        record(setup, folder)
        try:
            with denormals_flushed(), crew.leading(group, _job(setup, data_dir)):
                status, _ = run_epochs(setup, folder, progress, watch, log)
            if status == "finished" and (advised := advice(recipe, setup.splits, setup.engine.module())):
                warn(advised)
        except BaseException as error:
            before, told = open_run(folder), reason(error, kind=True)
            stopped = isinstance(error, KeyboardInterrupt)
            write_status(
                folder,
                *(("interrupted", "stopped at once") if stopped else ("failed", told)),
                before.epoch,
                before.step,
            )
            raise
    return open_run(folder)


def _job(setup: Setup, data_dir: str | Path | None) -> dict[str, Any]:
    recipe, where = setup.recipe, str(data_dir) if data_dir else None
    return job(recipe.to_json(), source_of(recipe.net), setup.images.fingerprint, setup.engine.precision, where)


def resume(
    folder: str | Path | Run,
    *,
    epochs: int | None = None,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
    processes: int | Group = 1,
    log: str | Sequence[str] = (TENSORBOARD,),
) -> Run:
    """Continue the run in ``folder`` where its newest checkpoint stands; a run that has ended is returned as it is.

    ``epochs`` gives it more epochs than its recipe had, where the learning rates so far do not depend on their number: it
    then ends in the same bytes as if it had been asked for at first. Raises RunError where they do. ``processes`` as in
    `train`: with another number than before, the run goes on to rounding, and not to the same bytes.
    """
    run = mended(Path(folder), warn)
    if epochs is not None:
        run = extend(run, epochs)
    return (
        run
        if run.status in DONE
        else train(run.recipe, run.folder, data_dir=data_dir, watch=watch, warn=warn, processes=processes, log=log)
    )


def test(
    folder: str | Path | Run,
    *,
    epoch: int | None = None,
    images: ImageSet | None = None,
    data_dir: str | Path | None = None,
    warn: Warn = warnings.warn,
) -> RunScore:
    """Return the score of the best-validation checkpoint on the test split.

    Where the recipe has test_flips, it has also that of the mean logits of each image and its mirror image.
    The test split is touched once: the score is stored in test.json, and a second call reads it; after more epochs than it was
    of, ``earlier`` lists it in the new one. A run that has not finished is scored by its best weights so far, with ``status``,
    and ``epoch`` asks for weights that keep_every kept; both are not stored. Raises RunError when the run diverged or there
    are no such weights, DataError when the data have no test split.
    """
    folder = Path(folder)
    run = mended(folder, warn, weights=False)
    if run.status == "diverged" and epoch is None:
        raise RunError(
            f'the run in "{folder}" is diverged, and only one that is not has weights to be tested; train again with {REMEDY}'
        )
    final = run.status == "finished" and epoch is None
    stored = run.test() if final else None
    if stored and stands(run, stored):
        return stored
    chosen = best(run) if epoch is None else kept(run, epoch)
    data = images if images is not None else images_of(run.recipe, data_dir)
    if data.test is None:
        raise DataError(f"{data.name} has no test split; add a folder test/CLASS/ beside train/")
    same_data(run.folder, data)
    admit(run.folder, run.recipe.net)
    result = _scored(run, chosen, data.test)
    if stored:
        result = replace(result, earlier=(*stored.earlier, stored.before()))
    if final:
        with locked(run.folder):  # which also sweeps away what a kill left of an earlier attempt
            write_json(run.folder / "test.json", sealed(result.to_json()))
    elif run.status != "finished":
        result = replace(result, status=run.status, reached=run.epoch, epochs=run.recipe.epochs)
    return result


def _scored(run: Run, chosen: checkpoints.Checkpoint, split: Split) -> RunScore:
    labels = Labels.of(chosen.values)
    where = machine.device(by_hand=labels.by_hand)
    batches = partial(in_order, split, labels.normalization, where)
    if labels.by_hand:
        score = score_of_model(saved_model(labels, chosen.tensors), batches())
    else:
        net = saved_net(labels, chosen.tensors).to(where)
        refuse_other(run.folder, net, run.recipe.net, labels.image_shape)
        score = evaluate(net, batches())
    flipped = None
    if run.recipe.test_flips:
        flipped = evaluate(saved_net(labels, chosen.tensors).to(where), batches(), flips=True)
    return RunScore(
        score.accuracy,
        score.loss,
        score.images,
        epoch=next((row.epoch for row in run.history() if row.step == chosen.step), run.epoch),
        step=chosen.step,
        checkpoint=chosen.record["sha256"],
        accuracy_flips=flipped.accuracy if flipped else None,
        loss_flips=flipped.loss if flipped else None,
        chosen_on_test=run.recipe.validate_on_test,
        unit=one_of(run.recipe.data),
    )


@dataclass(frozen=True, eq=False)
class Best:
    """The net with the weights of the best validation accuracy, in evaluation mode, what they say of it, and their step."""

    net: nn.Module
    labels: Labels
    step: int


def best_net(run: Run, *, warn: Warn = warnings.warn) -> Best:
    """Return the net with the weights of the best validation accuracy.

    A net by hand comes as its PyTorch twin. Raises RunError when the run kept none (it diverged at once, or its files are
    damaged), and for a net of one's own that nobody has named; ``warn`` is told when its source has changed.
    """
    admit(run.folder, run.recipe.net, warn)
    found = best(run)
    labels = Labels.of(found.values)
    net = saved_net(labels, found.tensors)
    refuse_other(run.folder, net, run.recipe.net, labels.image_shape, warn)
    return Best(in_mode(net), labels, found.step)
