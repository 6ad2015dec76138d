"""A plain convolutional classifier, every study factor of which is a field of its options.

A net is a chain of stages. A stage is one or more units (convolution, norm, activation) and ends in a 2x2 max pool, which
halves height and width. Then come dense hidden layers, or, without any, a global average pool, and the output layer.

    image -> [conv -> norm -> act] x units -> pool -> ... -> flatten -> [dense -> act -> dropout] ... -> output

`cs7150_options` is the CIFAR-10 network of the published CS 7150 solution (Homework 1, summer 2020). Its figure is lost;
what its text tells is kept: four convolutional layers, at least 27, 50 and 56 channels in layers 1, 2 and 4, max pooling,
batch norm (in the second net) after every convolution and before the ReLU. The sizes between are ours.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from torch import nn

from striate.base.errors import NetError

Norm = Literal["none", "batch", "group", "layer"]
Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]
Width = Annotated[int, Field(ge=1, le=4096)]
Stage = Annotated[tuple[Width, ...], Field(min_length=1)]

ACTIVATIONS: dict[Activation, Callable[[], nn.Module]] = {
    "relu": lambda: nn.ReLU(inplace=True),
    "leaky_relu": lambda: nn.LeakyReLU(0.01, inplace=True),
    "elu": lambda: nn.ELU(inplace=True),
    "gelu": nn.GELU,
    "silu": lambda: nn.SiLU(inplace=True),
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


class ConvNetOptions(BaseModel):
    """What a `ConvNet` is made of; every field can be a treatment of a study."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    widths: Annotated[tuple[Stage, ...], Field(min_length=1)] = ((32,), (64,))
    """Filters of each convolution, stage by stage; a 2x2 max pool ends a stage."""
    kernel: Annotated[int, Field(ge=1, le=15)] = 3
    """Side of the square kernel in pixels, odd, so that padding (K - 1) / 2 keeps the size."""
    norm: Norm = "none"
    """Between convolution and activation; `layer` normalizes one image over C, H, W; `group` over each of the most groups
    of 32, 16, 8, 4 or 2 that divide the channels, and over all of them where none does."""
    activation: Activation = "relu"
    hidden: tuple[Width, ...] = (128,)
    """Units of the dense hidden layers; empty: global average pooling straight into the output layer."""
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Probability of dropping a hidden unit (or, without hidden layers, a pooled feature)."""

    @field_validator("kernel")
    @classmethod
    def _odd(cls, kernel: int) -> int:
        if kernel % 2 == 0:
            raise ValueError("odd, so that the same padding fits on both sides")
        return kernel


def cs7150_options() -> ConvNetOptions:
    """Return the network of the published CS 7150 solution, as far as its text determines it."""
    return ConvNetOptions(widths=((32,), (64,), (64, 64)), hidden=(512,))


def build_convnet(options: ConvNetOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Sequential:
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
    return nn.Sequential(layers)


def _unit(number: int, channels: int, filters: int, options: ConvNetOptions) -> OrderedDict[str, nn.Module]:
    unit: OrderedDict[str, nn.Module] = OrderedDict()
    # A bias before a norm is subtracted again with the mean, so it is left out there.
    unit[f"conv{number}"] = nn.Conv2d(
        channels, filters, options.kernel, padding=options.kernel // 2, bias=options.norm == "none"
    )
    if options.norm != "none":
        unit[f"norm{number}"] = _norm(options.norm, filters)
    unit[f"act{number}"] = ACTIVATIONS[options.activation]()
    return unit


def _norm(norm: Norm, channels: int) -> nn.Module:
    if norm == "batch":
        return nn.BatchNorm2d(channels)
    groups = 1 if norm == "layer" else next((g for g in (32, 16, 8, 4, 2) if channels % g == 0 and channels > g), 1)
    return nn.GroupNorm(groups, channels)


def _head(channels: int, cells: int, classes: int, options: ConvNetOptions) -> OrderedDict[str, nn.Module]:
    head: OrderedDict[str, nn.Module] = OrderedDict()
    if not options.hidden:
        head["average"] = nn.AdaptiveAvgPool2d(1)
        cells = 1
    head["flatten"] = nn.Flatten()
    features = channels * cells
    for number, units in enumerate(options.hidden, start=1):
        head[f"dense{number}"] = nn.Linear(features, units)
        head[f"dense_act{number}"] = ACTIVATIONS[options.activation]()
        if options.dropout:
            head[f"dropout{number}"] = nn.Dropout(options.dropout)
        features = units
    if not options.hidden and options.dropout:
        head["dropout"] = nn.Dropout(options.dropout)
    head["output"] = nn.Linear(features, classes)
    return head
