"""VGG11: eight 3x3 convolutions in five stages, each ending in a 2x2 max pool, then dense layers.

    F, pool; 2F, pool; 4F, 4F, pool; 8F, 8F, pool; 8F, 8F, pool; dense ...

With F = 64, hidden layers 4096-4096, ReLU and dropout it is configuration A of Simonyan and Zisserman (arXiv 1409.1556). With
F = 8 and one hidden layer of 64 it is the reduced net of EECS 498/598, Homework 1, whose comments name neither an activation
nor a norm: taken literally only its max pools are nonlinear. It has 149,370 parameters at 32x32x3.
"""

from __future__ import annotations

from torch import nn

from striate.base.errors import NetError
from striate.nets.families.convnet import build_convnet
from striate.nets.families.options import ConvNetOptions, VGGOptions

STAGES = ((1,), (2,), (4, 4), (8, 8), (8, 8))  # filters of each convolution over those of the first
SMALLEST = 2 ** len(STAGES)


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
