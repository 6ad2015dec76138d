"""A checkpoint becomes a net again, whichever engine wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from striate.data import ImageSet
from striate.nets import build
from striate.training.feed.normalization import Normalization
from striate.training.folder.labels import Labels
from striate.training.folder.restore_net import dropout_rate, saved_net
from striate.training.recipe.recipe import Recipe
from striate.training.train import best_net, train

OPTIONS = {"filters": 3, "filter_size": 3, "hidden": 8, "batch_norm": True, "dropout": 0.3}


@pytest.mark.parametrize("engine", ["scratch", "twin"])
def test_both_kinds_of_weights_become_a_module(engine: str, tiny: ImageSet, tmp_path: Path) -> None:
    run = train(Recipe(engine=engine, net_options=OPTIONS, epochs=1), tmp_path / "run", images=tiny)
    found = best_net(run)
    net, labels = found.net, found.labels
    assert labels.by_hand == (engine == "scratch")
    assert dropout_rate(labels.net, labels.net_options) == 0.3
    assert not net.training
    assert net(torch.zeros(2, 2, 8, 8)).shape == (2, 3)


def test_a_run_needs_the_file_it_started_from_no_longer(tiny: ImageSet, tmp_path: Path) -> None:
    name, start = "timm:test_resnet", tmp_path / "start.safetensors"
    save_file(build(name, {}, tiny.image_shape, 3).state_dict(), start)
    run = train(Recipe(net=name, net_options={"weights": str(start)}, epochs=1), tmp_path / "run", images=tiny)
    before = best_net(run).net(torch.ones(1, 2, 8, 8))
    start.unlink()
    assert torch.equal(best_net(run).net(torch.ones(1, 2, 8, 8)), before)


def test_labels_without_an_engine_are_of_a_torch_net() -> None:
    """As runs have them that were written before there were two."""
    values = {"net": "convnet", "net_options": {"widths": [[2]]}, "image_shape": [8, 8, 1], "classes": ["a", "b"]}
    labels = Labels.of({**values, "mean": [0.5], "std": [0.25]})
    assert (labels.engine, labels.normalization) == ("torch", Normalization((0.5,), (0.25,)))
    state = build("convnet", {"widths": [[2]]}, (8, 8, 1), 2).state_dict()
    net = saved_net(labels, state)
    assert all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), state.values(), strict=True))
