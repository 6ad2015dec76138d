"""MobileNet V1 (Howard et al., arXiv 1704.04861): a stem, and thirteen depthwise-separable convolutions.

    unit: 3x3 convolution of each channel by itself -> bn -> ReLU6 -> 1x1 convolution over channels -> bn -> ReLU6

It keeps the conventions of the TensorFlow weights that are published for it: batch norm with epsilon 1e-3, and `same`
padding, where an odd pixel of padding goes below and to the right. The names are those of timm's file of these weights.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from striate.nets.families.layers import SamePadding
from striate.nets.families.options import MobileNetOptions

EPSILON = 1e-3
# Stage by stage: (filters at width 1, stride) of each unit.
STAGES = (
    ((64, 1),),
    ((128, 2), (128, 1)),
    ((256, 2), (256, 1)),
    ((512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1)),
    ((1024, 2), (1024, 1)),
)


def filters_of(base: int, width: float) -> int:
    """Return ``base * width`` rounded to a multiple of 8, at least 8, and never below nine tenths of it."""
    wanted = base * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


def build_mobilenet(options: MobileNetOptions, image_shape: tuple[int, int, int], classes: int) -> nn.Sequential:
    """Return a net for float images (N, C, H, W) of ``image_shape`` (H, W, C); its output is logits (N, classes)."""
    channels = filters_of(32, options.width)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["pad"] = SamePadding(3, 2)
    layers["conv_stem"] = nn.Conv2d(image_shape[2], channels, 3, 2, bias=False)
    layers |= {"bn1": nn.BatchNorm2d(channels, EPSILON), "act1": nn.ReLU6(inplace=True)}
    stages: list[nn.Module] = []
    for stage in STAGES:
        units: list[nn.Module] = []
        for base, stride in stage:
            filters = filters_of(base, options.width)
            units.append(_separable(channels, filters, stride))
            channels = filters
        stages.append(nn.Sequential(*units))
    layers["blocks"] = nn.Sequential(*stages)
    layers |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    if options.dropout:
        layers["dropout"] = nn.Dropout(options.dropout)
    layers["classifier"] = nn.Linear(channels, classes)
    net = nn.Sequential(layers)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return net


def _separable(channels: int, filters: int, stride: int) -> nn.Sequential:
    unit: OrderedDict[str, nn.Module] = OrderedDict()
    if stride > 1:
        unit["pad"] = SamePadding(3, stride)
    # At stride 1 `same` is one pixel on every side.
    unit["conv_dw"] = nn.Conv2d(channels, channels, 3, stride, padding=int(stride == 1), groups=channels, bias=False)
    unit |= {"bn1": nn.BatchNorm2d(channels, EPSILON), "act1": nn.ReLU6(inplace=True)}
    unit["conv_pw"] = nn.Conv2d(channels, filters, 1, bias=False)
    unit |= {"bn2": nn.BatchNorm2d(filters, EPSILON), "act2": nn.ReLU6(inplace=True)}
    return nn.Sequential(unit)
