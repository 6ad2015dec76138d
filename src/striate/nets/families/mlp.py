"""Dense layers alone: a net that knows nothing of neighbouring pixels, the counterpart of every convolutional one.

    flatten -> [dense -> norm -> act -> dropout] x hidden -> output

Its answers do not depend on the order of the pixels, if the first layer's columns are permuted with them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

from pydantic import model_validator
from torch import nn

from striate.nets.families.layers import (
    Activation,
    DropoutScaling,
    NetOptions,
    Norm,
    NormEpsilon,
    NormMomentum,
    Probability,
    Width,
    activation_layer,
    dropout_layer,
    norm_layer,
)
from striate.nets.initial import initialize


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
    """Behind every hidden layer."""
    dropout: Probability = 0.0
    """Probability of dropping a hidden unit."""
    dropout_scaling: DropoutScaling = "inverted"
    """What makes up for dropped units, as in the convnet."""
    initial_weights: Literal["pytorch", "he", "glorot"] = "pytorch"
    """`pytorch`: uniform in +-1/sqrt(fan_in), biases too; `he` and `glorot`: as in the convnet."""

    @model_validator(mode="after")
    def _acts(self) -> MLPOptions:
        if self.dropout_scaling != "inverted" and not self.dropout:
            raise ValueError(f"dropout_scaling {self.dropout_scaling} needs a dropout above 0")
        if not self.hidden and (self.norm != "none" or self.dropout):
            raise ValueError("norm and dropout belong to hidden layers, and hidden is empty")
        return self


def build_mlp(options: MLPOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Sequential:
    """Return a net for float images (N, C, H, W) of ``image_shape`` (H, W, C); its output is logits (N, classes)."""
    height, width, channels = image_shape
    layers: OrderedDict[str, nn.Module] = OrderedDict(flatten=nn.Flatten())
    features = height * width * channels
    for number, units in enumerate(options.hidden, start=1):
        layers[f"dense{number}"] = nn.Linear(features, units, bias=options.norm == "none")
        if options.norm != "none":
            layers[f"norm{number}"] = (
                nn.BatchNorm1d(units, options.norm_epsilon, options.norm_momentum)
                if options.norm == "batch"
                else norm_layer(options.norm, units, options.norm_epsilon)
            )
        if options.activation != "none":
            layers[f"act{number}"] = activation_layer(options.activation)
        if options.dropout:
            layers[f"dropout{number}"] = dropout_layer(options.dropout, options.dropout_scaling)
        features = units
    layers["output"] = nn.Linear(features, classes)
    net = nn.Sequential(layers)
    initialize(net, options.initial_weights)
    return net
