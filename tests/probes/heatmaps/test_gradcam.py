"""Grad-CAM by hand, by Captum, and its shortcut against its own backward pass."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from captum.attr import LayerGradCam
from torch import Tensor, nn

from striate.base.errors import NetError, ProbeError
from striate.nets import build
from striate.probes.heatmaps.gradcam import gradcam


def test_by_hand_at_both_taps(paper_net: nn.Module, paper_image: Tensor) -> None:
    # Behind the ReLU: W / 4 = (1/4, 2/4), so A1 / 4 + A2 / 2.
    made = gradcam(paper_net, paper_image, target=0)
    assert made.facts.tap == "relu"
    assert made.arrays["map"][0].tolist() == [[1.25, 1.0], [0.75, 1.0]]
    assert made.heatmap[0].tolist() == [[1.25, 1.0], [0.75, 1.0]]
    against = gradcam(paper_net, paper_image, target=1)
    assert against.arrays["map"][0].tolist() == [[0.25, -0.25], [-0.75, -1.0]]
    assert against.heatmap[0].tolist() == [[0.25, 0.0], [0.0, 0.0]]
    # Before the ReLU the second channel is 3 - x = [[2, 1], [0, -1]], and its gradient 2/4 only where that is above 0,
    # on average 1/4: x / 4 + (3 - x) / 4 = 3/4 at every place.
    before = gradcam(paper_net, paper_image, target=0, tap="conv")
    assert before.facts.backward_pass is True
    assert before.arrays["map"][0].tolist() == [[0.75, 0.75], [0.75, 0.75]]


@pytest.mark.parametrize(("name", "tap"), [("convnet", "norm1"), ("convnet", "norm2"), ("resnet", "layer2.0.bn2")])
def test_captum_agrees(name: str, tap: str) -> None:
    torch.manual_seed(0)
    net = build(name, {"norm": "batch"}, (16, 16, 3), 5).eval()
    x = torch.randn(4, 3, 16, 16)
    chosen = torch.tensor([0, 4, 2, 1])
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False  # Captum would read the tap's output after the ReLU has changed it
    oracle = LayerGradCam(net, net.get_submodule(tap)).attribute(x, chosen)[:, 0]
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = True
    ours = gradcam(net, x, target=chosen, tap=tap, batch=3)
    torch.testing.assert_close(ours.arrays["map"], oracle, rtol=1e-4, atol=1e-6)
    positive = F.interpolate(oracle[:, None].relu(), size=16, mode="bilinear", align_corners=False)[:, 0]
    torch.testing.assert_close(ours.heatmap, positive, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "options"), [("resnet", {}), ("resnet-v2", {"n": 1}), ("convnet", {"hidden": []})])
def test_the_shortcut_is_the_backward_pass(name: str, options: dict[str, object]) -> None:
    torch.manual_seed(0)
    net = build(name, options, (16, 16, 3), 5)
    x = torch.randn(3, 3, 16, 16)
    every = gradcam(net, x, target="all")
    shortcut = every.facts.tap != "act2"  # where a max pool follows, the mean is not that of the map
    assert every.facts.backward_pass is not shortcut
    assert every.heatmap.shape == (3, 5, 16, 16)
    assert every.arrays["map"].shape[:2] == (3, 5)
    from striate.nets.measure.feature_maps import Layout
    from striate.probes.heatmaps.gradcam import _by_gradient

    _, _, slow = _by_gradient(net.eval(), x, (every.facts.tap, Layout("NCHW")), None, every=True)
    torch.testing.assert_close(every.arrays["map"], slow, rtol=1e-4, atol=1e-6)
    one = gradcam(net, x, target=[4, 0, 2])
    torch.testing.assert_close(one.heatmap, every.heatmap[torch.arange(3), torch.tensor([4, 0, 2])])


class Doubled(nn.Module):
    """Looks like global pooling and a linear layer, and is not: the scores go through one more function."""

    def __init__(self, last: nn.Module, pool: nn.Module) -> None:
        super().__init__()
        self.conv, self.pool, self.flatten, self.linear, self.last = (
            nn.Conv2d(3, 4, 3),
            pool,
            nn.Flatten(),
            nn.Linear(4, 2),
            last,
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.linear(self.flatten(self.pool(self.conv(x)))))


@pytest.mark.parametrize(
    ("last", "pool"),
    [
        (nn.Tanh(), nn.AdaptiveAvgPool2d(1)),
        (nn.Identity(), nn.AdaptiveMaxPool2d(1)),
        (nn.Identity(), nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1))),
    ],
    ids=["tanh behind", "max pool", "relu before"],
)
def test_a_head_that_only_looks_right_takes_the_backward_pass(last: nn.Module, pool: nn.Module) -> None:
    torch.manual_seed(0)
    net = Doubled(last, pool)
    x = torch.randn(2, 3, 8, 8)
    made = gradcam(net, x, tap="conv", target=1)
    assert made.facts.backward_pass is True
    leaf = net.conv(x).detach().requires_grad_()
    score = net.last(net.linear(net.flatten(net.pool(leaf))))[:, 1].sum()
    (gradient,) = torch.autograd.grad(score, leaf)
    torch.testing.assert_close(made.arrays["map"], (gradient.mean((2, 3), keepdim=True) * leaf).sum(1).detach())


def test_a_map_of_one_pixel_covers_the_image(paper_net: nn.Module) -> None:
    only = gradcam(paper_net, torch.ones(1, 1, 1, 1), target=0)  # no map is larger than one pixel, so that one is taken
    assert (only.facts.tap, only.heatmap.tolist()) == ("relu", [[[1 * 1.0 + 2 * 2.0]]])
    made = gradcam(paper_net, torch.ones(1, 1, 4, 4), tap="average", target=0)
    assert made.facts.map == (1, 1)
    assert made.heatmap[0].tolist() == [[1 * 1.0 + 2 * 2.0] * 4] * 4


def test_one_class_and_a_constant_image() -> None:
    torch.manual_seed(0)
    net = build("resnet", {}, (16, 16, 3), 1)
    made = gradcam(net, torch.zeros(1, 3, 16, 16))
    assert made.scores[0].target == 0
    assert (made.scores[0].probability, made.scores[0].margin) == (1.0, 0.0)
    with pytest.raises(ProbeError, match="class 1 is out of range; the net has only class 0"):
        gradcam(net, torch.zeros(1, 3, 16, 16), target=1)


def test_a_score_that_does_not_depend_on_the_map_gives_zeros() -> None:
    class Apart(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.linear = nn.Conv2d(1, 2, 3), nn.Linear(16, 2)

        def forward(self, x: Tensor) -> Tensor:
            self.conv(x)
            return self.linear(x.flatten(1))

    with pytest.raises(ProbeError, match='the score does not depend on the tap "conv"'):
        gradcam(Apart(), torch.randn(1, 1, 4, 4), tap="conv")


def test_bfloat16_takes_the_shortcut_too() -> None:
    torch.manual_seed(0)
    net = build("resnet", {"n": 1}, (16, 16, 3), 5)
    x = torch.randn(2, 3, 16, 16)
    wide = gradcam(net, x, target=1)
    short = gradcam(net.to(torch.bfloat16), x, target=1)
    assert short.facts.backward_pass is False
    assert short.heatmap.dtype == torch.float32
    torch.testing.assert_close(short.arrays["map"], wide.arrays["map"], rtol=0.1, atol=0.02)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        (
            {"tap": "relv"},
            NetError,
            r'tap "relv" is unknown \(did you mean "relu"\?\); accepted are conv, relu, average, fl',
        ),
        (
            {"tap": "linear"},
            ProbeError,
            r'the tap "linear" puts out shape \(1, 2\), and a feature map is \(N, C, H, W\)',
        ),
        ({"target": 2}, ProbeError, "class 2 is out of range; the net has classes 0 to 1"),
        ({"target": "every"}, ProbeError, 'the class "every" is unknown; give a number, one for each image, or "all"'),
    ],
)
def test_what_is_refused(
    options: dict[str, object], kind: type[Exception], text: str, paper_net: nn.Module, paper_image: Tensor
) -> None:
    with pytest.raises(kind, match=text):
        gradcam(paper_net, paper_image, **options)
