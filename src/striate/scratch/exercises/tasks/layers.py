"""The layers of EECS 498 as exercises: dense, relu, convolution, max pooling; right values and known mistakes.

The right values are those of `striate.scratch.layers`, whose gradients are checked against central differences.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from striate.scratch.exercises.exercise import Array, Exercise, Values, draw
from striate.scratch.exercises.judges import Layer, Passes
from striate.scratch.layers.convolution import plain_backward, plain_forward

AVERAGED = "divided by N twice: the loss is a mean already, and a layer only sums over the batch"
DIVIDED = (("dw", "db"), ("dx", "dw", "db"), ("dw",), ("db",), ("dx",))
"""The gradients that learners divide by N."""


def _dense(t: Values) -> Values:
    x, w, b, dout = t["x"], t["w"], t["b"], t["dout"]
    return {"out": x @ w + b, "dx": dout @ w.T, "dw": x.T @ dout, "db": dout.sum(0)}


def averaged(passes: Passes, *names: str) -> tuple[str, Passes]:
    """Return the mistake of dividing the gradients ``names`` by N."""

    def wrong(t: Values) -> Values:
        right, count = passes(t), len(t["x"])
        return right | {name: right[name] / count for name in names}

    return AVERAGED, wrong


def _relu(t: Values) -> Values:
    return {"out": np.maximum(t["x"], 0), "dx": t["dout"] * (t["x"] > 0)}


def _conv(t: Values) -> Values:
    stride, padding = t["stride"], t["padding"]
    dx, dw, db = plain_backward(t["dout"], t["x"], t["w"], stride, padding)
    return {"out": plain_forward(t["x"], t["w"], t["b"], stride, padding), "dx": dx, "dw": dw, "db": db}


def _conv_flipped(t: Values) -> Values:
    flipped = _conv(t | {"w": t["w"][:, :, ::-1, ::-1]})
    return flipped | {"dw": flipped["dw"][:, :, ::-1, ::-1]}


def _conv_flipped_input(t: Values) -> Values:
    """The gradient of the images alone slides the filters as they are, where it has to turn them."""
    return _conv(t) | {"dx": _conv_flipped(t)["dx"]}


def _conv_padded(t: Values) -> Values:
    p = t["padding"]
    around = np.pad(t["x"], ((0, 0), (0, 0), (p, p), (p, p)))
    return _conv(t) | {"dx": plain_backward(t["dout"], around, t["w"], t["stride"])[0]}


def _conv_corner(t: Values) -> Values:
    height, width = t["x"].shape[2:]
    return _conv(t) | {"dx": _conv_padded(t)["dx"][:, :, :height, :width]}


def _pool(t: Values, ties: str = "first") -> Values:
    x, dout, stride = t["x"], t["dout"], t["stride"]
    out, dx = np.zeros_like(dout), np.zeros_like(x)
    for n, c, i, j in np.ndindex(*dout.shape):
        rows, across = (slice(k * stride, k * stride + t[size]) for k, size in ((i, "pool_height"), (j, "pool_width")))
        window = x[n, c, rows, across]
        largest = window == window.max()
        if ties in ("first", "last"):
            one = np.flatnonzero(largest)[0 if ties == "first" else -1]
            largest = (np.arange(largest.size) == one).reshape(largest.shape)
        out[n, c, i, j] = window.max()
        dx[n, c, rows, across] += dout[n, c, i, j] * largest / (largest.sum() if ties == "shared" else 1)
    return {"out": out, "dx": dx}


def _pool_overwritten(t: Values) -> Values:
    """Where windows overlap the last one wins, instead of all being added."""
    x, dout, stride = t["x"], t["dout"], t["stride"]
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(*dout.shape):
        window = x[n, c, i * stride : i * stride + t["pool_height"], j * stride : j * stride + t["pool_width"]]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + int(u), j * stride + int(v)] = dout[n, c, i, j]
    return _pool(t) | {"dx": dx}


DENSE = Layer(
    ("fc_forward", "affine_forward", "dense_forward", "linear_forward"),
    ("fc_backward", "affine_backward", "dense_backward", "linear_backward"),
    ("x", "w", "b"),
    _dense,
    [averaged(_dense, *names) for names in DIVIDED],
)
RELU = Layer(("relu_forward",), ("relu_backward",), ("x",), _relu)
CONV = Layer(
    ("conv_forward", "conv_forward_naive"),
    ("conv_backward", "conv_backward_naive"),
    ("x", "w", "b"),
    _conv,
    [
        ("kernel flipped: this is a convolution, where the layer is a cross-correlation", _conv_flipped),
        ("kernel flipped: dx slides the filters as they stand, and has to turn them", _conv_flipped_input),
        ("padding's gradient kept: the cells around the image are cut off from dx", _conv_padded),
        ("padding's gradient kept: dx begins in the padding's corner", _conv_corner),
        *(averaged(_conv, *names) for names in DIVIDED),
    ],
    options=("stride", "padding"),
    spelled={"pad": "padding", "s": "stride", "p": "padding"},
    defaults={"stride": 1, "padding": 0},
)
POOL = Layer(
    ("max_pool_forward", "max_pool_forward_naive"),
    ("max_pool_backward", "max_pool_backward_naive"),
    ("x",),
    _pool,
    [
        ("ties of max pooling counted twice: one of the equal cells takes the gradient", lambda t: _pool(t, "all")),
        ("overlapping windows overwrite each other's gradient, and have to add it", _pool_overwritten),
    ],
    also=[lambda t: _pool(t, "last"), lambda t: _pool(t, "shared")],
    options=("pool_height", "pool_width", "stride"),
    spelled={},
    defaults={"pool_height": 2, "pool_width": 2, "stride": 2},
)


def _rows(n: int, d: int, m: int) -> Values:
    return {"x": draw(n, d), "w": draw(d, m, seed=1), "b": draw(m, seed=2), "dout": draw(n, m, seed=3)}


def _images(
    n: int, c: int, h: int, w: int, f: int, k: tuple[int, int], stride: int, padding: int, bias: bool
) -> Values:
    rows, across = ((size + 2 * padding - taps) // stride + 1 for size, taps in zip((h, w), k, strict=True))
    b: Array = draw(f, seed=2) if bias else np.zeros(f)
    arrays: Values = {"x": draw(n, c, h, w), "w": draw(f, c, *k, seed=1), "b": b}
    return arrays | {"dout": draw(n, f, rows, across, seed=3), "stride": stride, "padding": padding}


def _maps(x: Any, height: int, width: int, stride: int) -> Values:
    maps = np.asarray(x, np.float64)
    rows, across = ((s - k) // stride + 1 for s, k in zip(maps.shape[2:], (height, width), strict=True))
    sizes = {"pool_height": height, "pool_width": width, "stride": stride}
    return {"x": maps, "dout": draw(*maps.shape[:2], rows, across, seed=3)} | sizes


ROWS = [_rows(1, 1, 1), _rows(2, 1, 1), _rows(1, 2, 3), _rows(4, 3, 2)]
ANY = [{"x": draw(*s), "dout": draw(*s, seed=3)} for s in ((1, 1), (1, 4), (2, 3), (2, 2, 3, 3))]
IMAGES = [
    _images(1, 1, 1, 2, 1, (1, 2), 1, 0, bias=False),
    _images(1, 1, 2, 2, 1, (2, 2), 1, 0, bias=True),
    _images(1, 2, 1, 1, 2, (1, 1), 1, 0, bias=False),
    _images(1, 1, 1, 3, 1, (1, 1), 2, 0, bias=False),
    _images(2, 1, 3, 3, 1, (2, 2), 1, 0, bias=False),
    _images(2, 2, 4, 5, 3, (3, 2), 1, 0, bias=True),
    _images(1, 1, 2, 2, 1, (3, 3), 1, 1, bias=True),
    _images(2, 3, 5, 6, 2, (3, 3), 2, 1, bias=True),
]
MAPS = [
    _maps([[[[0.5, -1.0], [1.5, 0.1]]]], 2, 2, 2),
    _maps([[[[-1.0, -0.5], [-1.5, -0.7]]]], 2, 2, 2),
    _maps([[[[1.0, 1.0], [0.5, -1.0]]]], 2, 2, 2),
    _maps([[[[0.0, 0.0, 2.0, 1.0]]]], 1, 2, 2),
    _maps([[[[-1.0, 2.0, 0.5]]]], 1, 2, 1),
    _maps(draw(2, 2, 5, 4), 3, 2, 1),
    _maps(draw(2, 3, 6, 7), 2, 2, 2),
]


def exercises() -> list[Exercise]:
    """Return the eight exercises of these four layers."""
    from striate.scratch.exercises.forms import FORMS

    found: list[Exercise] = []
    for layer, trials in ((DENSE, ROWS), (RELU, ANY), (CONV, IMAGES), (POOL, MAPS)):
        for names, judge in ((layer.forward, layer.judge_forward), (layer.backward, layer.judge_backward)):
            found.append(Exercise(names[0], "eecs498", "layer", FORMS[names[0]], judge, trials, names[1:]))
    return found
