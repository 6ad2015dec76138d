"""Each image normalized by its own numbers, as TensorFlow's ``tf.image.per_image_standardization`` does.

x' = (x - mean) / max(std, 1 / sqrt(n))           over the n = C*H*W numbers of the image
"""

from __future__ import annotations

import math

from torch import Tensor


def standardized(x: Tensor) -> Tensor:
    """Return floats (N, C, H, W), each image less its mean and divided by its deviation; a flat image becomes zeros."""
    numbers = (1, 2, 3)
    mean, std = x.mean(numbers, keepdim=True), x.std(numbers, correction=0, keepdim=True)
    return (x - mean) / std.clamp(min=1 / math.sqrt(x[0].numel()))
