"""The doors to the loop: train a recipe, resume a folder, test a folder."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from striate.base.errors import DataError, RunError
from striate.base.files import read_json, write_json
from striate.data import ImageSet, load
from striate.nets.anatomy import anatomy
from striate.scratch.threads import threads
from striate.training import checkpoints, machine
from striate.training.batches import in_order
from striate.training.denormals import denormals_flushed
from striate.training.evaluate import evaluate, with_mirror_images
from striate.training.loop import Watch, run_epochs
from striate.training.normalization import Normalization
from striate.training.recipe import Recipe
from striate.training.run import DONE, REMEDY, Run, begin, locked, open_run, write_status
from striate.training.saved import by_hand, saved_model, saved_net
from striate.training.scratch_engine import score as score_of_model
from striate.training.setup import Setup, set_up

Warn = Callable[[str], None]


def train(
    recipe: Recipe,
    out: str | Path,
    *,
    images: ImageSet | None = None,
    data_dir: Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
) -> Run:
    """Train ``recipe`` into the folder ``out`` and return the run; a folder of the same recipe is continued.

    ``images`` spares loading the recipe's data again; ``watch`` is told after every update. The run's status is
    finished, diverged or interrupted. Raises StriateError before anything is written when recipe, data or net are refused,
    or when ``out`` holds something else.
    """
    folder = Path(out)
    if (folder / "recipe.json").is_file() and open_run(folder).status in DONE:
        begin(folder, recipe)  # raises when it is another recipe's
        return open_run(folder)
    loaded = images if images is not None else load(recipe.data, data_dir=data_dir, image_size=recipe.image_size)
    setup = set_up(recipe, loaded, warn)
    fresh = not folder.exists()
    if not fresh and not (folder / "recipe.json").is_file():
        begin(folder, recipe)  # refuses a foreign folder before a lock is put into it
    with locked(folder):
        begin(folder, recipe)
        _record(setup, folder)
        try:
            with denormals_flushed():
                run_epochs(setup, folder, watch)
        except BaseException as error:
            before, told = open_run(folder), f"{type(error).__name__}: {error}"
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
    folder: str | Path, *, data_dir: Path | None = None, watch: Watch | None = None, warn: Warn = warnings.warn
) -> Run:
    """Continue the run in ``folder`` where its newest checkpoint stands; a run that has ended is returned as it is."""
    run = open_run(Path(folder))
    return run if run.status in DONE else train(run.recipe, run.folder, data_dir=data_dir, watch=watch, warn=warn)


def test(folder: str | Path, *, images: ImageSet | None = None, data_dir: Path | None = None) -> dict[str, Any]:
    """Return the score of the best-validation checkpoint on the test split: accuracy, loss, images, epoch, step.

    Where the recipe has test_flips, also accuracy_flips and loss_flips, of the mean logits of each image and its mirror image.
    The test split is touched once: the score is stored in test.json, and a second call reads it.
    Raises RunError when the run has not finished, DataError when the data have no test split.
    """
    run = open_run(Path(folder))
    if stored := run.test():
        return stored
    if run.status != "finished":
        todo = f"train again with {REMEDY}" if run.status == "diverged" else f"see striate resume {folder}"
        raise RunError(f'the run in "{folder}" is {run.status}, and only a finished one is tested; {todo}')
    data = images if images is not None else load(run.recipe.data, data_dir=data_dir, image_size=run.recipe.image_size)
    if data.test is None:
        raise DataError(f"{data.name} has no test split; add a folder test/CLASS/ beside train/")
    same_data(run.folder, data)
    best = _best(run)
    where = torch.device("cpu") if by_hand(best.values) else machine.device()
    normalization = Normalization.of(best.values)
    if by_hand(best.values):
        score = score_of_model(saved_model(best.values, best.tensors), in_order(data.test, normalization, where))
    else:
        score = evaluate(saved_net(best.values, best.tensors).to(where), in_order(data.test, normalization, where))
    epoch = next((row.epoch for row in run.history() if row.step == best.step), run.epoch)
    result = {"accuracy": score.accuracy, "loss": score.loss, "images": score.images, "epoch": epoch, "step": best.step}
    if run.recipe.test_flips:
        net = saved_net(best.values, best.tensors).to(where)
        result |= with_mirror_images(net, in_order(data.test, normalization, where))
    if run.recipe.validate_on_test:
        result["chosen_on_test"] = True  # the same images chose these weights, so the score is too good
    write_json(run.folder / "test.json", result)
    return result


def best_net(run: Run) -> tuple[nn.Module, dict[str, Any], int]:
    """Return the net with the weights of the best validation accuracy, its labels (classes, mean, std ...), and its step.

    A net by hand comes as its PyTorch twin. Raises RunError when the run kept none (it diverged at once, or its files are
    damaged).
    """
    best = _best(run)
    return saved_net(best.values, best.tensors).eval(), best.values, best.step


def _best(run: Run) -> checkpoints.Checkpoint:
    found, damaged = checkpoints.newest(run.folder / "checkpoints", "best")
    if found is None:
        why = f" ({'; '.join(damaged)})" if damaged else ""
        raise RunError(f'the run in "{run.folder}" has no best-validation checkpoint{why}; train it again')
    return found


def _record(setup: Setup, folder: Path) -> None:
    """Write environment and anatomy; on resume, refuse other data and warn of another machine or thread count."""
    path = folder / "environment.json"
    now = (
        machine.environment()
        | _own_environment(setup)
        | {
            "precision": setup.engine.precision,
            "precision_reason": setup.engine.precision_reason,
            "data": setup.images.name,
            "data_fingerprint": setup.images.fingerprint,
            "train_images": setup.feed.images,
            "val_images": len(setup.splits.val.labels),
            "classes": len(setup.images.classes),
            "largest_class": float(np.bincount(setup.splits.val.labels).max() / len(setup.splits.val.labels)),
            "data_notes": list(setup.images.notes),
        }
    )
    if path.is_file():
        same_data(folder, setup.images)
        before = read_json(path)
        last = {**before, **(before.get("continued") or [{}])[-1]}
        keys = ("threads", "torch", "processor", "precision", "device")
        if changed := {key: now[key] for key in keys if last.get(key) != now[key]}:
            setup.warn(f"the run continues, though not bit for bit: {', '.join(changed)} differ from its last part")
            write_json(path, {**before, "continued": [*before.get("continued", []), changed]})
        return
    write_json(
        folder / "anatomy.json", anatomy(setup.engine.module(), setup.images.image_shape, setup.recipe.net).to_json()
    )
    write_json(path, now)  # last, for it says that the others are there


def _own_environment(setup: Setup) -> dict[str, Any]:
    """Return where the layers by hand differ from PyTorch: they run on the processor, with threads of their own."""
    if setup.recipe.engine != "scratch":
        return {}
    return {"device": "cpu", "threads": threads()}


def same_data(folder: Path, images: ImageSet) -> None:
    """Raise RunError unless ``images`` are those that the run in ``folder`` began with, by their fingerprint."""
    path = folder / "environment.json"
    if path.is_file() and read_json(path).get("data_fingerprint") != images.fingerprint:
        raise RunError(
            f'the images of "{images.name}" changed since the run in "{folder}" began (their fingerprint differs); '
            "restore them, or start a new run with another --out"
        )
