"""The confusion matrix: counted by hand from the net's own answers, and agreeing with the scores of the run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from striate.base.errors import RunError
from striate.data import ImageSet
from striate.training import train as door
from striate.training.confusion import Confusion, confusion
from striate.training.folder.run import Run, open_run
from striate.training.recipe.recipe import Recipe
from striate.training.train import best_net, train


@pytest.fixture
def run(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> Run:
    return train(recipe.change(epochs=2), tmp_path / "run", images=tiny)


def test_numbers_by_hand() -> None:
    counted = Confusion("val", ("a", "b", "c"), np.array([[3, 1, 0], [0, 2, 0], [2, 0, 0]]))
    assert (counted.images, counted.accuracy) == (8, 5 / 8)
    assert counted.per_class() == [("a", 4, 3), ("b", 2, 2), ("c", 2, 0)]
    assert counted.most_confused() == [("c", "a", 2), ("a", "b", 1)]
    assert counted.most_confused(1) == [("c", "a", 2)]
    told = counted.to_json()
    assert told["counts"] == [[3, 1, 0], [0, 2, 0], [2, 0, 0]]
    assert told["per_class"][2] == {"class": "c", "images": 2, "right": 0, "accuracy": 0.0}


def test_it_counts_the_answers_of_the_best_weights(run: Run, tiny: ImageSet) -> None:
    found = confusion(run, images=tiny)
    used = best_net(run)
    assert tiny.val is not None
    with torch.no_grad():
        said = used.net(used.labels.normalization(tiny.val.images, torch.device("cpu"))).argmax(1).tolist()
    by_hand = Counter(zip(tiny.val.labels.tolist(), said, strict=True))
    assert {(k, j): int(n) for (k, j), n in np.ndenumerate(found.counts) if n} == dict(by_hand)
    best = run.best()
    assert best is not None
    assert found.accuracy == best[1]


def test_the_test_images_are_counted_only_once_they_were_scored(run: Run, tiny: ImageSet) -> None:
    with pytest.raises(RunError, match="has not been tested"):
        confusion(run, "test", images=tiny)
    assert not (run.folder / "test.json").exists()
    score = door.test(run.folder, images=tiny)
    found = confusion(open_run(run.folder), "test", images=tiny)
    assert (found.accuracy, found.images) == (score.accuracy, score.images)


def test_other_images_are_refused(run: Run, tiny: ImageSet) -> None:
    with pytest.raises(RunError, match="changed since the run"):
        confusion(run, images=replace(tiny, fingerprint="1" * 64))
