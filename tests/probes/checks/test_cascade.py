"""Ranks by hand and by SciPy, and a cascade that must fall for a map of the net and stay for one of the image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.checks.cascade import cascade, rank_correlation, ranks
from striate.probes.heatmaps.saliency import saliency


def test_ranks_by_hand() -> None:
    assert ranks(torch.tensor([5.0, 1.0, 5.0, 7.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_scipy_agrees_with_and_without_ties() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 6, (3, 5, 5)).astype(float), rng.normal(size=(3, 5, 5))
    expected = [spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_correlation(torch.tensor(a), torch.tensor(b)), expected, atol=1e-12)


def test_a_constant_map_has_no_correlation() -> None:
    maps = torch.stack([torch.zeros(2, 2), torch.full((2, 2), 3.0), torch.tensor([[1.0, torch.nan], [2.0, 3.0]])])
    found = rank_correlation(maps, torch.rand(3, 2, 2))
    assert found.isnan().all()
    assert rank_correlation(torch.rand(3, 2, 2), maps).isnan().all()


def test_what_is_undefined_is_none_and_left_out_of_the_mean() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    x, k = torch.rand(2, 1, 2, 2), torch.zeros(2, dtype=torch.int64)
    made = cascade(net, x, k, lambda _, i, __: i[:, 0] * torch.tensor([1.0, 0.0])[:, None, None])
    assert made.correlations == ((pytest.approx(1.0), None),)
    assert made.means() == (pytest.approx(1.0),)
    nothing = cascade(net, x, k, lambda _, i, __: i[:, 0] * 0)
    assert nothing.means() == (None,)


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


def test_what_cannot_be_checked_is_told() -> None:
    class Alone(nn.Linear):
        def __deepcopy__(self, memo: object) -> None:
            raise TypeError

    x, k = torch.zeros(1, 1, 1, 1), torch.zeros(1, dtype=torch.int64)
    with pytest.raises(ProbeError, match=r"the net cannot be copied \(TypeError\).*leave the check out with `quick`"):
        cascade(Alone(1, 1), x, k, lambda *_: x[:, 0])
    with pytest.raises(ProbeError, match="the net has no weights to be made random"):
        cascade(nn.ReLU(), x, k, lambda *_: x[:, 0])
