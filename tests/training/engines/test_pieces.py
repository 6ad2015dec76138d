"""Batches in pieces: the size worked out by hand, and answers that do not depend on it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.data import Split
from striate.scratch import catalog as by_hand
from striate.training.engines import pieces
from striate.training.engines.evaluate import evaluate
from striate.training.engines.scratch import score
from striate.training.feed.batches import in_order
from striate.training.feed.normalization import Normalization


class Wide(nn.Module):
    """4 x 4 pixels become 8 maps, concatenated with themselves by a function that is not a module; it counts its images."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.output = nn.Conv2d(1, 8, 1), nn.Linear(16, 3)
        self.shown: list[int] = []

    def forward(self, images: Tensor) -> Tensor:
        self.shown.append(len(images))
        maps = F.relu(self.conv(images))
        return self.output(torch.cat([maps, maps], dim=1).mean((2, 3)))


def test_the_largest_array_is_found_by_hand_also_where_no_module_makes_it() -> None:
    assert pieces.largest_array(Wide(), torch.zeros(1, 1, 4, 4)) == 16 * 4 * 4 * 4  # maps x height x width x bytes
    assert pieces.largest_array(nn.Flatten(), torch.zeros(1, 3, 5, 5)) == 75 * 4


def test_a_batch_is_cut_where_its_largest_array_would_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    net, batch = Wide().eval(), (torch.rand(10, 1, 4, 4), torch.arange(10) % 3)
    whole = evaluate(net, [batch])
    assert net.shown == [1, 10]
    monkeypatch.setattr(pieces, "MOST_BYTES", 3 * 1024 + 1023)  # three images of 1024 bytes, and not quite four
    net.shown.clear()
    cut = evaluate(net, [batch, batch])
    assert net.shown == [1, 3, 3, 3, 1, 3, 3, 3, 1]
    assert (cut.accuracy, cut.images) == (whole.accuracy, 20)
    assert cut.loss == pytest.approx(whole.loss, rel=1e-6)
    monkeypatch.setattr(pieces, "MOST_BYTES", 1)  # never fewer than one image
    net.shown.clear()
    evaluate(net, [batch])
    assert net.shown == [1] * 11


def test_images_are_normalized_a_few_at_a_time_where_they_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    images, labels = np.zeros((7, 4, 4, 3), dtype=np.uint8), np.arange(7)
    normalize, cpu = Normalization((0.0,) * 3, (1.0,) * 3), torch.device("cpu")
    assert [len(y) for _, y in in_order(Split(images, labels), normalize, cpu)] == [7]
    monkeypatch.setattr(pieces, "MOST_BYTES", 2 * 4 * 4 * 3 * 4)
    found = [y.tolist() for _, y in in_order(Split(images, labels), normalize, cpu)]
    assert found == [[0, 1], [2, 3], [4, 5], [6]]


def test_images_of_32_pixels_stay_500_at_a_time() -> None:
    assert pieces.most_images(32 * 32 * 3) >= 500
    assert pieces.MOST_BYTES >= 64 * 32 * 32 * 4 * 500  # the first maps of VGG11 at full width


def test_a_net_by_hand_is_cut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    model = by_hand.build("softmax", {"hidden": 6}, (2, 2, 1), 3, np.random.default_rng(0), "float32")
    batch = (torch.rand(9, 1, 2, 2), torch.arange(9) % 3)
    whole = score(model, [batch])
    monkeypatch.setattr(pieces, "MOST_BYTES", 2 * 6 * 4)
    shown: list[int] = []
    inner = type(model).scores
    monkeypatch.setattr(type(model), "scores", lambda self, x: (shown.append(len(x)), inner(self, x))[1])
    cut = score(model, [batch])
    assert shown == [2, 2, 2, 2, 1]
    assert cut.accuracy == whole.accuracy
    assert math.isclose(cut.loss, whole.loss, rel_tol=1e-6)
