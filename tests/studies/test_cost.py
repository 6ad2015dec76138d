"""What a study will cost: counts by hand, and a trial that is shared, leaves no trace and downloads nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from striate.base.errors import DataError
from striate.studies import cost as costs
from striate.studies.cost import Trial, cost
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(engine="scratch", net="softmax", data="sums", epochs=3, batch_size=100)
ARMS = (Arm("a"), Arm("b", {"lr": 0.5}), Arm("c", {"hidden": 8}))


def test_an_epoch_is_its_updates_and_a_third_for_each_validation_image() -> None:
    assert Trial(steps=10, images=1000, seconds=0.2, validated=300).epoch == pytest.approx(2.0 * (1 + 0.1))


def test_runs_updates_and_images_are_counted_and_equal_nets_share_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Recipe] = []
    monkeypatch.setattr(costs, "timed", lambda recipe, images: tried.append(recipe) or Trial(4, 400, 0.5, 0))
    found = cost(Study("s", "?", BASE, ARMS, (), (0, 1)), workers=2)
    assert [recipe.net_options for recipe in tried] == [{}, {"hidden": 8}]  # another lr costs the same
    # 3 arms x 2 seeds x 3 epochs of 4 updates; each epoch 2 s, on two workers.
    assert (found.runs, found.updates, found.images, found.workers) == (6, 72, 7200, 2)
    assert found.seconds == pytest.approx(18 * 2.0 / 2)
    assert "estimate" in found.rule


def test_a_real_trial_takes_time_and_leaves_the_threads_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "TRIAL", 0.0)
    before = torch.get_num_threads()
    found = cost(Study("s", "?", BASE, ARMS[:1], (), (0,)), workers=1)
    assert found.seconds > 0
    assert torch.get_num_threads() == before


def test_nothing_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("STRIATE_DATA", raising=False)
    with pytest.raises(DataError):
        cost(Study("s", "?", Recipe(data="cifar100"), ARMS[:2], (), (0,)), data_dir=tmp_path)
