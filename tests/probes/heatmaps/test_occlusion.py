"""Occlusion by hand, by Captum, and by covering one patch after another."""

from __future__ import annotations

import pytest
import torch
from captum.attr import Occlusion
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.heatmaps.occlusion import occlusion, starts


def test_by_hand(paper_net: nn.Module, paper_image: Tensor) -> None:
    # The score is a sum over pixels, so covering x costs x / 4 + (relu(3 - x) - 3) / 2.
    one = occlusion(paper_net, paper_image, target=0, window=1)
    assert one.heatmap[0].tolist() == [[-0.25, -0.5], [-0.75, -0.5]]
    whole = occlusion(paper_net, paper_image, target=0, window=2)
    assert whole.arrays["drops"].tolist() == [[[-2.0]]]
    assert whole.heatmap[0].tolist() == [[-2.0, -2.0], [-2.0, -2.0]]
    # 3 instead: each pixel becomes A1 = 3, A2 = 0, worth 3 / 4.
    other = occlusion(paper_net, paper_image, target=0, window=1, fill=3.0)
    assert other.heatmap[0].tolist() == [[0.5, 0.25], [0.0, 0.25]]


@pytest.mark.parametrize(("window", "stride"), [(4, 4), (4, 2), (8, 4), (3, 1)])
def test_captum_agrees(window: int, stride: int) -> None:
    torch.manual_seed(0)
    net = build("convnet", {"norm": "batch"}, (16, 16, 3), 5).eval()
    x = torch.randn(2, 3, 16, 16)
    chosen = torch.tensor([3, 1])
    oracle = Occlusion(net).attribute(x, (3, window, window), (3, stride, stride), 0.0, chosen)
    ours = occlusion(net, x, target=chosen, window=window, stride=stride, batch=17)
    torch.testing.assert_close(ours.heatmap, oracle[:, 0], rtol=1e-5, atol=1e-5)


def test_a_rest_at_the_edge_is_covered_too() -> None:
    assert starts(10, 4, 3) == [0, 3, 6]
    assert starts(11, 4, 3) == [0, 3, 6, 7]
    assert starts(4, 4, 2) == [0]
    torch.manual_seed(0)
    net = build("convnet", {}, (8, 12, 1), 3).eval()
    x = torch.randn(1, 1, 8, 12)
    made = occlusion(net, x, target=2, window=5, stride=3)
    assert made.arrays["drops"].shape == (1, 2, 4)
    total, count = torch.zeros(8, 12), torch.zeros(8, 12)
    with torch.no_grad():
        for top in (0, 3):
            for left in (0, 3, 6, 7):
                covered = x.clone()
                covered[..., top : top + 5, left : left + 5] = 0
                total[top : top + 5, left : left + 5] += (net(x) - net(covered))[0, 2]
                count[top : top + 5, left : left + 5] += 1
    torch.testing.assert_close(made.heatmap[0], total / count, rtol=1e-4, atol=1e-6)


def test_the_window_is_an_eighth_and_the_stride_half_of_it(paper_net: nn.Module, paper_image: Tensor) -> None:
    small = occlusion(paper_net, paper_image)
    assert (small.facts.window, small.facts.stride, small.facts.patches) == (1, 1, 4)
    large = occlusion(paper_net, torch.ones(1, 1, 32, 40))
    assert (large.facts.window, large.facts.stride, large.facts.patches) == (4, 2, 15 * 19)


@pytest.mark.parametrize("options", [{"window": 0}, {"window": 3}, {"window": 2, "stride": 3}, {"stride": 0}])
def test_a_window_that_does_not_fit_is_refused(
    options: dict[str, int], paper_net: nn.Module, paper_image: Tensor
) -> None:
    text = r"window is \d and stride \d for images of 2 x 2 pixels; a window is 1 to 2, and a stride 1 to the window"
    with pytest.raises(ProbeError, match=text):
        occlusion(paper_net, paper_image, **options)
