"""A linear net far from its optimum is told so, by numbers that scikit-learn's solver confirms, and one near it is not."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from striate.data import load
from striate.training.feed.batches import split
from striate.training.recipe.recipe import Recipe
from striate.training.train import best_net, train
from striate.training.trials.linear_optimum import Distance, advice, distance

TABLE = load("sums")
LOGISTIC = Recipe(engine="scratch", net="logistic", data="sums")


@pytest.mark.parametrize("engine", ["scratch", "twin"])
def test_a_run_at_its_defaults_is_told_how_far_it_stopped(engine: str, tmp_path: Path) -> None:
    said: list[str] = []
    recipe = LOGISTIC.change(engine=engine, epochs=2)
    train(recipe, tmp_path / "run", images=TABLE, warn=said.append)
    (text,) = said
    assert text.startswith("the net is linear and its loss convex, and it stopped far from its optimum: loss ")
    assert "on the training rows, where 0.05" in text  # the optimum of this table, as its module says
    assert text.endswith("train with a higher rate (lr is 0.001) or for more epochs (2 here)")
    train(recipe.change(lr=0.1, epochs=30), tmp_path / "better", images=TABLE, warn=said.append)
    assert len(said) == 1


@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize("net", ["logistic", "softmax", "svm", "mlp"])
def test_what_is_found_is_at_least_what_a_solver_finds(net: str, decay: float, tmp_path: Path) -> None:
    """scikit-learn's objective is C times the summed loss plus half the squared weights: C = 1 / (N decay)."""
    changes = {"engine": "torch", "net": "mlp", "hidden": []} if net == "mlp" else {"net": net}
    recipe = LOGISTIC.change(**changes, epochs=1, weight_decay=decay)
    trained = best_net(train(recipe, tmp_path / "run", images=TABLE, warn=lambda _: None)).net
    splits = split(TABLE, recipe)
    found = distance(recipe, splits, trained)
    assert found is not None
    assert found.found_loss < found.loss
    assert found.start == pytest.approx(1.0 if net == "svm" else math.log(2))
    if net == "logistic" and decay:
        rows = splits.normalization(splits.train.images, torch.device("cpu")).flatten(1).double().numpy()
        theirs = LogisticRegression(C=1 / (500 * decay), tol=1e-10, max_iter=10_000).fit(rows, splits.train.labels)
        p = theirs.predict_proba(rows)[np.arange(500), splits.train.labels]
        expected = -np.log(p).mean() + decay / 2 * (theirs.coef_**2).sum()
        assert found.found_loss == pytest.approx(expected, rel=1e-4)


def test_what_is_not_linear_or_has_another_loss_is_left_alone() -> None:
    splits = split(TABLE, LOGISTIC)
    linear = nn.Sequential(nn.Flatten(), nn.Linear(20, 2))
    deep = nn.Sequential(nn.Flatten(), nn.Linear(20, 4), nn.ReLU(), nn.Linear(4, 2))
    recipe = Recipe(data="sums", net="mlp")
    assert advice(recipe, splits, linear)
    assert distance(recipe, splits, deep) is None
    for other in (nn.Sequential(nn.Flatten(), nn.Linear(20, 2), nn.Tanh()), nn.Linear(20, 2)):
        assert distance(recipe, splits, other) is None
    for field in ("mixup", "label_smoothing"):
        assert distance(recipe.change(**{field: 0.1}), splits, linear) is None


@pytest.mark.parametrize(
    ("numbers", "far"),
    [
        ((0.60, 0.72, 0.06, 0.97, 0.69), True),
        ((0.10, 0.96, 0.06, 0.98, 0.69), False),  # all but 6 % of the fall was made
        ((0.30, 0.97, 0.06, 0.975, 0.69), False),  # nothing to gain in accuracy
        ((5.00, 0.50, 0.06, 0.97, 0.69), True),  # worse than zero weights
    ],
)
def test_what_counts_as_far(numbers: tuple[float, ...], far: bool) -> None:
    assert Distance(*numbers).far is far
