"""VGG11: counts by hand, and torchvision's net as the oracle at full width."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets import build


def parameters(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def test_the_small_net_has_the_counts_of_the_homework_and_is_affine() -> None:
    # 3*8*9+8 = 224, 8*16*9+16 = 1168, 4640, 9248, 18496, 3 x 36928; 64*64+64 = 4160, 64*10+10 = 650.
    net = build("vgg11-small", {}, (32, 32, 3), 10)
    kinds = [type(module).__name__ for module in net.children()]
    assert parameters(net) == 224 + 1168 + 4640 + 9248 + 18496 + 3 * 36928 + 4160 + 650 == 149_370
    assert (kinds.count("Conv2d"), kinds.count("MaxPool2d"), kinds.count("Linear")) == (8, 5, 2)
    assert set(kinds) == {"Conv2d", "MaxPool2d", "Flatten", "Linear"}  # no activation, no norm
    assert [m.out_channels for m in net.modules() if isinstance(m, nn.Conv2d)] == [8, 16, 32, 32, 64, 64, 64, 64]


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_the_full_net_is_torchvisions_at_224_pixels(norm: str) -> None:
    from torchvision.models import vgg11, vgg11_bn

    ours = build("vgg11", {"norm": norm, "hidden": [16, 8]}, (224, 224, 3), 7).eval()
    with torch.device("meta"):
        theirs = (vgg11_bn if norm == "batch" else vgg11)(num_classes=7)
    theirs.classifier[0], theirs.classifier[3], theirs.classifier[6] = (
        nn.Linear(25088, 16),
        nn.Linear(16, 8),
        nn.Linear(8, 7),
    )
    theirs = theirs.eval().to_empty(device="cpu")
    layers = [m for m in theirs.modules() if isinstance(m, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))]
    mine = [m for m in ours.modules() if isinstance(m, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))]
    for theirs_layer, layer in zip(layers, mine, strict=True):
        state = layer.state_dict()
        if isinstance(layer, nn.Conv2d) and layer.bias is None:
            state["bias"] = torch.zeros(layer.out_channels)  # ours leaves out the bias that a norm takes away again
        theirs_layer.load_state_dict(state)
    images = torch.randn(1, 3, 224, 224)
    torch.testing.assert_close(ours(images), theirs(images))


def test_the_width_is_that_of_the_first_convolution() -> None:
    net = build("vgg11-small", {"width": 64, "norm": "batch", "activation": "relu"}, (32, 32, 3), 10)
    assert [m.out_channels for m in net.modules() if isinstance(m, nn.Conv2d)] == [
        64,
        128,
        256,
        256,
        512,
        512,
        512,
        512,
    ]


@pytest.mark.parametrize(
    ("shape", "options", "words"),
    [
        ((28, 28, 1), {}, "halves the image five times and needs at least 32x32 pixels, and these are 28x28"),
        ((32, 32, 3), {"dropout": 0, "dropout_scaling": "none"}, "dropout_scaling none needs a dropout above 0"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(shape: tuple[int, int, int], options: dict[str, object], words: str) -> None:
    with pytest.raises(NetError, match=words):
        build("vgg11", options, shape, 10)
