"""Dense layers alone: a net that knows nothing of neighbouring pixels, the counterpart of every convolutional one.

    flatten -> [dense -> norm -> act -> dropout] x hidden -> output

Its answers do not depend on the order of the pixels, if the first layer's columns are permuted with them.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from striate.nets.families.layers import activation_layer, dropout_layer, norm_layer
from striate.nets.families.options import MLPOptions
from striate.nets.initial import initialize


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
