"""What a run takes for what: how many images of each class were answered as each class, on its validation or test images.

    counts[k, j] = images of class k that the weights of the best validation epoch answer as class j

The diagonal over its row is the accuracy of a class. The test images are looked at only where their score is known already.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from striate.base.errors import DataError, RunError
from striate.data import ImageSet
from striate.data.catalog import one_of
from striate.training.engines import machine
from striate.training.engines.pieces import in_pieces
from striate.training.feed.batches import in_order, split
from striate.training.feed.images import images_of
from striate.training.folder.run import Run
from striate.training.train import best_net, same_data

On = Literal["val", "test"]


@dataclass(frozen=True, eq=False)
class Confusion:
    """``counts`` is int64 (K, K): rows the true classes, columns the answers, in the order of ``classes``.

    ``unit`` is what one of the ``images`` is called: a row where they are those of a table.
    """

    on: On
    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    unit: str = "image"

    @property
    def images(self) -> int:
        """How many images were classified."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        """The share of images that are classified right."""
        return float(np.trace(self.counts) / self.counts.sum())

    def per_class(self) -> list[tuple[str, int, int]]:
        """Return (class, images, right ones) of every class."""
        rows = zip(self.classes, self.counts.sum(1).tolist(), self.counts.diagonal().tolist(), strict=True)
        return [(name, int(images), int(right)) for name, images, right in rows]

    def most_confused(self, most: int = 10) -> list[tuple[str, str, int]]:
        """Return (true class, answer, images) of the wrong answers, the most frequent first."""
        wrong = self.counts - np.diag(self.counts.diagonal())
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        pairs = [divmod(int(place), len(self.classes)) for place in order]
        return [(self.classes[k], self.classes[j], int(wrong[k, j])) for k, j in pairs if wrong[k, j]]

    def to_json(self) -> dict[str, Any]:
        """Return JSON-able values: on, unit, images, accuracy, classes, counts, per_class."""
        per_class = [
            {"class": name, "images": images, "right": right, "accuracy": right / images if images else None}
            for name, images, right in self.per_class()
        ]
        told = {
            "on": self.on,
            "unit": self.unit,
            "images": self.images,
            "accuracy": self.accuracy,
            "classes": list(self.classes),
        }
        return {**told, "counts": self.counts.tolist(), "per_class": per_class}


def confusion(run: Run, on: On = "val", *, images: ImageSet | None = None, data_dir: Path | None = None) -> Confusion:
    """Return what ``run`` takes for what on its validation images, or, once it has been tested, on its test images.

    ``images`` spares loading the data. Raises RunError where it kept no best weights, where ``on`` is test and no test score is
    there, or where the data are others than those of the run; DataError where they cannot be read.
    """
    if on == "test" and run.test() is None:
        raise RunError(
            f'the run in "{run.folder}" has not been tested, and its test images are looked at once: see striate test '
            f"{run.folder}, or ask for the validation images"
        )
    best = best_net(run)
    data = images if images is not None else images_of(run.recipe, data_dir)
    same_data(run.folder, data)
    shown = data.test if on == "test" else split(data, run.recipe).val
    if shown is None:
        raise DataError(f"{data.name} has no test split; add a folder test/CLASS/ beside train/")
    where = machine.device()
    net, classes = best.net.float().to(where), best.labels.classes
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    with torch.no_grad():
        for batch, truth in in_pieces(net, in_order(shown, best.labels.normalization, where)):
            np.add.at(counts, (truth.cpu().numpy(), net(batch).argmax(1).cpu().numpy()), 1)
    return Confusion(on, classes, counts, one_of(run.recipe.data))
