"""PyTorch as an engine: what it draws depends on the update alone, and it can tell the gradient of every layer."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from striate.data import load
from striate.training.engines.setup import set_up
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

SMALL = Recipe(
    net="convnet", net_options={"widths": [[2], [3]], "hidden": [5]}, epochs=2, batch_size=500, optimizer="sgd"
)


def test_the_gradient_norms_are_those_of_the_last_update_of_the_epoch(tmp_path: Path) -> None:
    recipe = SMALL.change(record_gradients=True, epochs=1, precision="float32")  # as the updates by hand
    run = train(recipe, tmp_path / "run", warn=print)
    kept = {row.metric: row.value for row in run.history() if row.metric.startswith("gradient.")}
    assert list(kept) == ["gradient.conv1", "gradient.conv2", "gradient.dense1", "gradient.output"]
    # The same updates by hand; the gradients of the last one are left in place.
    setup = set_up(recipe, load("digits"), print)
    net, optimizer = setup.engine.module(), torch.optim.SGD(setup.engine.module().parameters(), recipe.lr, 0.9)
    for step in range(setup.feed.steps):
        images, labels = setup.feed.batch(1, step)
        optimizer.zero_grad()
        F.cross_entropy(net(images), labels).backward()
        optimizer.step()
    assert kept["gradient.conv1"] == pytest.approx(float(net.get_submodule("conv1").weight.grad.norm()), rel=1e-5)
    assert kept["gradient.output"] == pytest.approx(float(net.get_submodule("output").weight.grad.norm()), rel=1e-5)


def test_they_are_not_recorded_unasked(tmp_path: Path) -> None:
    run = train(SMALL.change(epochs=1), tmp_path / "run", warn=print)
    assert {row.metric for row in run.history()} == {"loss", "accuracy", "lr"}


@pytest.mark.parametrize("scaling", ["inverted", "none"])
def test_dropout_of_every_kind_is_drawn_from_its_stream(scaling: str) -> None:
    recipe = SMALL.change(dropout=0.5, dropout_scaling=scaling)
    losses: list[float] = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        before = torch.get_rng_state()
        setup = set_up(recipe, load("digits"), print)
        images, labels = setup.feed.batch(1, 0)
        with setup.engine.training():
            loss, _ = setup.engine.update(images, labels, 0.1, 1, 0)
        losses.append(loss.item())
        assert torch.equal(torch.get_rng_state(), before)
    assert losses[0] == losses[1]
