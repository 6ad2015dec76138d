"""Residual nets for small images, of both kinds and of any depth and width (He et al., arXiv 1512.03385 and 1603.05027).

A 3x3 convolution, then three stacks of n blocks with F, 2F, 4F filters and strides 1, 2, 2, global average pool, dense.

    v1, standard, post:    relu( bn(conv3(relu(bn(conv3 x)))) + shortcut x )                           6n + 2 layers
    v2, bottleneck, pre:   conv1 relu bn( conv3 relu bn( conv1 a)) + shortcut,  a = relu(bn x)          9n + 2 layers

A bottleneck puts out four times its filters; its stride is on the 3x3 convolution. A `projection` is a 1x1 convolution
without norm in the first block of every one of the three stacks, as CSCE 636, Assignment 2 asks, also where the shape stays;
`pad` is option A of the paper, only where the shape changes. In the pre-activated order whatever changes the shape takes a,
the activated input, and the identity takes x. Names of modules are those of the published weights of resnet20 to resnet56.
"""

from __future__ import annotations

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

from striate.nets.families.layers import Add, PadShortcut, activation_layer, norm_layer
from striate.nets.families.options import EXPANSION, Norm, ResNetOptions
from striate.nets.initial import initialize


class Block(nn.Module):
    """One block: its chain of convolutions with norms and activations, in the order of the options, and its shortcut."""

    def __init__(self, channels: int, filters: int, stride: int, first: bool, options: ResNetOptions) -> None:
        super().__init__()
        self.pre = options.order == "pre"
        out = filters * (EXPANSION if options.block == "bottleneck" else 1)
        plan = [(channels, filters, 3, stride), (filters, filters, 3, 1)]
        if options.block == "bottleneck":
            plan = [(channels, filters, 1, 1), (filters, filters, 3, stride), (filters, out, 1, 1)]
        # Filled in the order in which an image passes them; the chain ends before the addition.
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        for number, (wide, narrow, kernel, step) in enumerate(plan, start=1):
            if self.pre:
                parts |= _activated(number, wide, options)
            parts[f"conv{number}"] = convolution(wide, narrow, kernel, step, options.norm)
            if not self.pre:
                parts |= _activated(number, narrow, options, activate=number < len(plan))
        for name, part in parts.items():
            self.add_module(name, part)
        self.chain = tuple(parts)
        self.shortcut = _shortcut(channels, out, stride, first, options) if options.residual else None
        self.add = Add() if options.residual else None
        self.last = None if self.pre or options.activation == "none" else f"act{len(plan)}"
        if self.last:
            self.add_module(self.last, activation_layer(options.activation))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, out, H / S, W / S) of maps (N, C, H, W)."""
        made = activated = x
        for name in self.chain:
            if self.pre and name == "conv1":
                activated = made
            made = self.get_submodule(name)(made)
        if self.add is not None:
            made = self.add(made, x if self.shortcut is None else self.shortcut(activated))
        return self.get_submodule(self.last)(made) if self.last else made


class NarrowProjection(nn.Conv2d):
    """A strided 1x1 convolution that picks its pixels first, and gives the same maps.

    oneDNN 3.13 writes past its buffers in the backward pass of a strided 1x1 convolution of 2 or 4 channels in channels-last
    memory; from 8 on it does not.
    """

    picks_pixels_first = True

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name that it has in nn.Conv2d
        """Return (N, F, H / S, W / S) of maps (N, C, H, W)."""
        rows, columns = self.stride
        return F.conv2d(input[:, :, ::rows, ::columns], self.weight, self.bias)


def convolution(channels: int, filters: int, kernel: int, stride: int, norm: Norm) -> nn.Conv2d:
    """Return a convolution that keeps the size at stride 1, with He's initial weights, biased only where no norm is."""
    form = NarrowProjection if kernel == 1 and stride > 1 and channels < 8 else nn.Conv2d
    made = form(channels, filters, kernel, stride, padding=kernel // 2, bias=norm == "none")
    nn.init.kaiming_normal_(made.weight, mode="fan_out", nonlinearity="relu")
    return made


def build_resnet(options: ResNetOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Sequential:
    """Return a net for float images (N, C, H, W) of ``image_shape`` (H, W, C); its output is logits (N, classes)."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = options.width
    layers["conv1"] = convolution(image_shape[2], channels, 3, 1, options.norm)
    if options.order == "post":
        layers |= _activated(1, channels, options)
    for stack in range(3):
        filters = options.width << stack
        blocks: list[nn.Module] = []
        for number in range(options.n):
            stride = 2 if stack and not number else 1
            blocks.append(Block(channels, filters, stride, number == 0, options))
            channels = filters * (EXPANSION if options.block == "bottleneck" else 1)
        layers[f"layer{stack + 1}"] = nn.Sequential(*blocks)
    if options.order == "pre":
        layers |= _activated(1, channels, options)
    layers |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "linear": nn.Linear(channels, classes)}
    net = nn.Sequential(layers)
    if options.initial_weights != "he-fan-out":  # which `convolution` has drawn
        _as_pytorch_draws(net)
        initialize(net, options.initial_weights)
    return net


def _as_pytorch_draws(net: nn.Module) -> None:
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.reset_parameters()


def _activated(
    number: int, channels: int, options: ResNetOptions, *, activate: bool = True
) -> OrderedDict[str, nn.Module]:
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    if options.norm != "none":
        parts[f"{'bn' if options.norm == 'batch' else 'norm'}{number}"] = norm_layer(
            options.norm, channels, options.norm_epsilon, options.norm_momentum
        )
    if activate and options.activation != "none":
        # Before a convolution without a norm, the input is also what the shortcut takes.
        inplace = options.order == "post" or options.norm != "none"
        parts[f"act{number}"] = activation_layer(options.activation, inplace=inplace)
    return parts


def _shortcut(channels: int, out: int, stride: int, first: bool, options: ResNetOptions) -> nn.Module | None:
    """Return what changes the shape of a shortcut; None for the identity."""
    if options.shortcut == "projection":
        return convolution(channels, out, 1, stride, options.norm) if first else None
    return PadShortcut(channels, out, stride) if stride > 1 or channels != out else None
