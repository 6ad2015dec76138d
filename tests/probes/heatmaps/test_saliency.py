"""Saliency by hand on the paper net, and by Captum on random nets."""

from __future__ import annotations

import pytest
import torch
from captum.attr import Saliency
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.nets import build
from striate.probes.heatmaps.saliency import METHODS, saliency


def test_the_gradient_by_hand(paper_net: nn.Module, paper_image: Tensor) -> None:
    # dS0/dx = 1/4 from the first channel, and -2/4 from the second where 3 - x is above 0.
    signed = saliency(paper_net, paper_image, target=0, method="signed")
    assert signed.heatmap[0].tolist() == [[-0.25, -0.25], [0.25, 0.25]]
    assert saliency(paper_net, paper_image, target=0).heatmap[0].tolist() == [[0.25, 0.25], [0.25, 0.25]]
    times = saliency(paper_net, paper_image, target=0, method="times-input")
    assert times.heatmap[0].tolist() == [[-0.25, -0.5], [0.75, 1.0]]


def test_the_score_that_is_explained(paper_net: nn.Module, paper_image: Tensor) -> None:
    (score,) = saliency(paper_net, paper_image, target=1).scores
    assert (score.target, score.score, score.predicted, score.margin) == (1, -1.75, 0, -5.75)
    assert score.probability == pytest.approx(1 / (1 + torch.e**5.75))


@pytest.mark.parametrize("name", ["convnet", "resnet-v2"])
def test_captum_agrees(name: str) -> None:
    torch.manual_seed(0)
    net = build(name, {}, (16, 16, 3), 5).eval()
    x = torch.randn(4, 3, 16, 16)
    chosen = torch.tensor([0, 4, 2, 1])
    oracle = Saliency(net).attribute(x.clone().requires_grad_(), target=chosen, abs=False)
    ours = saliency(net, x, target=chosen.tolist(), method="signed", batch=3)
    torch.testing.assert_close(ours.arrays["gradient"], oracle, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(saliency(net, x, target=chosen).heatmap, oracle.abs().amax(1), rtol=1e-5, atol=1e-6)


def test_smoothgrad_is_the_mean_over_noise_and_repeats_with_its_seed(paper_net: nn.Module, paper_image: Tensor) -> None:
    far = saliency(paper_net, paper_image, target=0, method="smoothgrad", noise=0.01, samples=3)
    # No noise of that size moves a pixel across the kink at 3 but that of the pixel 3 itself.
    torch.testing.assert_close(far.heatmap[0, [0, 0, 1], [0, 1, 1]], torch.full((3,), 0.25))
    made = [saliency(paper_net, paper_image, method="smoothgrad", noise=1.0, seed=s).heatmap for s in (1, 1, 2)]
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


def test_no_noise_is_the_gradient(paper_net: nn.Module, paper_image: Tensor) -> None:
    smooth = saliency(paper_net, paper_image, method="smoothgrad", noise=0.0)
    assert torch.equal(smooth.heatmap, saliency(paper_net, paper_image).heatmap)


@pytest.mark.parametrize("method", METHODS)
def test_odd_images_have_a_map(method: str, paper_net: nn.Module) -> None:
    for shape in ((1, 1, 1, 1), (2, 1, 3, 5)):
        flat = saliency(paper_net, torch.zeros(shape), method=method)
        assert flat.heatmap.shape == (shape[0], *shape[2:])
        assert torch.isfinite(flat.heatmap).all()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"method": "grad"},
            'method "grad" is unknown .did you mean "gradient".*; accepted are gradient, signed, times-input, ',
        ),
        (
            {"method": "smoothgrad", "samples": 0},
            "samples is 0 and noise is 0.15, and must be 1 or more, and 0 or more",
        ),
        ({"method": "integrated", "steps": 0}, "steps is 0, and must be 1 or more"),
        ({"target": 2}, "class 2 is out of range; the net has classes 0 to 1"),
        ({"target": -1}, "class -1 is out of range"),
        ({"target": [0, 1]}, "2 classes are given for 1 image; give one, or one for each image"),
    ],
)
def test_what_is_refused(options: dict[str, object], text: str, paper_net: nn.Module, paper_image: Tensor) -> None:
    with pytest.raises(ProbeError, match=text):
        saliency(paper_net, paper_image, **options)


def test_short_floats_come_back_in_float32() -> None:
    torch.manual_seed(0)
    net = build("convnet", {"norm": "batch"}, (16, 16, 3), 5)
    x = torch.randn(2, 3, 16, 16)
    wide = saliency(net, x, target=1).heatmap
    short = saliency(net.to(torch.bfloat16), x, target=1).heatmap
    assert short.dtype == torch.float32
    assert torch.corrcoef(torch.stack([wide.flatten(), short.flatten()]))[0, 1] > 0.98


@pytest.mark.parametrize(("side", "batches"), [(8, [100]), (64, [64, 36])])
def test_small_images_go_through_the_net_in_few_batches(side: int, batches: list[int]) -> None:
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))
    seen: list[int] = []
    net.register_forward_hook(lambda _module, given, _out: seen.append(len(given[0])))
    saliency(net, torch.ones(100, 1, side, side))
    assert seen == batches
