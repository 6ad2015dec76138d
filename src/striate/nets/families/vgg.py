"""VGG11: eight 3x3 convolutions in five stages, each ending in a 2x2 max pool, then dense layers.

    F, pool; 2F, pool; 4F, 4F, pool; 8F, 8F, pool; 8F, 8F, pool; dense ...

With F = 64, hidden layers 4096-4096, ReLU and dropout it is configuration A of Simonyan and Zisserman (arXiv 1409.1556). With
F = 8 and one hidden layer of 64 it is the reduced net of EECS 498/598, Homework 1, whose comments name neither an activation
nor a norm: taken literally only its max pools are nonlinear. It has 149,370 parameters at 32x32x3.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from torch import nn

from striate.base.errors import NetError
from striate.nets.families.convnet import ConvNetOptions, build_convnet
from striate.nets.families.layers import (
    Activation,
    DropoutScaling,
    NetOptions,
    Norm,
    NormEpsilon,
    NormMomentum,
    Probability,
    Width,
)
from striate.nets.initial import InitialWeights

STAGES = ((1,), (2,), (4, 4), (8, 8), (8, 8))  # filters of each convolution over those of the first
SMALLEST = 2 ** len(STAGES)


class VGGOptions(NetOptions):
    """What a `vgg11` is made of."""

    width: Annotated[int, Field(ge=1, le=512)] = 64
    """Filters of the first convolution; the others have 2, 4 or 8 times as many."""
    hidden: tuple[Width, ...] = (4096, 4096)
    """Units of the dense hidden layers; empty: global average pooling straight into the output layer."""
    norm: Norm = "none"
    """Between convolution and activation."""
    norm_epsilon: NormEpsilon = 1e-5
    """Added to the variance by which a norm divides, under the square root."""
    norm_momentum: NormMomentum = 0.1
    """Share of the new batch in batch norm's running mean and variance (1 - the momentum of Keras)."""
    activation: Activation = "relu"
    """Behind every convolution and hidden layer."""
    dropout: Probability = 0.5
    """Probability of dropping a hidden unit (or, without hidden layers, a pooled feature)."""
    dropout_scaling: DropoutScaling = "inverted"
    """What makes up for dropped units, as in the convnet."""
    initial_weights: InitialWeights = "pytorch"
    """`pytorch`: uniform in +-1/sqrt(fan_in), biases too; `he`: normal, variance 2/fan_in; `he-fan-out`: the same with
    fan_out, for convolutions alone; `glorot`: uniform in +-sqrt(6/(fan_in + fan_out)); with he and glorot biases are 0."""

    @model_validator(mode="after")
    def _drops(self) -> VGGOptions:
        if self.dropout_scaling != "inverted" and not self.dropout:
            raise ValueError(f"dropout_scaling {self.dropout_scaling} needs a dropout above 0")
        return self


def small_options() -> VGGOptions:
    """Return the reduced net of the homework, to the letter."""
    return VGGOptions(width=8, hidden=(64,), activation="none", dropout=0.0)


def build_vgg(options: VGGOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Module:
    """Return a net for float images (N, C, H, W) of ``image_shape`` (H, W, C); its output is logits (N, classes).

    Raises NetError for images below 32 pixels, of which five pools leave nothing.
    """
    height, width, _ = image_shape
    if min(height, width) < SMALLEST:
        raise NetError(
            f"vgg11 halves the image five times and needs at least {SMALLEST}x{SMALLEST} pixels, and these are "
            f"{height}x{width}; choose larger images with image_size"
        )
    widths = tuple(tuple(options.width * factor for factor in stage) for stage in STAGES)
    shared = options.model_dump(exclude={"width"})
    return build_convnet(ConvNetOptions.model_construct(**shared, widths=widths), image_shape, classes)
