"""Whether a map means anything: ranks by hand and by SciPy, a cascade that must fall, curves that are worked out."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.gradcam import gradcam
from striate.probes.saliency import saliency
from striate.probes.sanity import blurred, cascade, checked, curves, rank_correlation, ranks


def test_ranks_by_hand() -> None:
    assert ranks(torch.tensor([5.0, 1.0, 5.0, 7.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_scipy_agrees_with_and_without_ties() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 6, (3, 5, 5)).astype(float), rng.normal(size=(3, 5, 5))
    expected = [spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_correlation(torch.tensor(a), torch.tensor(b)), expected, atol=1e-12)


def test_a_constant_map_has_no_correlation() -> None:
    assert rank_correlation(torch.zeros(1, 2, 2), torch.rand(1, 2, 2)).tolist() == [0.0]


def test_the_cascade_falls_for_a_map_of_the_net_and_stays_for_one_of_the_image() -> None:
    torch.manual_seed(0)
    net = build("convnet", {"norm": "batch"}, (16, 16, 3), 5).eval()
    x, classes = torch.randn(4, 3, 16, 16), torch.zeros(4, dtype=torch.int64)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    depends = cascade(net, x, classes, lambda n, i, k: saliency(n, i, target=k).heatmap)
    assert depends.stages == ("output", "dense1", "conv2", "conv1")[-len(depends.stages) :]
    assert depends.means()[-1] < 0.5
    edges = cascade(net, x, classes, lambda _, i, __: i.abs().amax(1))
    assert edges.means() == pytest.approx([1.0] * len(edges.stages))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    again = cascade(net, x, classes, lambda n, i, k: saliency(n, i, target=k).heatmap)
    assert again == depends


def test_a_cascade_of_many_layers_looks_at_some_and_ends_with_all() -> None:
    net = build("resnet", {"n": 2}, (16, 16, 3), 5).eval()
    x, classes = torch.randn(1, 3, 16, 16), torch.zeros(1, dtype=torch.int64)
    made = cascade(net, x, classes, lambda n, i, k: saliency(n, i, target=k).heatmap, most=5)
    assert len(made.stages) == 5
    assert made.stages[-1] == "conv1"


class Pixel(nn.Module):
    """Two classes: the score of class 1 is the pixel (0, 0), that of class 0 is 0."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([torch.zeros(len(x)), x[:, 0, 0, 0]], 1)


def test_deletion_and_insertion_by_hand() -> None:
    x = torch.zeros(1, 1, 2, 2)
    x[0, 0, 0, 0] = np.log(3.0)  # probability 3/4; without the pixel 1/2
    heat = torch.tensor([[[4.0, 3.0], [2.0, 1.0]]])
    made = curves(Pixel(), x, torch.tensor([1]), heat, steps=4)
    assert made.shares == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert made.deletion == pytest.approx([0.75, 0.5, 0.5, 0.5, 0.5])
    assert made.areas()["deletion"] == pytest.approx((0.625 + 0.5 * 3) / 4)
    start = float(torch.sigmoid(blurred(x)[0, 0, 0, 0]))
    assert made.insertion == pytest.approx([start, 0.75, 0.75, 0.75, 0.75])
    last = curves(Pixel(), x, torch.tensor([1]), -heat, steps=4)
    assert last.deletion == pytest.approx([0.75, 0.75, 0.75, 0.75, 0.5])
    # In random order the pixel falls at some step, and it is the same order for every map.
    assert last.random_deletion == made.random_deletion


def test_a_blur_keeps_what_is_constant_and_the_mean_of_a_stripe() -> None:
    assert torch.allclose(blurred(torch.full((1, 2, 10, 12), 3.0)), torch.tensor(3.0))
    stripes = torch.arange(20.0).remainder(2).view(1, 1, 1, 20).expand(1, 1, 20, 20)
    assert blurred(stripes)[0, 0, 10, 10] == pytest.approx(0.5, abs=0.02)
    assert torch.equal(blurred(torch.ones(1, 1, 1, 5)), torch.ones(1, 1, 1, 5))


def test_a_record_is_checked() -> None:
    torch.manual_seed(0)
    net = build("resnet", {"n": 1}, (16, 16, 3), 5)
    x = torch.randn(2, 3, 16, 16)
    record = checked(gradcam(net, x, target=3), net, x, partial(gradcam, tap="layer3.0.act2"), steps=3)
    assert record.facts["checks"]["cascade"]["stages"][-1] == "conv1"
    assert len(record.facts["checks"]["curves"]["deletion"]) == 4
    assert net.training


def test_what_cannot_be_checked_is_told() -> None:
    class Alone(nn.Linear):
        def __deepcopy__(self, memo: object) -> None:
            raise TypeError

    x, k = torch.zeros(1, 1, 1, 1), torch.zeros(1, dtype=torch.int64)
    with pytest.raises(ProbeError, match=r"the net cannot be copied \(TypeError\).*leave the check out with --quick"):
        cascade(Alone(1, 1), x, k, lambda *_: x[:, 0])
    with pytest.raises(ProbeError, match="the net has no weights to be made random"):
        cascade(nn.ReLU(), x, k, lambda *_: x[:, 0])
    with pytest.raises(ProbeError, match="steps is 0"):
        curves(nn.Flatten(), x, k, x[:, 0], steps=0)
