"""Integrated gradients by hand, by Captum, and by what they must sum to."""

from __future__ import annotations

import pytest
import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.heatmaps.saliency import saliency


def test_by_hand(paper_net: nn.Module, paper_image: Tensor) -> None:
    # A pixel's share of S0(x) - S0(0) is x / 4 + (relu(3 - x) - 3) / 2; the kink costs a sum of 200 points about one of them.
    made = saliency(paper_net, paper_image, target=0, method="integrated", steps=200)
    torch.testing.assert_close(made.heatmap[0], torch.tensor([[-0.25, -0.5], [-0.75, -0.5]]), atol=1e-2, rtol=0)
    assert made.heatmap.sum() == pytest.approx(4 - 6, abs=1e-2)
    assert made.facts.completeness_gap == pytest.approx(abs(float(made.heatmap.sum()) + 2), abs=1e-5)


def test_captum_agrees() -> None:
    torch.manual_seed(0)
    net = build("convnet", {"norm": "batch"}, (16, 16, 3), 5).eval()
    x, start = torch.randn(3, 3, 16, 16), torch.randn(1, 3, 16, 16)
    chosen = torch.tensor([4, 0, 2])
    oracle = IntegratedGradients(net).attribute(x, start.expand_as(x), chosen, n_steps=20, method="gausslegendre")
    ours = saliency(net, x, target=chosen, method="integrated", steps=20, baseline=start[0], batch=7)
    torch.testing.assert_close(ours.arrays["gradient"], oracle, rtol=1e-4, atol=1e-5)


def test_a_linear_net_is_exact_with_one_point() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 3))
    x = torch.randn(2, 3, 2, 2)
    made = saliency(net, x, target=1, method="integrated", steps=1, baseline=0.5)
    expected = ((x - 0.5).flatten(1) * net[1].weight[1]).view_as(x)
    torch.testing.assert_close(made.arrays["gradient"], expected.detach())
    assert made.facts.completeness_gap < 1e-5


def test_a_baseline_of_another_shape_is_refused(paper_net: nn.Module, paper_image: Tensor) -> None:
    with pytest.raises(
        ProbeError, match=r"the baseline has the shape \(3,\), and must be a number, or of the shape \(1, 2, 2\)"
    ):
        saliency(paper_net, paper_image, method="integrated", baseline=torch.zeros(3))
    with pytest.raises(ProbeError, match="the baseline has the shape"):
        saliency(paper_net, paper_image, method="integrated", baseline=torch.zeros(1, 5, 5))
