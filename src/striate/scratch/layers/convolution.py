"""The convolution layer, a cross-correlation over channels, and its gradients.

    out[n, f, i, j] = b[f] + sum over c, u, v of  w[f, c, u, v] * x[n, c, i*S + u - P, j*S + v - P],   x = 0 outside
    dw[f, c, u, v]  =        sum over n, i, j of  dout[n, f, i, j] * x[n, c, i*S + u - P, j*S + v - P]
    dx              = every product dout[n, f, i, j] * w[f, c, u, v], added to the cell of x that it came from
    db[f]           =        sum over n, i, j of  dout[n, f, i, j]

N images, C channels, H x W cells, F filters of U x V taps, stride S, padding P; I x J positions with
I = floor((H + 2P - U) / S) + 1, J alike.

:func:`plain_forward` and :func:`plain_backward` say it in one matrix product. :func:`conv_forward` and :func:`conv_backward`
give the same numbers faster and in little memory, block by block: ``winograd`` for 3 x 3 filters at stride 1 on float32 with
enough channels to pay for its transforms, ``columns`` for everything else.

Measured: 3 x 3, 64 to 64 channels, 32 x 32, N = 128, float32, a busy 2-core AMD Zen 3, NumPy 2.4, torch 2.15: 1.33 of PyTorch's
rate forward and 1.38 for all gradients on one thread, 1.24 and 1.23 on two; medians of 9 pairs of benchmarks/bench_scratch.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from striate.base.errors import NetError, sentence
from striate.base.shapes import window_output
from striate.scratch.fast import im2col as columns
from striate.scratch.fast import winograd
from striate.scratch.fast.cache_blocks import Array
from striate.scratch.layers.checks import broken

# Fewer channels or filters than this, and the transforms cost more than the multiplications that they save.
WINOGRAD_CHANNELS = 24


@dataclass(frozen=True)
class ConvCache:
    """What the backward pass needs of the forward pass: the input, the filters, and how they were laid over it."""

    x: Array
    w: Array
    bias: bool
    stride: int
    padding: int

    @property
    def out_shape(self) -> tuple[int, int, int, int]:
        """The shape (N, F, I, J) of the output."""
        rows, across = (window_output(self.x.shape[a], self.w.shape[a], self.stride, self.padding) for a in (2, 3))
        return len(self.x), len(self.w), rows, across


def conv_forward(
    x: Array, w: Array, b: Array | None = None, stride: int = 1, padding: int = 0
) -> tuple[Array, ConvCache]:
    """Return ``out`` (N, F, I, J) and the cache of :func:`conv_backward`.

    ``x`` (N, C, H, W), ``w`` (F, C, U, V) and ``b`` (F) are floats. Raises NetError where the shapes do not fit.
    In float32 a cell of a 3 x 3 convolution may err by 1e-5 of the output's spread, three times the direct sum's error; and an
    infinite or NaN cell spoils the 4 x 4 outputs of its tile.
    """
    _check(x, w, b, stride, padding)
    cache = ConvCache(x, w, b is not None, stride, padding)
    out = np.empty(cache.out_shape, np.result_type(x, w, *(() if b is None else (b,))))
    if _suits_winograd(w, stride, x, out):
        winograd.correlate(x, w, b, out, (-padding, -padding))
    else:
        columns.correlate(x, w, b, out, (-padding, -padding), stride)
    return out, cache


def conv_backward(dout: Array, cache: ConvCache) -> tuple[Array, Array, Array | None]:
    """Return ``dx`` (N, C, H, W), ``dw`` (F, C, U, V) and ``db`` (F), or None where there was no bias.

    ``dout`` (N, F, I, J) is the gradient of the loss with respect to the layer's output. Raises NetError for another shape.
    """
    return conv_backward_input(dout, cache), *conv_backward_filters(dout, cache)


def conv_backward_filters(dout: Array, cache: ConvCache) -> tuple[Array, Array | None]:
    """Return ``dw`` and ``db`` alone: all that a first layer needs, since nobody asks for the gradient of the images."""
    _check_gradient(dout, cache)
    corner = -cache.padding, -cache.padding
    if _suits_winograd(cache.w, cache.stride, cache.x, dout):
        dw = winograd.filter_gradient(cache.x, cache.w, dout, corner)
    else:
        dw = columns.filter_gradient(cache.x, cache.w, dout, corner, cache.stride)
    return dw, dout.sum(axis=(0, 2, 3)) if cache.bias else None


def conv_backward_input(dout: Array, cache: ConvCache) -> Array:
    """Return ``dx`` alone."""
    _check_gradient(dout, cache)
    w, corner = cache.w, (-cache.padding, -cache.padding)
    dx = np.empty(cache.x.shape, np.result_type(dout, w))
    if _suits_winograd(w, cache.stride, dout, dx):
        winograd.input_gradient(dout, w, dx, corner)
    else:
        columns.input_gradient(dout, w, dx, corner, cache.stride)
    return dx


def plain_forward(x: Array, w: Array, b: Array | None = None, stride: int = 1, padding: int = 0) -> Array:
    """Return ``out`` as the formula reads: a row of taps for each position, times the filters. Takes U*V times x in memory."""
    taps = _windows(x, w, stride, padding)
    out = np.tensordot(taps, w, axes=((1, 4, 5), (1, 2, 3)))
    return np.ascontiguousarray((out if b is None else out + b).transpose(0, 3, 1, 2))


def plain_backward(dout: Array, x: Array, w: Array, stride: int = 1, padding: int = 0) -> tuple[Array, Array, Array]:
    """Return ``dx``, ``dw`` and ``db`` as the formulas read."""
    dw = np.tensordot(dout, _windows(x, w, stride, padding), axes=((0, 2, 3), (0, 2, 3)))
    dtaps = np.tensordot(dout, w, axes=((1,), (0,)))  # (N, I, J, C, U, V): what each tap that was read receives
    count, channels, height, width = x.shape
    padded = np.zeros((count, channels, height + 2 * padding, width + 2 * padding), dtaps.dtype)
    rows, across = dout.shape[2:]
    for u, v in np.ndindex(w.shape[2:]):
        read = padded[:, :, u : u + stride * rows : stride, v : v + stride * across : stride]
        read += dtaps[..., u, v].transpose(0, 3, 1, 2)
    return padded[:, :, padding : padding + height, padding : padding + width], dw, dout.sum(axis=(0, 2, 3))


def _windows(x: Array, w: Array, stride: int, padding: int) -> Array:
    """Return the view (N, C, I, J, U, V) of what each filter sees at each position."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    return sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]


def _suits_winograd(w: Array, stride: int, x: Array, out: Array) -> bool:
    return (
        w.shape[2:] == (winograd.KERNEL, winograd.KERNEL)
        and stride == 1
        and np.result_type(w, x, out) == np.float32
        and min(w.shape[:2]) >= WINOGRAD_CHANNELS
        # The transformed filters are four times as large: more than images and output, and it is they that would cost.
        and 4 * w.size <= x.size + out.size
    )


def _check(x: Array, w: Array, b: Array | None, stride: int, padding: int) -> None:
    faults = [
        f"the {name} have type {array.dtype}, where floats are needed"
        for name, array in (("images", x), ("filters", w))
        if array.dtype.kind != "f"
    ]
    faults += (unwhole := broken(stride=stride, padding=padding))
    if x.ndim != 4 or w.ndim != 4:
        faults.append(f"images {x.shape} and filters {w.shape}, where (N, C, H, W) and (F, C, U, V) are needed")
    elif x.shape[1] != w.shape[1]:
        faults.append(
            f"images {x.shape} have {x.shape[1]} channels and filters {w.shape} have {w.shape[1]}, where (N, C, H, W) and "
            "(F, C, U, V) share C"
        )
    elif not unwhole:
        try:
            _ = ConvCache(x, w, b is not None, stride, padding).out_shape
        except ValueError as error:
            faults.append(f"filters {w.shape} on images {x.shape}: {error}")
    if b is not None and b.shape != w.shape[:1]:
        faults.append(
            f"biases {b.shape} for filters {w.shape}, where one number per filter is needed: (F) for (F, C, U, V)"
        )
    if faults:
        raise NetError(f"this convolution is not possible: {sentence(faults)}")


def _check_gradient(dout: Array, cache: ConvCache) -> None:
    if dout.shape != cache.out_shape:
        raise NetError(
            f"the gradient {dout.shape} does not fit the convolution's output {cache.out_shape}: a gradient has the shape of "
            "what it is the gradient of"
        )
