"""The anatomy of a net of the catalogue, for images of a size given in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from striate.base.errors import NetError
from striate.nets.anatomy import Anatomy, anatomy
from striate.nets.catalog import build


def net_anatomy(name: str, options: Mapping[str, Any], shape: str, classes: int) -> Anatomy:
    """Return the anatomy of net ``name`` for images of ``shape``, written CxHxW, for example 3x32x32."""
    sizes = shape.lower().split("x")
    if len(sizes) != 3 or not all(size.isdecimal() and 0 < int(size) <= 4096 for size in sizes):
        raise NetError(f'input "{shape}" is no image shape; write channels, height and width, for example 3x32x32')
    channels, height, width = (int(size) for size in sizes)
    image_shape = (height, width, channels)
    return anatomy(build(name, options, image_shape, classes), image_shape, name)
