"""Every net of the catalogue, small enough for a test: the one table that the laws share."""

from __future__ import annotations

from typing import Any

# Net -> its options as small as they go, and what it takes beside them to learn a few images, with something random in it.
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "convnet": (
        {"widths": [[3], [4]], "hidden": [5]},
        {"widths": [[4], [6]], "hidden": [8], "norm": "batch", "residual": True, "dropout": 0.1},
    ),
    "convnet-cs7150": (
        {"widths": [[2], [3], [4, 4]], "hidden": [5]},
        {"widths": [[4], [6], [8, 8]], "hidden": [16]},
    ),
    "shallownet": ({"filters": 3}, {"filters": 4}),
    "simpleconvnet": (
        {"widths": [[3, 3], [4, 4]], "hidden": [5]},
        {"widths": [[4, 4], [8, 8]], "hidden": [8], "norm": "group", "residual": True},
    ),
    "mlp": ({"hidden": [6, 4]}, {"hidden": [16, 8], "dropout": 0.1, "dropout_scaling": "at-test"}),
    "vgg11-small": ({"width": 2, "hidden": [5]}, {"width": 4, "hidden": [16]}),
    "vgg11": (
        {"width": 2, "hidden": [6, 5]},
        {"width": 4, "hidden": [16, 16], "norm": "batch", "dropout": 0.1},
    ),
    "mobilenet-v1": ({"width": 0.1}, {"dropout": 0.1}),
}
RESIDUAL: tuple[dict[str, Any], dict[str, Any]] = ({"n": 1, "width": 2}, {"width": 8})


def small(name: str) -> dict[str, Any]:
    """Return options that make net ``name`` small."""
    return TABLE.get(name, RESIDUAL)[0]


def learning(name: str) -> dict[str, Any]:
    """Return options that make net ``name`` small, and yet able to learn, with something random where it can have that."""
    smallest, beside = TABLE.get(name, RESIDUAL)
    return smallest | beside
