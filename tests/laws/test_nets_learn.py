"""Laws over every net of the catalogue in training: it learns a few images by heart, and a cut run ends in the same bytes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from small_nets import learning
from striate.data import ImageSet, Split
from striate.nets import build, names
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

SIDE = 32


def split(count: int) -> Split:
    rng = np.random.default_rng(count)
    return Split(rng.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8), np.arange(count, dtype=np.int64) % 3)


def stop_after_two(tick: Tick) -> None:
    """Ask for a stop, as Ctrl-C does, once the second update is done."""
    if tick.step == 2 and tick.val is None:
        os.kill(os.getpid(), signal.SIGINT)


def final_bytes(folder: Path) -> list[bytes]:
    """Return the history and the last state of a run."""
    return [
        (folder / "history.csv").read_bytes(),
        max((folder / "checkpoints").glob("step-*.safetensors")).read_bytes(),
    ]


@pytest.mark.parametrize("name", names())
def test_it_learns_a_few_images_by_heart(name: str) -> None:
    torch.manual_seed(0)
    net = build(name, learning(name), (SIDE, SIDE, 3), 3).train()
    images, labels = torch.randn(6, 3, SIDE, SIDE), torch.arange(6) % 3
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(300):
        logits = net(images)
        if bool((logits.argmax(1) == labels).all()):
            return
        optimizer.zero_grad()
        F.cross_entropy(logits, labels).backward()
        optimizer.step()
    pytest.fail(f"{name} has not learned six images in 300 updates")


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_run_cut_and_resumed_ends_in_the_same_bytes(name: str, tmp_path: Path) -> None:
    noise = ImageSet("noise", ("a", "b", "c"), split(15), split(6), None, fingerprint="0" * 64, origin="made here")
    recipe = Recipe(net=name, net_options=learning(name), data="noise", batch_size=5, epochs=2, flip=True, lr=0.01)
    whole = train(recipe, tmp_path / "whole", images=noise)
    assert (whole.status, whole.step) == ("finished", 6)
    assert train(recipe, tmp_path / "cut", images=noise, watch=stop_after_two).status == "interrupted"
    assert train(recipe, tmp_path / "cut", images=noise).status == "finished"
    assert final_bytes(tmp_path / "cut") == final_bytes(tmp_path / "whole")
