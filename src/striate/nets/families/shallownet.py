"""The smallest convolutional net, written in both ways that PyTorch has; their weights have the same names.

    image -> convolution -> act -> 2x2 max pool -> flatten -> output

Homework 2, Convolutional Networks (October 2020), asks for a ShallowNet as a sequence and as a class; its sizes are lost, and
these are ours.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn

from striate.base.errors import NetError
from striate.nets.families.layers import activation_layer
from striate.nets.families.options import ShallowNetOptions
from striate.nets.initial import initialize


class ShallowNet(nn.Module):
    """The module form: the layers are attributes, and `forward` says in which order an image passes them."""

    def __init__(self, options: ShallowNetOptions, image_shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        height, width, channels = image_shape
        self.conv = nn.Conv2d(channels, options.filters, options.kernel, padding=options.kernel // 2)
        self.act = activation_layer(options.activation)
        self.pool = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.output = nn.Linear(options.filters * (height // 2) * (width // 2), classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (N, classes) of float images (N, C, H, W)."""
        maps = self.pool(self.act(self.conv(images)))
        return self.output(self.flatten(maps))


def sequential_form(options: ShallowNetOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Sequential:
    """Return the sequential form."""
    height, width, channels = image_shape
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(channels, options.filters, options.kernel, padding=options.kernel // 2),
            act=activation_layer(options.activation),
            pool=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            output=nn.Linear(options.filters * (height // 2) * (width // 2), classes),
        )
    )


def build_shallownet(options: ShallowNetOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Module:
    """Return a net for float images (N, C, H, W) of ``image_shape`` (H, W, C); its output is logits (N, classes).

    Raises NetError for an image of one pixel's height or width, which cannot be halved.
    """
    if min(image_shape[:2]) < 2:
        raise NetError(f"shallownet halves the image, and {image_shape[0]}x{image_shape[1]} pixels cannot be halved")
    form = ShallowNet if options.form == "module" else sequential_form
    net = form(options, image_shape, classes)
    initialize(net, options.initial_weights)
    return net
