"""PyTorch as an engine: what precision it works in, and the losses it reports."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from striate.data import ImageSet
from striate.training.recipe import Recipe
from striate.training.setup import set_up
from striate.training.train import train


def test_the_loss_of_every_update_is_kept_when_asked_for(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(record_steps=True), tmp_path / "run", images=tiny)
    rows = [row for row in run.history() if row.metric == "batch_loss"]
    assert [(row.step, row.epoch) for row in rows] == [(step + 1, step // 3 + 1) for step in range(9)]
    sizes = [25, 25, 10]
    weighted = sum(row.value * size for row, size in zip(rows, sizes, strict=False)) / 60
    assert run.curve("train", "loss")[0][1] == pytest.approx(weighted, rel=1e-12)


def test_float64_is_the_type_of_the_weights(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    engine = set_up(recipe.change(precision="float64"), tiny, print).engine
    assert engine.precision == "float64"
    assert {value.dtype for value in engine.weights().values()} == {torch.float64, torch.int64}
    run = train(recipe.change(precision="float64"), tmp_path / "wide", images=tiny)
    narrow = train(recipe.change(precision="float32"), tmp_path / "narrow", images=tiny)
    wide_loss, narrow_loss = (r.curve("train", "loss")[0][1] for r in (run, narrow))
    assert wide_loss == pytest.approx(narrow_loss, rel=1e-3)
    assert wide_loss != narrow_loss
