"""Spans of pixels, and what becomes of them after convolutions, pools and pads: their arguments say it, nothing is measured.

Cell i of a convolution or a pool looks at the places S i - P + D k for k in 0 to K - 1, of which those outside are padding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

NOTHING = (2**31, -1)
"""What a cell sees that is made of no pixel, as one of a padding."""
Spans = tuple[tuple[int, int], ...]
"""For each row or column of a map the pixels that it sees: the first, and one beyond the last."""
Reach = Sequence[Sequence[int]]
"""For each cell that comes out, the places of what goes in that reach it."""
Argument = Callable[[int, str, Any], Any]
"""Returns the argument at a place, or of that name, or else the last value."""

# Each setting is named with its place among the arguments, and with what it is where it is not given.
_SETTINGS = {
    "conv2d": (("stride", 3, 1), ("padding", 4, 0), ("dilation", 5, 1)),
    "max_pool2d": (("stride", 2, None), ("padding", 3, 0), ("dilation", 4, 1)),
    "avg_pool2d": (("stride", 2, None), ("padding", 3, 0)),
}


def slid(name: str, argument: Argument, spans: Sequence[Spans], cells: Sequence[int]) -> list[Spans] | None:
    """Return what ``cells`` rows and columns see after the call ``name``; None where that is not a window slid over a map."""
    if name == "pad":
        return _padded(argument, spans, cells)
    if name not in _SETTINGS:
        return None
    kernels: Any = argument(1, "kernel_size", None)
    if name == "conv2d":
        kernels = argument(1, "weight", None).shape[2:]
    made: list[Spans] = []
    found: dict[Any, Spans] = {}
    for axis, places in enumerate(spans):
        kernel = _along(axis, kernels)
        given = {word: _along(axis, argument(place, word, start)) for word, place, start in _SETTINGS[name]}
        stride, padding, dilation = given["stride"] or kernel, given["padding"], given.get("dilation", 1)
        if isinstance(padding, str):
            padding = dilation * (kernel - 1) // 2 if padding == "same" else 0
        if (kernel, stride, padding) == (1, 1, 0):
            made.append(places)
            continue
        key = (kernel, stride, padding, dilation, cells[axis], places)
        if key not in found:
            starts = range(-padding, stride * cells[axis] - padding, stride)
            inside = range(len(places))
            windows = [[i for i in range(at, at + dilation * kernel, dilation) if i in inside] for at in starts]
            found[key] = through(places, windows)
        made.append(found[key])
    return made


def through(spans: Spans, reach: Reach) -> Spans:
    """Return for each cell the hull of what the places see that reach it."""
    made: list[tuple[int, int]] = []
    for cell in reach:
        places = [spans[i] for i in cell]
        made.append((min(places)[0], max([p[1] for p in places])) if places else NOTHING)
    return tuple(made)


def _along(axis: int, value: Any) -> Any:
    """Return a setting's value for rows (``axis`` 0) or columns (1); one number stands for both."""
    return value[axis if len(value) > 1 else 0] if isinstance(value, (tuple, list)) else value


def _padded(argument: Argument, spans: Sequence[Spans], cells: Sequence[int]) -> list[Spans] | None:
    """Return what a map sees with cells of one value, or of zero, around it; None for a padding made of the map itself."""
    if argument(2, "mode", "constant") != "constant":
        return None
    edges = [*argument(1, "pad", ()), 0, 0, 0, 0]  # left, right, top, bottom
    made: list[Spans] = []
    for places, count, before in zip(spans, cells, (edges[2], edges[0]), strict=True):
        inside = range(len(places))
        made.append(tuple(places[i - before] if i - before in inside else NOTHING for i in range(count)))
    return made
