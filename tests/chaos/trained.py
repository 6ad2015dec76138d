"""The small runs that are killed and damaged, what counts as their result, and how two results differ."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from striate.training import loop
from striate.training.feed.images import images_of
from striate.training.loop import Tick, Watch
from striate.training.recipe.recipe import Recipe
from striate.training.train import resume, test, train

# Everything random is on: dropout, batch normalization, augmentation. Three updates in an epoch, three epochs.
BASE = Recipe(
    net_options={"widths": [[3], [4]], "hidden": [6], "norm": "batch", "dropout": 0.3},
    flip=True,
    pad_crop=1,
    cutout=2,
    batch_size=25,
    train_images=75,
    epochs=3,
    lr=0.01,
    seed=3,
)
VARIANTS: dict[str, dict[str, Any]] = {
    "adam": {},
    "nesterov and cosine": {"optimizer": "sgd", "nesterov": True, "schedule": "cosine", "weight_decay": 0.01},
    "every loss in float64": {"record_steps": True, "precision": "float64", "keep_every": 1},
    "mixed and rmsprop": {"mixup": 0.3, "cutmix": 1.0, "standardize": "image", "optimizer": "rmsprop"},
    "one-cycle, every epoch kept": {"optimizer": "adamw", "schedule": "one-cycle", "keep_every": 1},
}
STEPS = 3  # updates in an epoch
IMAGES = images_of(BASE, None)


def quiet(told: str) -> None:
    """Take a warning; that a run goes on with other bytes is none that a kill may cause."""
    if "not bit for bit" in told:
        raise AssertionError(told)


def stop_after(step: int) -> Watch:
    """Return a watcher that asks for a stop, as Ctrl-C does, once update ``step`` is done."""

    def watch(tick: Tick) -> None:
        if tick.step == step and tick.val is None:
            os.kill(os.getpid(), signal.SIGINT)

    return watch


def warm(place: Path) -> None:
    """Do all once in this process, so that no child imports anything; and have every run save after each epoch."""
    loop.SAVE_SECONDS = 0.0
    test(train(BASE, place / "warm", images=IMAGES).folder, images=IMAGES)


def whole_run(
    recipe: Recipe, folder: Path, threads: int = 1, watch: Watch | None = None, *, tested: bool = True
) -> Callable[[], None]:
    """Return what trains a recipe into a folder and tests it, from the start or from where it stands."""

    def work() -> None:
        import torch

        torch.set_num_threads(threads)
        run = train(recipe, folder, images=IMAGES, watch=watch, warn=quiet)
        if run.status == "finished" and tested:
            test(folder, images=IMAGES, warn=quiet)

    return work


def extension(folder: Path, epochs: int) -> Callable[[], None]:
    """Return what gives a run more epochs, and tests it."""

    def work() -> None:
        resume(folder, epochs=epochs, warn=quiet)
        test(folder, images=IMAGES, warn=quiet)

    return work


def result(folder: Path) -> dict[str, bytes]:
    """Return what a run is about, by name: recipe, history, last state, all weights that are kept, and the test score."""
    states = sorted((folder / "checkpoints").glob("step-*.safetensors"))[-1:]
    weights = [path for kind in ("best", "epoch") for path in (folder / "checkpoints").glob(f"{kind}-*.safetensors")]
    named = [folder / name for name in ("recipe.json", "history.csv", "anatomy.json", "test.json")]
    return {path.name: path.read_bytes() for path in [*named, *states, *sorted(weights)] if path.is_file()}


def differing(found: dict[str, bytes], wanted: dict[str, bytes]) -> int:
    """Return how many bytes differ between two results; a file that only one of them has counts whole."""
    count = 0
    for name in found.keys() | wanted.keys():
        one, other = found.get(name, b""), wanted.get(name, b"")
        count += sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
    return count


def litter(folder: Path) -> list[str]:
    """Return what a writer that was killed has left and nobody has swept away."""
    return [path.name for path in folder.rglob("*.tmp")]
