"""Tokens are laid back over the image where a grid can be measured, and refused where not."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from striate.base.errors import NetError, ProbeError
from striate.nets import build
from striate.nets.measure.feature_maps import Layout
from striate.nets.measure.tokens import feature_map, feature_maps
from striate.probes.heatmaps.gradcam import gradcam
from striate.probes.heatmaps.saliency import saliency
from striate.probes.places.localise import localise


class Transformer(nn.Module):
    """Patches of 4 x 4 pixels, an own token before or after them or none, two blocks, five classes."""

    def __init__(self, own: str = "before", batch_first: bool = True, dense: bool = False, order: str = "rows") -> None:
        super().__init__()
        self.own, self.batch_first, self.order = own, batch_first, order
        self.stem = nn.Linear(48, 8) if dense else nn.Conv2d(3, 8, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=batch_first)
        self.blocks = nn.ModuleList([block, nn.TransformerEncoderLayer(8, 2, 16, batch_first=batch_first)])
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        if isinstance(self.stem, nn.Linear):
            x = self.stem(nn.functional.unfold(x, 4, stride=4).transpose(1, 2))
        else:
            made = self.stem(x)
            x = (made.transpose(2, 3) if self.order == "columns" else made).flatten(2).transpose(1, 2)
        token = self.token.expand(len(x), -1, -1)
        x = torch.cat({"before": [token, x], "after": [x, token]}.get(self.own, [x]), 1)
        x = x if self.batch_first else x.transpose(0, 1)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x if self.batch_first else x.transpose(0, 1))
        return self.head({"before": x[:, 0], "after": x[:, -1]}.get(self.own, x.mean(1)))


@pytest.mark.parametrize(
    ("options", "tap", "order", "first"),
    [
        ({}, "blocks.0.norm2", "NLC", 1),
        ({"own": "after"}, "blocks.0.norm2", "NLC", 0),
        ({"own": "none"}, "norm", "NLC", 0),
        ({"batch_first": False}, "blocks.0.norm2", "LNC", 1),
        ({"dense": True}, "blocks.0.norm2", "NLC", 1),
    ],
)
def test_the_last_norm_that_still_hears_the_image_is_folded(
    options: dict[str, Any], tap: str, order: Any, first: int
) -> None:
    torch.manual_seed(0)
    net, x = Transformer(**options).eval(), torch.randn(2, 3, 24, 16)
    assert feature_map(net, x[:1]) == (tap, Layout(order, (6, 4), first))
    record = gradcam(net, x)
    assert record.facts.tap == tap
    assert record.facts.map == (6, 4)
    assert bool(record.arrays["map"].any())
    # By hand: the tokens at the tap, and the score's derivative with respect to them.
    kept: list[Tensor] = []
    handle = net.get_submodule(tap).register_forward_hook(lambda _m, _i, output: kept.append(output))
    scores = net(x)
    handle.remove()
    (gradient,) = torch.autograd.grad(scores.amax(1).sum(), kept)
    tokens, slopes = (t if order == "NLC" else t.transpose(0, 1) for t in (kept[0].detach(), gradient))
    tokens, slopes = tokens[:, first : first + 24], slopes[:, first : first + 24]
    expected = (slopes.mean(1, keepdim=True) * tokens).sum(2).view(2, 6, 4)
    torch.testing.assert_close(record.arrays["map"], expected, rtol=1e-4, atol=1e-6)


def test_tokens_that_are_no_grid_row_by_row_are_refused() -> None:
    torch.manual_seed(0)
    net, x = Transformer(order="columns").eval(), torch.randn(1, 3, 24, 16)
    with pytest.raises(ProbeError, match=r'after its last map \("stem"\) this net has 25 tokens that are not a grid'):
        feature_map(net, x)
    with pytest.raises(
        ProbeError, match=r'the tap "norm" puts out shape \(1, 25, 8\), and its 25 tokens are not a grid'
    ):
        feature_map(net, x, "norm")
    assert feature_map(net, x, "stem") == ("stem", Layout("NCHW"))
    assert saliency(net, x).heatmap.shape == (1, 24, 16)


def test_a_transformer_is_not_read_place_by_place() -> None:
    with pytest.raises(ProbeError, match="works on tokens after its last map"):
        localise(Transformer(own="none").eval(), torch.randn(1, 3, 16, 16))


def test_one_attention_that_pools_a_map_leaves_the_map() -> None:
    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
            self.value, self.weight, self.head = nn.Linear(8, 8), nn.Linear(8, 1), nn.Linear(8, 5)

        def forward(self, x: Tensor) -> Tensor:
            tokens = self.body(x).flatten(2).transpose(1, 2)
            return self.head((self.value(tokens) * self.weight(tokens).softmax(1)).sum(1))

    assert feature_map(Pooled(), torch.randn(1, 3, 12, 12)) == ("body.4", Layout("NCHW"))


def test_what_is_no_map_is_told() -> None:
    dense, x = nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.zeros(1, 1, 2, 2)
    with pytest.raises(ProbeError, match=r"no module of this net puts out a feature map.*saliency and occlusion work"):
        feature_map(dense, x)
    with pytest.raises(ProbeError, match=r'the tap "1" puts out shape \(1, 2\), and a feature map is'):
        feature_map(dense, x, "1")
    with pytest.raises(NetError, match='tap "2" is unknown'):
        feature_map(dense, x, "2")
    dense.add_module("unused", nn.Identity())
    dense.forward = lambda x: dense[1](dense[0](x))
    with pytest.raises(ProbeError, match='no image passes through the tap "unused"'):
        feature_map(dense, x, "unused")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tap", "grid", "backward"),
    [
        ("convnext_atto", "stages.3.blocks.1", (7, 7), True),
        ("resnet10t", "layer4.0.act2", (7, 7), False),
        ("mobilenetv3_small_050", "blocks.5.0.bn1.act", (7, 7), True),
        ("swin_tiny_patch4_window7_224", "norm", (7, 7), False),
        ("vgg11", "features.19", (14, 14), True),
        ("vit_tiny_patch16_224", "blocks.11.norm1", (14, 14), True),
        ("deit_tiny_distilled_patch16_224", "blocks.11.norm1", (14, 14), True),
        ("mixer_s32_224", "norm", (7, 7), False),
    ],
)
def test_nets_of_timm(name: str, tap: str, grid: tuple[int, int], backward: bool) -> None:
    torch.manual_seed(0)
    net = build(f"timm:{name}", {"pretrained": False}, (224, 224, 3), 5)
    # timm's mixers start with a head of zeros, whose maps are blank.
    nn.init.normal_(next(weight for weight in reversed(list(net.parameters())) if weight.ndim > 1), std=0.1)
    record = gradcam(net, torch.randn(1, 3, 224, 224), target=1)
    assert (record.facts.tap, record.facts.backward_pass) == (tap, backward)
    assert record.facts.map == tuple(grid)
    assert record.heatmap.shape == (1, 224, 224)
    assert record.arrays["map"].abs().max() > 0


def test_several_taps_are_laid_out_in_one_pass() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3), nn.Flatten(), nn.Linear(2, 3))
    passes: list[int] = []
    net[0].register_forward_hook(lambda *_: passes.append(1))
    assert feature_maps(net, torch.randn(1, 3, 5, 5), ["2", "0"]) == {"2": Layout("NCHW"), "0": Layout("NCHW")}
    assert len(passes) == 1
