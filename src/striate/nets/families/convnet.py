"""A plain convolutional classifier, every study factor of which is a field of its options.

A net is a chain of stages. A stage is one or more units (convolution, norm, activation) and ends in a 2x2 max pool, which
halves height and width. Then come dense hidden layers, or, without any, a global average pool, and the output layer.

    image -> [conv -> norm -> act] x units -> pool -> ... -> flatten -> [dense -> act -> dropout] ... -> output

With residual connections a unit is act(norm(conv(x)) + x), from the second unit on; where it widens, x is filled up with
channels of zeros. So the net has the same parameters with and without them.

`convnet-cs7150` is the CIFAR-10 network of the published CS 7150 solution (Homework 1, summer 2020). Its figure is lost;
what its text tells is kept: four convolutional layers, at least 27, 50 and 56 channels in layers 1, 2 and 4, max pooling,
batch norm (in the second net) after every convolution and before the ReLU. The sizes between are ours.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from torch import Tensor, nn

from striate.base.errors import NetError
from striate.nets.families.layers import Add, PadShortcut, activation_layer, dropout_layer, norm_layer
from striate.nets.families.options import ConvNetOptions
from striate.nets.initial import initialize


class ShortcutChain(nn.Module):
    """A chain in which an `Add` also receives what went into the last convolution, through the `PadShortcut` before it."""

    def __init__(self, layers: Mapping[str, nn.Module]) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        """Return the output of the last module."""
        start = x
        for module in self.children():
            if isinstance(module, nn.Conv2d):
                start = x
            if isinstance(module, PadShortcut):
                start = module(start)
            else:
                x = module(x, start) if isinstance(module, Add) else module(x)
        return x


def build_convnet(options: ConvNetOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Module:
    """Return a net for float images (N, C, H, W) of ``image_shape`` (H, W, C); its output is logits (N, classes).

    Raises NetError when the stages halve the image to nothing.
    """
    height, width, channels = image_shape
    stages = len(options.widths)
    allowed = min(height, width).bit_length() - 1
    if stages > allowed:
        raise NetError(
            f"the net has {stages} stages (widths), each halving the image, and {height}x{width} pixels allow {allowed}; "
            "remove stages from widths or choose larger images with image_size"
        )
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    number = 0
    for stage, widths in enumerate(options.widths, start=1):
        for filters in widths:
            number += 1
            layers |= _unit(number, channels, filters, options)
            channels = filters
        layers[f"pool{stage}"] = nn.MaxPool2d(2)
    cells = (height >> stages) * (width >> stages)
    layers |= _head(channels, cells, classes, options)
    net = ShortcutChain(layers) if options.residual else nn.Sequential(layers)
    initialize(net, options.initial_weights)
    return net


def _unit(number: int, channels: int, filters: int, options: ConvNetOptions) -> OrderedDict[str, nn.Module]:
    unit: OrderedDict[str, nn.Module] = OrderedDict()
    # A bias before a norm is subtracted again with the mean, so it is left out there.
    unit[f"conv{number}"] = nn.Conv2d(
        channels, filters, options.kernel, padding=options.kernel // 2, bias=options.norm == "none"
    )
    if options.norm != "none":
        unit[f"norm{number}"] = norm_layer(options.norm, filters, options.norm_epsilon, options.norm_momentum)
    if options.residual and number > 1:
        if filters != channels:
            unit[f"pad{number}"] = PadShortcut(channels, filters, 1)
        unit[f"add{number}"] = Add()
    if options.activation != "none":
        unit[f"act{number}"] = activation_layer(options.activation)
    return unit


def _head(channels: int, cells: int, classes: int, options: ConvNetOptions) -> OrderedDict[str, nn.Module]:
    head: OrderedDict[str, nn.Module] = OrderedDict()
    if not options.hidden:
        head["average"] = nn.AdaptiveAvgPool2d(1)
        cells = 1
    head["flatten"] = nn.Flatten()
    features = channels * cells
    for number, units in enumerate(options.hidden, start=1):
        head[f"dense{number}"] = nn.Linear(features, units)
        if options.activation != "none":
            head[f"dense_act{number}"] = activation_layer(options.activation)
        if options.dropout:
            head[f"dropout{number}"] = dropout_layer(options.dropout, options.dropout_scaling)
        features = units
    if not options.hidden and options.dropout:
        head["dropout"] = dropout_layer(options.dropout, options.dropout_scaling)
    head["output"] = nn.Linear(features, classes)
    return head
