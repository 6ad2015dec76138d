"""MobileNet: `same` padding by its definition, and timm's net as the oracle."""

from __future__ import annotations

import pytest
import torch

from striate.nets import build
from striate.nets.families.layers import SamePadding
from striate.nets.families.mobilenet import filters_of


@pytest.mark.parametrize("size", [1, 2, 7, 8, 31, 32])
@pytest.mark.parametrize("stride", [1, 2])
def test_same_padding_gives_n_over_s_cells_with_the_odd_zero_behind(size: int, stride: int) -> None:
    padded = SamePadding(3, stride)(torch.ones(1, 1, size, size))
    cells = -(-size // stride)
    assert (padded.shape[2] - 3) // stride + 1 == cells
    missing = max((cells - 1) * stride + 3 - size, 0)
    assert padded.shape[2] == size + missing
    assert padded[0, 0, missing // 2 : missing // 2 + size, missing // 2].count_nonzero() == size
    assert padded[0, 0, : missing // 2].count_nonzero() == 0


# 8 at least; 32 * 0.75 = 24; 64 * 0.3 = 19.2 -> 16 is below nine tenths of it, so 24.
@pytest.mark.parametrize(("base", "width", "filters"), [(32, 0.25, 8), (32, 0.1, 8), (32, 0.75, 24), (64, 0.3, 24)])
def test_filters_are_multiples_of_8(base: int, width: float, filters: int) -> None:
    assert filters_of(base, width) == filters


@pytest.mark.parametrize("side", [64, 75])
def test_it_is_timms_net_with_the_same_weights(side: int) -> None:
    import timm

    theirs = timm.create_model("mobilenetv1_100", num_classes=6, pad_type="same", bn_eps=1e-3).eval()
    ours = build("mobilenet-v1", {"width": 1.0}, (side, side, 3), 6).eval()
    for name, value in theirs.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 2)
    ours.load_state_dict(theirs.state_dict())  # every name is theirs
    images = torch.randn(2, 3, side, side)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), theirs(images))


def test_dropout_is_a_layer_before_the_classifier() -> None:
    names = [name for name, _ in build("mobilenet-v1", {"dropout": 0.2}, (32, 32, 3), 3).named_children()]
    assert names[-2:] == ["dropout", "classifier"]
