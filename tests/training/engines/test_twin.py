"""The twin computes what the net by hand computes: scores, losses and whole curves, in float64 to the last digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from striate.data import ImageSet
from striate.scratch import catalog
from striate.training.engines.twin import Masks, put_weights, twin, twin_state
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

NETS = {
    "softmax": {},
    "logistic": {"hidden": 5},
    "svm": {},
    "convnet": {"filters": 4, "filter_size": 3, "hidden": 6, "batch_norm": True, "dropout": 0.25},
}


@pytest.mark.parametrize("name", NETS)
def test_scores_agree_in_both_modes(name: str) -> None:
    rng = np.random.default_rng(1)
    classes = 2 if name in ("logistic", "svm") else 3
    model = catalog.build(name, NETS[name], (8, 8, 2), classes, rng, np.float64)
    for array in (*model.params.values(), *model.buffers.values()):
        array += 0.1 + 0.1 * rng.random(array.shape)
    x = rng.standard_normal((7, 2, 8, 8))
    masks = Masks()
    net = twin(model, NETS[name].get("dropout", 0.0), masks)
    for mode in ("test", "train"):
        net.train(mode == "train")
        masks.rng = np.random.default_rng(5)
        by_hand = model.scores(x, mode, rng=np.random.default_rng(5))
        logits = net(torch.from_numpy(x)).detach().numpy()
        expected = by_hand if by_hand.ndim == 2 else np.stack([np.zeros(7), by_hand], axis=1)
        np.testing.assert_allclose(logits, expected, rtol=1e-12, atol=1e-12)


def test_two_logits_of_which_one_is_zero_have_the_logistic_loss() -> None:
    model = catalog.build("logistic", {}, (1, 1, 4), 2, np.random.default_rng(0), np.float64)
    x, y = np.random.default_rng(1).standard_normal((6, 4)), np.array([0, 1, 1, 0, 1, 0])
    loss = F.cross_entropy(twin(model, 0.0)(torch.from_numpy(x)), torch.from_numpy(y))
    assert loss.item() == pytest.approx(model.backprop(x, y).loss, rel=1e-14)


def test_weights_survive_the_way_into_a_model() -> None:
    first, other = (
        catalog.build("convnet", NETS["convnet"], (8, 8, 1), 3, np.random.default_rng(seed), np.float32)
        for seed in (1, 2)
    )
    put_weights(other, {name: torch.from_numpy(w) for name, w in {**first.params, **first.buffers}.items()})
    for a, b in zip(twin_state(first).values(), twin_state(other).values(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    ("changes", "tolerance"),
    [
        ({"optimizer": "sgd", "momentum": 0.0, "lr": 0.1}, 1e-9),
        ({"optimizer": "sgd", "momentum": 0.9, "lr": 0.02, "weight_decay": 1e-3}, 1e-9),
        ({"optimizer": "rmsprop", "lr": 1e-3}, 1e-7),
        ({"optimizer": "adam", "lr": 1e-3, "schedule": "cosine"}, 1e-7),
    ],
)
def test_both_engines_trace_one_curve_for_a_hundred_updates(
    changes: dict[str, object], tolerance: float, tiny: ImageSet, tmp_path: Path
) -> None:
    base = Recipe(
        engine="scratch",
        net_options=NETS["convnet"],
        batch_size=12,
        epochs=20,
        precision="float64",
        record_steps=True,
        flip=True,
    ).change(**changes)
    curves = []
    for engine in ("scratch", "twin"):
        run = train(base.change(engine=engine), tmp_path / engine, images=tiny)
        curves.append(np.array([row.value for row in run.history() if row.metric == "batch_loss"]))
        assert run.recipe.net_options == NETS["convnet"]
    assert len(curves[0]) == 100
    assert np.max(np.abs(curves[0] - curves[1]) / curves[1]) <= tolerance


def test_other_masks_are_another_curve(tiny: ImageSet, tmp_path: Path) -> None:
    """Negative control: the comparison sees that only the dropout masks differ."""
    base = Recipe(engine="scratch", net_options=NETS["convnet"], epochs=1, precision="float64", record_steps=True)
    first = train(base, tmp_path / "a", images=tiny).history()[0].value
    other = train(base.change(engine="twin", dropout=0.0), tmp_path / "b", images=tiny).history()[0].value
    assert abs(first - other) > 1e-3
