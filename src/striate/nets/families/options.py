"""The options of every built-in net: names, defaults, ranges and what they mean; nothing here loads PyTorch.

So a recipe is checked, and a net's options are listed, before anything is built. A preset is named beside the options it sets.
"""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from striate.base.documented import Documented

Norm = Literal["none", "batch", "group", "layer"]
Activation = Literal["none", "relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]
DropoutScaling = Literal["inverted", "none", "at-test"]
Width = Annotated[int, Field(ge=1, le=4096)]
Probability = Annotated[float, Field(ge=0.0, lt=1.0)]
NormEpsilon = Annotated[float, Field(gt=0.0, le=1.0)]
NormMomentum = Annotated[float, Field(gt=0.0, le=1.0)]


def _odd(kernel: int) -> int:
    if kernel % 2 == 0:
        raise ValueError("odd, so that the same padding fits on both sides")
    return kernel


def _needs_dropout(scaling: DropoutScaling, dropout: float) -> None:
    """Raise ValueError where units are scaled for a dropout that there is not."""
    if scaling != "inverted" and not dropout:
        raise ValueError(f"dropout_scaling {scaling} needs a dropout above 0")


Kernel = Annotated[int, Field(ge=1, le=15), AfterValidator(_odd)]
EXPANSION = 4  # a bottleneck's output channels over its filters
InitialWeights = Literal["pytorch", "he", "he-fan-out", "glorot"]
Stage = Annotated[tuple[Width, ...], Field(min_length=1)]


class NetOptions(Documented):
    """The options of a net: frozen, no unknown field, no silent conversion; every field can be a treatment of a study."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ConvNetOptions(NetOptions):
    """What a `convnet` is made of."""

    widths: Annotated[tuple[Stage, ...], Field(min_length=1)] = ((32,), (64,))
    """Filters of each convolution, stage by stage; a 2x2 max pool ends a stage."""
    kernel: Kernel = 3
    """Side of the square kernel in pixels, odd, so that padding (K - 1) / 2 keeps the size."""
    norm: Norm = "none"
    """Between convolution and activation; `layer` normalizes one image over C, H, W; `group` over each of the most groups
    of 32, 16, 8, 4 or 2 that divide the channels, and over all of them where none does."""
    norm_epsilon: NormEpsilon = 1e-5
    """Added to the variance by which a norm divides, under the square root."""
    norm_momentum: NormMomentum = 0.1
    """Share of the new batch in batch norm's running mean and variance (1 - the momentum of Keras)."""
    activation: Activation = "relu"
    """After every convolution and hidden layer."""
    residual: bool = False
    """Add the input of each unit but the first to its output, before the activation."""
    hidden: tuple[Width, ...] = (128,)
    """Units of the dense hidden layers; empty: global average pooling straight into the output layer."""
    dropout: Probability = 0.0
    """Probability of dropping a hidden unit (or, without hidden layers, a pooled feature)."""
    dropout_scaling: DropoutScaling = "inverted"
    """What makes up for dropped units: `inverted` divides by 1 - p in training, `at-test` multiplies by it in evaluation,
    `none` does neither, so that training and evaluation differ."""
    initial_weights: InitialWeights = "pytorch"
    """`pytorch`: uniform in +-1/sqrt(fan_in), biases too; `he`: normal, variance 2/fan_in; `he-fan-out`: the same with
    fan_out, for convolutions alone; `glorot`: uniform in +-sqrt(6/(fan_in + fan_out)); with he and glorot biases are 0."""

    @model_validator(mode="after")
    def _fits_together(self) -> ConvNetOptions:
        _needs_dropout(self.dropout_scaling, self.dropout)
        if self.residual:
            flat = tuple(chain.from_iterable(self.widths))
            if len(flat) < 2:
                raise ValueError("residual needs at least two convolutions, for the first has no shortcut")
            if any(after < before for before, after in pairwise(flat)):
                raise ValueError(f"residual needs widths that never shrink, and they are {', '.join(map(str, flat))}")
        return self


class MLPOptions(NetOptions):
    """What an `mlp` is made of."""

    hidden: tuple[Width, ...] = (256, 128)
    """Units of the hidden layers; empty: softmax regression."""
    norm: Norm = "none"
    """Between dense layer and activation; `layer` normalizes all units of one image, `group` some at a time."""
    norm_epsilon: NormEpsilon = 1e-5
    """Added to the variance by which a norm divides, under the square root."""
    norm_momentum: NormMomentum = 0.1
    """Share of the new batch in batch norm's running mean and variance (1 - the momentum of Keras)."""
    activation: Activation = "relu"
    """After every hidden layer."""
    dropout: Probability = 0.0
    """Probability of dropping a hidden unit."""
    dropout_scaling: DropoutScaling = "inverted"
    """What makes up for dropped units, as in the convnet."""
    initial_weights: Literal["pytorch", "he", "glorot"] = "pytorch"
    """`pytorch`: uniform in +-1/sqrt(fan_in), biases too; `he` and `glorot`: as in the convnet."""

    @model_validator(mode="after")
    def _acts(self) -> MLPOptions:
        _needs_dropout(self.dropout_scaling, self.dropout)
        if not self.hidden and (self.norm != "none" or self.dropout):
            raise ValueError("norm and dropout belong to hidden layers, and hidden is empty")
        return self


class MobileNetOptions(NetOptions):
    """What a `mobilenet-v1` is made of."""

    width: Annotated[float, Field(gt=0.0, le=8.0)] = 0.25
    """Factor of all filters, which are then rounded to a multiple of 8; the published nets have 0.25, 0.5, 0.75 and 1."""
    dropout: Probability = 0.0
    """Probability of dropping a pooled feature."""


class ResNetOptions(NetOptions):
    """What a `resnet` is made of."""

    n: Annotated[int, Field(ge=1, le=200)] = 3
    """Blocks in each of the three stacks: 6n + 2 weighted layers of standard blocks, 9n + 2 of bottlenecks."""
    width: Annotated[int, Field(ge=1, le=1024)] = 16
    """Filters of the first stack; the second has twice as many, the third four times."""
    block: Literal["standard", "bottleneck"] = "standard"
    """Two 3x3 convolutions, or 1x1, 3x3 and 1x1 with four times the filters at the end."""
    order: Literal["post", "pre"] = "post"
    """Norm and activation after each convolution (v1), or before it (v2)."""
    shortcut: Literal["projection", "pad"] = "projection"
    """How the shortcut of a residual net changes its shape: a 1x1 convolution, or every S-th pixel and channels of zeros."""
    residual: bool = True
    """False: the plain net, the same without its shortcuts."""
    norm: Norm = "batch"
    """Beside every convolution."""
    norm_epsilon: NormEpsilon = 1e-5
    """Added to the variance by which a norm divides, under the square root."""
    norm_momentum: NormMomentum = 0.1
    """Share of the new batch in batch norm's running mean and variance (1 - the momentum of Keras)."""
    activation: Activation = "relu"
    """After every convolution, or before it with `pre`."""
    initial_weights: InitialWeights = "he-fan-out"
    """`he-fan-out`: convolutions normal with variance 2/fan_out, the dense layer as in pytorch; `pytorch`, `he` and
    `glorot`: as in the convnet."""


class ShallowNetOptions(NetOptions):
    """What a `shallownet` is made of."""

    form: Literal["sequential", "module"] = "sequential"
    """Written as a sequence of layers, or as a class with a forward method; the same net."""
    filters: Width = 32
    """Filters of the convolution."""
    kernel: Kernel = 5
    """Side of the square kernel in pixels, odd; the padding keeps the size."""
    activation: Activation = "relu"
    """After the convolution."""
    initial_weights: InitialWeights = "pytorch"
    """`pytorch`: uniform in +-1/sqrt(fan_in), biases too; `he`, `he-fan-out` and `glorot`: as in the convnet."""


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
    """After every convolution and hidden layer."""
    dropout: Probability = 0.5
    """Probability of dropping a hidden unit (or, without hidden layers, a pooled feature)."""
    dropout_scaling: DropoutScaling = "inverted"
    """What makes up for dropped units, as in the convnet."""
    initial_weights: InitialWeights = "pytorch"
    """`pytorch`: uniform in +-1/sqrt(fan_in), biases too; `he`: normal, variance 2/fan_in; `he-fan-out`: the same with
    fan_out, for convolutions alone; `glorot`: uniform in +-sqrt(6/(fan_in + fan_out)); with he and glorot biases are 0."""

    @model_validator(mode="after")
    def _drops(self) -> VGGOptions:
        _needs_dropout(self.dropout_scaling, self.dropout)
        return self
