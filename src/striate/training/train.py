"""The doors to the loop: train a recipe, resume a folder, test a folder."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from striate.base.disk.files import write_json
from striate.base.disk.lock import locked
from striate.base.disk.sealed_json import sealed
from striate.base.errors import DataError, RunError, reason
from striate.data import ImageSet
from striate.data.imageset import Split
from striate.training.engines import machine
from striate.training.engines.denormals import denormals_flushed
from striate.training.engines.evaluate import evaluate, with_mirror_images
from striate.training.engines.scratch import score as score_of_model
from striate.training.engines.setup import set_up
from striate.training.feed.batches import in_order
from striate.training.feed.images import images_of
from striate.training.feed.normalization import Normalization
from striate.training.folder import checkpoints
from striate.training.folder.own_code import admit
from striate.training.folder.restore_net import by_hand, saved_model, saved_net
from striate.training.folder.run import DONE, REMEDY, Run, begin, open_run, write_status
from striate.training.folder.weights import best, kept, stands
from striate.training.loop import Watch, run_epochs
from striate.training.recipe.recipe import Recipe
from striate.training.session import Warn, extend, mended, record, same_data
from striate.training.trials.linear_optimum import advice


def train(
    recipe: Recipe,
    out: str | Path,
    *,
    images: ImageSet | None = None,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
) -> Run:
    """Train ``recipe`` into the folder ``out`` and return the run; a folder of the same recipe is continued.

    ``images`` spares loading the recipe's data again; ``watch`` is told after every update. The run's status is
    finished, diverged or interrupted. Raises StriateError before anything is written when recipe, data or net are refused,
    or when ``out`` holds something else.
    """
    folder = Path(out)
    if (folder / "recipe.json").exists():
        run = mended(folder, warn)
        begin(folder, recipe)  # raises when it is another recipe's
        if run.status in DONE:
            return run
        admit(folder, recipe.net)
    loaded = images if images is not None else images_of(recipe, data_dir)
    setup = set_up(recipe, loaded, warn)
    fresh = not folder.exists()
    if not fresh and not (folder / "recipe.json").is_file():
        begin(folder, recipe)  # refuses a foreign folder before a lock is put into it
    with locked(folder, "checkpoints"):
        begin(folder, recipe)
        record(setup, folder)
        try:
            with denormals_flushed():
                status, _ = run_epochs(setup, folder, watch)
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


def resume(
    folder: str | Path,
    *,
    epochs: int | None = None,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
) -> Run:
    """Continue the run in ``folder`` where its newest checkpoint stands; a run that has ended is returned as it is.

    ``epochs`` gives it more epochs than its recipe had, where the learning rates so far do not depend on their number: it
    then ends in the same bytes as if it had been asked for at first. Raises RunError where they do.
    """
    run = mended(Path(folder), warn)
    if epochs is not None:
        run = extend(run, epochs)
    return run if run.status in DONE else train(run.recipe, run.folder, data_dir=data_dir, watch=watch, warn=warn)


def test(
    folder: str | Path,
    *,
    epoch: int | None = None,
    images: ImageSet | None = None,
    data_dir: str | Path | None = None,
    warn: Warn = warnings.warn,
) -> dict[str, Any]:
    """Return the score of the best-validation checkpoint on the test split: accuracy, loss, images, epoch, step.

    Where the recipe has test_flips, also accuracy_flips and loss_flips, of the mean logits of each image and its mirror image.
    The test split is touched once: the score is stored in test.json, and a second call reads it; after more epochs than it was
    of, ``earlier`` lists it in the new one. A run that has not finished is scored by its best weights so far, with ``status``,
    and ``epoch`` asks for weights that keep_every kept; both are not stored. Raises RunError when the run diverged or there
    are no such weights, DataError when the data have no test split.
    """
    run = mended(Path(folder), warn, weights=False)
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
        earlier = {key: value for key, value in stored.items() if key in ("accuracy", "loss", "epoch", "step")}
        result["earlier"] = [*stored.get("earlier", []), earlier]
    if final:
        with locked(run.folder):  # which also sweeps away what a kill left of an earlier attempt
            write_json(run.folder / "test.json", sealed(result))
    elif run.status != "finished":
        result |= {"status": run.status, "reached": run.epoch, "epochs": run.recipe.epochs}
    return result


def _scored(run: Run, chosen: checkpoints.Checkpoint, split: Split) -> dict[str, Any]:
    where = torch.device("cpu") if by_hand(chosen.values) else machine.device()
    normalization = Normalization.of(chosen.values)
    if by_hand(chosen.values):
        score = score_of_model(saved_model(chosen.values, chosen.tensors), in_order(split, normalization, where))
    else:
        score = evaluate(saved_net(chosen.values, chosen.tensors).to(where), in_order(split, normalization, where))
    epoch = next((row.epoch for row in run.history() if row.step == chosen.step), run.epoch)
    result = {
        "accuracy": score.accuracy,
        "loss": score.loss,
        "images": score.images,
        "epoch": epoch,
        "step": chosen.step,
        "checkpoint": chosen.record["sha256"],
    }
    if run.recipe.test_flips:
        net = saved_net(chosen.values, chosen.tensors).to(where)
        result |= with_mirror_images(net, in_order(split, normalization, where))
    if run.recipe.validate_on_test:
        result["chosen_on_test"] = True  # the same images chose these weights, so the score is too good
    return result


def best_net(run: Run, *, warn: Warn = warnings.warn) -> tuple[nn.Module, dict[str, Any], int]:
    """Return the net with the weights of the best validation accuracy, its labels (classes, mean, std ...), and its step.

    A net by hand comes as its PyTorch twin. Raises RunError when the run kept none (it diverged at once, or its files are
    damaged), and for a net of one's own that nobody has named; ``warn`` is told when its source has changed.
    """
    admit(run.folder, run.recipe.net, warn)
    found = best(run)
    return saved_net(found.values, found.tensors).eval(), found.values, found.step
