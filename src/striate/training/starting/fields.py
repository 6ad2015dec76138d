"""How images were shown to a net, by what is known of its weights, as the fields of a recipe that say it."""

from __future__ import annotations

from typing import Any, get_args

from striate.data.photos.resizing import Filter, Resizing
from striate.nets.entry import ImageShape
from striate.nets.inputs import Inputs
from striate.training.folder.labels import Labels
from striate.training.starting.exported import Told


def of_inputs(inputs: Inputs | None) -> dict[str, Any]:
    """Return what published weights say; nothing where nothing is known of them."""
    if inputs is None:
        return {}
    filters = {"resize_filter": inputs.filter} if inputs.filter in get_args(Filter) else {}
    return {**_size(inputs.image_shape), "mean": list(inputs.mean), "std": list(inputs.std), **filters}


def of_labels(labels: Labels) -> dict[str, Any]:
    """Return what the record of a run says."""
    how = labels.normalization
    numbers = {"mean": list(how.mean), "std": list(how.std)}
    return {
        **_size(labels.image_shape),
        **_resize(labels.resizing),
        **({"standardize": "image"} if how.per_image else {} if how.permuted else numbers),
        **({"permute_pixels": True} if how.permuted else {}),
    }


def of_export(said: Told) -> dict[str, Any]:
    """Return what an exported file says."""
    how, size = said.normalization, said.input
    numbers = {} if how.mean is None or how.permuted_pixels else {"mean": list(how.mean), "std": list(how.std or [])}
    return {
        **_size((size.height, size.width, size.channels)),
        **_resize(None if size.resize is None else size.resize.resizing()),
        **({"standardize": "image"} if how.mean is None else numbers),
        **({"permute_pixels": True} if how.permuted_pixels else {}),
    }


def _size(shape: ImageShape) -> dict[str, Any]:
    """Return the side of square images; a table's row, and what is not square, says none."""
    height, width, _ = shape
    return {"image_size": height} if height == width > 1 else {}


def _resize(how: Resizing | None) -> dict[str, Any]:
    return {} if how is None else {"resize": how.fit, "resize_filter": how.filter}
