"""The best of several runs: chosen by validation alone, with the others untouched."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.app.scoring.best_of import best_of
from striate.base.disk.files import read_json, write_json
from striate.base.errors import RunError
from striate.training.folder.chain import read_environment, write_environment
from striate.training.folder.run import Run
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

RECIPE = Recipe(data="digits", epochs=1, batch_size=256, train_images=200, net_options={"widths": [[2]], "hidden": []})


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    for seed in range(3):
        train(RECIPE.change(seed=seed), tmp_path / str(seed), warn=lambda text: None)
    return [tmp_path / str(seed) for seed in range(3)]


def set_accuracies(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    """Have the runs 0, 1 and 2 be that good on their validation images."""
    monkeypatch.setattr(Run, "best", lambda run: (1, values[int(run.folder.name)]))


def test_the_best_by_validation_is_scored_and_the_others_are_not(
    runs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_accuracies(monkeypatch, 0.25, 0.75, 0.5)
    found = best_of(runs)
    assert found.run == str(runs[1])
    assert found.why == "its validation accuracy 0.7500 in epoch 1 is the best of 3 runs, before 0.5000"
    assert [(place / "test.json").exists() for place in runs] == [False, True, False]
    assert found.tested.accuracy == read_json(runs[1] / "test.json")["accuracy"]


def test_of_equal_ones_the_first_is_taken_and_said(runs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    set_accuracies(monkeypatch, 0.5, 0.5, 0.5)
    found = best_of([runs[2], runs[0], runs[1]])
    assert found.run == str(runs[2])
    assert "which 3 of them reach, and it was named first" in found.why


def test_what_cannot_be_compared_is_refused_before_any_test(runs: list[Path], tmp_path: Path) -> None:
    with pytest.raises(RunError, match="add `best`"):
        best_of(runs, best=False)
    with pytest.raises(RunError, match="name two or more"):
        best_of([runs[0], runs[0]])
    with pytest.raises(RunError, match="leave the other options out"):
        best_of(runs, alone=False)
    other = tmp_path / "other"
    train(RECIPE.change(validation=0.3), other, warn=lambda text: None)
    with pytest.raises(RunError, match=r"validated on different images \(validation is 0.3 there and 0.1 here\)"):
        best_of([other, runs[0]])
    write_json(runs[1] / "status.json", {"status": "diverged", "reason": "", "epoch": 0, "step": 0})
    with pytest.raises(RunError, match="is diverged, and only finished ones"):
        best_of(runs)
    write_environment(runs[2], read_environment(runs[2]) | {"data_fingerprint": "0"})
    with pytest.raises(RunError, match="the images of digits changed between them"):
        best_of([runs[0], runs[2]])
    assert not [place for place in runs if (place / "test.json").exists()]
