"""Inside the block the net is asked quietly; after it, nothing is different. The law over all probes is in tests/laws."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.probes.heatmaps.saliency import saliency
from striate.probes.restoring import untouched


def test_inside_it_is_evaluation_without_gradients_of_the_weights() -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Dropout(0.5)).train().to(torch.float64)
    with torch.no_grad(), untouched(net, torch.zeros(1, 1, 2, 2)) as x:
        assert not net.training
        assert not net[1].training
        assert not net[0].weight.requires_grad
        assert torch.is_grad_enabled()
        assert x.dtype == torch.float64
    assert net.training
    assert net[0].weight.requires_grad


def test_it_works_under_inference_mode() -> None:
    net = nn.Conv2d(1, 1, 1)
    with torch.inference_mode():
        given = torch.ones(1, 1, 2, 2)
        with untouched(net, given) as x:
            leaf = x.requires_grad_()
            (gradient,) = torch.autograd.grad(net(leaf).sum(), leaf)
        assert torch.is_inference_mode_enabled()
    assert torch.equal(gradient, net.weight.detach().expand(1, 1, 2, 2))


def test_the_copy_is_the_blocks_own() -> None:
    given = torch.ones(1, 1, 2, 2)
    with untouched(nn.Conv2d(1, 1, 1), given) as x:
        x.zero_()
    assert given.sum() == 4


def test_buffers_and_generators_are_restored_also_when_the_block_raises() -> None:
    net = nn.BatchNorm2d(2)
    before = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state())

    def disturb() -> None:
        net.running_mean.fill_(7)
        net.train()
        net(torch.randn(4, 2, 3, 3))
        random.random(), np.random.random(), torch.randn(3)
        raise KeyError

    with pytest.raises(KeyError), untouched(net, torch.zeros(1, 2, 2, 2)):
        disturb()
    assert net.running_mean.tolist() == [0.0, 0.0]
    assert net.num_batches_tracked == 0
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])


class Counting(nn.Module):
    """Puts a new tensor in the place of its buffer at each pass."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("passes", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.passes = self.passes + 1
        return x


def test_a_buffer_that_was_put_in_place_of_another_is_gone() -> None:
    net = Counting()
    own = net.passes
    with untouched(net, torch.zeros(1, 1, 2, 2)) as x:
        net(x)
    assert net.passes is own
    assert own == 0


@pytest.mark.parametrize(
    ("images", "text"),
    [
        (torch.zeros(1, 2, 2), r"the images are float32 of shape \(1, 2, 2\), and a probe needs floats \(N, C, H, W\)"),
        (torch.zeros(1, 1, 2, 2, dtype=torch.uint8), "the images are uint8 of shape"),
        (torch.zeros(0, 1, 2, 2), r"the images have the shape \(0, 1, 2, 2\), and a probe needs at least one"),
        (torch.full((1, 1, 2, 2), torch.nan), "the images hold NaN or infinity"),
    ],
)
def test_images_that_no_probe_can_use(images: Tensor, text: str) -> None:
    net = nn.Conv2d(1, 1, 1)
    with pytest.raises(ProbeError, match=text), untouched(net, images):
        pass
    assert net.training


def test_a_net_that_no_gradient_goes_through_is_refused() -> None:
    class Cut(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.from_numpy(x.detach().numpy()).flatten(1)

    with pytest.raises(
        ProbeError, match=r"no gradient leads from the net's logits back to its images .* occlusion does"
    ):
        saliency(Cut(), torch.ones(1, 1, 2, 2))
    with pytest.raises(RuntimeError, match="another"), untouched(Cut(), torch.ones(1, 1, 2, 2)):
        raise RuntimeError("another")


def test_a_net_through_which_a_gradient_cannot_go_back_is_refused() -> None:
    lost = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Sigmoid(), nn.ReLU(inplace=True), nn.Flatten())
    with pytest.raises(ProbeError, match=r"RuntimeError: one of the variables .* when a gradient went back through it"):
        saliency(lost, torch.ones(1, 1, 2, 2))
    with pytest.raises(RuntimeError, match="ours"), untouched(lost, torch.ones(1, 1, 2, 2)):
        raise RuntimeError("ours")


def test_a_net_that_draws_numbers_draws_the_same_each_time() -> None:
    drawn = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        with untouched(nn.Flatten(), torch.ones(1, 1, 2, 2)):
            drawn.append((float(torch.rand(())), float(np.random.random()), random.random()))
    assert drawn[0] == drawn[1]


class Raising(nn.Module):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def forward(self, x: Tensor) -> Tensor:
        raise self.error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            IndexError("no such place"),
            r"the net does not bear this probe: it raised IndexError: no such place when it was",
        ),
        (RuntimeError("When use_reentrant=True, ..."), r"has use_reentrant=True, .*; give it use_reentrant=False"),
        (
            RuntimeError("Can't call numpy() on Tensor that requires grad."),
            r"no gradient leads from the net's logits back",
        ),
    ],
)
def test_what_a_net_says_against_a_probe_is_told_as_its_own(error: Exception, told: str) -> None:
    with pytest.raises(ProbeError, match=told), untouched(net := Raising(error), torch.rand(1, 1, 2, 2)) as x:
        net(x)
