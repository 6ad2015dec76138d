"""Layers small enough to be followed by hand, computed by `striate.scratch`: the browser draws and computes nothing.

Everything is (H, W) with numbers of a few digits; what a page sends is bounded before it is computed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import NetError, printable
from striate.scratch.layers.batch_norm import batch_norm_forward
from striate.scratch.layers.convolution import conv_backward, conv_forward
from striate.scratch.layers.losses import softmax_loss
from striate.scratch.layers.pooling import max_pool_backward, max_pool_forward

Numbers = NDArray[np.float64]
Query = Mapping[str, str]
MOST_SIDE, MOST_KERNEL, LARGEST = 9, 5, 1e6


def convolution(query: Query) -> dict[str, Any]:
    """Return out = w * x (a cross-correlation), the same as a matrix, out = A x, and its backward pass, dx = A' dout.

    Column j of A is the layer's answer to the image that is 1 in cell j and 0 elsewhere. A dilated kernel is the kernel with
    zeros between its cells. ``dout`` is 1 everywhere.
    """
    x, w = _array(query, "x", MOST_SIDE), _array(query, "w", MOST_KERNEL)
    fields = (("stride", 1), ("padding", 0), ("dilation", 1))
    stride, padding, dilation = (_whole(query, name, least, 4) for name, least in fields)
    spread = np.zeros([dilation * (side - 1) + 1 for side in w.shape])
    spread[::dilation, ::dilation] = w
    kernel = spread[None, None]
    out, cache = conv_forward(x[None, None], kernel, None, stride, padding)
    units = np.eye(x.size).reshape(-1, 1, *x.shape)
    columns = conv_forward(units, kernel, None, stride, padding)[0].reshape(x.size, -1)
    dx, dw, _ = conv_backward(np.ones_like(out), cache)
    told = {"out": out[0, 0], "kernel": spread, "matrix": columns.T, "dx": dx[0, 0]}
    return {name: value.tolist() for name, value in told.items()} | {"dw": dw[0, 0][::dilation, ::dilation].tolist()}


def pooling(query: Query) -> dict[str, Any]:
    """Return the largest cell of each window, which it is, how many share it, and where a gradient of 1 goes."""
    x = _array(query, "x", MOST_SIDE)
    window, stride = _whole(query, "window", 1, 4), _whole(query, "stride", 1, 4)
    out, cache = max_pool_forward(x[None, None], window, window, stride)
    dx = max_pool_backward(np.ones_like(out), cache)
    rows, across = out.shape[2:]
    cells = [
        [x[i * stride : i * stride + window, j * stride : j * stride + window] for j in range(across)]
        for i in range(rows)
    ]
    ties = [[int((cell == cell.max()).sum()) for cell in row] for row in cells]
    return {"out": out[0, 0].tolist(), "winners": cache.winners[0, 0].tolist(), "ties": ties, "dx": dx[0, 0].tolist()}


def batch_norm(query: Query) -> dict[str, Any]:
    """Return x (N, D) normalized over its N rows, column by column, with what it was normalized by."""
    x = _array(query, "x", MOST_SIDE)
    gamma, beta, eps = (_real(query, name, default) for name, default in (("gamma", 1.0), ("beta", 0.0), ("eps", 1e-5)))
    count = x.shape[1]
    ones = np.ones(count)
    out = batch_norm_forward(x, gamma * ones, beta * ones, eps=eps)[0]
    return {"out": out.tolist(), "mean": x.mean(0).tolist(), "var": x.var(0).tolist()}


def softmax(query: Query) -> dict[str, Any]:
    """Return the probabilities of scores (1, K), the loss of the true class, and the gradient of the loss."""
    x = _array(query, "x", MOST_SIDE)[:1]
    label = _whole(query, "label", 0, x.shape[1] - 1)
    loss, gradient = softmax_loss(x, np.array([label]))
    probability = gradient[0].copy()
    probability[label] += 1  # the gradient is p - 1 at the true class, and p elsewhere
    return {"loss": float(loss), "gradient": gradient[0].tolist(), "probability": probability.tolist()}


def _array(query: Query, name: str, most: int) -> Numbers:
    try:
        given = json.loads(query.get(name, ""))
        value = np.array(given, dtype=np.float64)
    except (ValueError, TypeError, RecursionError) as error:
        raise NetError(f"{name} is not a table of numbers") from error
    if value.ndim != 2 or not 1 <= min(value.shape) <= max(value.shape) <= most:
        raise NetError(f"{name} has the shape {value.shape}, and at most {most} x {most} cells are taken")
    if not (np.abs(value) <= LARGEST).all():
        raise NetError(f"{name} holds a number that is not within {LARGEST:g} of 0")
    return value


def _whole(query: Query, name: str, least: int, most: int) -> int:
    text = query.get(name, str(least))
    if not (text.isascii() and text.isdecimal() and least <= int(text[:6]) <= most):
        raise NetError(f'{name} is "{printable(text)}", and a whole number from {least} to {most} is expected')
    return int(text)


def _real(query: Query, name: str, default: float) -> float:
    try:
        value = float(query.get(name, default))
    except ValueError as error:
        raise NetError(f"{name} is not a number") from error
    if not abs(value) <= LARGEST:
        raise NetError(f"{name} is not within {LARGEST:g} of 0")
    return value
