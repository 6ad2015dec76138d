"""A chain of layers: forward from the first to the last, backward from the last to the first.

    x_0 = X,   x_(k+1) = layer_k(x_k)               dx_K = dL / dscores,   dx_k = (d layer_k / d x_k)' dx_(k+1)

A `Layer` binds one pair of functions to the names of its parameters, so that a net is a list of layers and a dict of
arrays, and a layer of one's own needs nothing but its pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import NetError
from striate.scratch.layers.activations import relu_backward, relu_forward
from striate.scratch.layers.batch_norm import Averages, batch_norm_backward, batch_norm_forward
from striate.scratch.layers.checks import Mode
from striate.scratch.layers.convolution import conv_backward_filters, conv_backward_input, conv_forward
from striate.scratch.layers.dense import dense_backward, dense_backward_weights, dense_forward
from striate.scratch.layers.dropout import dropout_backward, dropout_forward
from striate.scratch.layers.flatten import flatten_backward, flatten_forward
from striate.scratch.layers.pooling import max_pool_backward, max_pool_forward

Array = NDArray[Any]
Arrays = dict[str, Array]
Grads = dict[str, Array]


@dataclass(frozen=True)
class Pass:
    """What the layers of one pass share: the parameters, train or test, and where dropout gets its masks.

    ``buffers`` is this pass's own dict: batch normalization replaces its running averages in it.
    """

    params: Mapping[str, Array]
    buffers: Arrays
    mode: Mode
    rng: np.random.Generator | None
    masks: Iterator[Array] | None


@dataclass(frozen=True)
class Layer:
    """``forward(x, pass)`` returns (out, cache); ``backward(dout, cache)`` returns dx and the gradients by parameter.

    A layer that has parameters returns their gradients alone from ``own(dout, cache)``.
    """

    forward: Callable[[Array, Pass], tuple[Array, Any]]
    backward: Callable[[Array, Any], tuple[Array, Grads]]
    own: Callable[[Array, Any], Grads] | None = None


def forward(layers: Sequence[Layer], x: Array, given: Pass) -> tuple[Array, list[Any]]:
    """Return what comes out of the last layer, and the cache of every layer."""
    caches: list[Any] = []
    for layer in layers:
        x, cache = layer.forward(x, given)
        caches.append(cache)
    return x, caches


def backward(layers: Sequence[Layer], dout: Array, caches: Sequence[Any]) -> Grads:
    """Return the gradient of every parameter, given that of the last layer's output.

    It ends at the first layer that has parameters: nobody asks for the gradient of the images, often the most expensive of all.
    """
    grads: Grads = {}
    first = next((k for k, layer in enumerate(layers) if layer.own), -1)
    for k in reversed(range(len(layers))):
        own = layers[k].own
        if own and k == first:
            return grads | own(dout, caches[k])
        dout, found = layers[k].backward(dout, caches[k])
        grads |= found
    return grads


def dense(number: int) -> Layer:
    """Return the dense layer with the parameters W and b of this number."""
    weight, bias = f"W{number}", f"b{number}"

    def back(dout: Array, cache: Any) -> tuple[Array, Grads]:
        dx, dw, db = dense_backward(dout, cache)
        return dx, {weight: dw, bias: db}

    def own(dout: Array, cache: Any) -> Grads:
        dw, db = dense_backward_weights(dout, cache)
        return {weight: dw, bias: db}

    return Layer(lambda x, p: dense_forward(x, p.params[weight], p.params[bias]), back, own)


def conv(number: int) -> Layer:
    """Return the convolution (stride 1, no padding) with the parameters W and, where there is one, b of this number."""
    weight, bias = f"W{number}", f"b{number}"

    def own(dout: Array, cache: Any) -> Grads:
        dw, db = conv_backward_filters(dout, cache)
        return {weight: dw} if db is None else {weight: dw, bias: db}

    return Layer(
        lambda x, p: conv_forward(x, p.params[weight], p.params.get(bias)),
        lambda dout, cache: (conv_backward_input(dout, cache), own(dout, cache)),
        own,
    )


def batch_norm(number: int) -> Layer:
    """Return batch normalization with gamma, beta, running_mean and running_var of this number, moving as PyTorch's do."""
    gamma, beta, mean, var = (f"{name}{number}" for name in ("gamma", "beta", "running_mean", "running_var"))

    def forth(x: Array, p: Pass) -> tuple[Array, Any]:
        averages = Averages(p.buffers[mean], p.buffers[var])
        out, cache = batch_norm_forward(x, p.params[gamma], p.params[beta], averages, p.mode, corrected=True)
        p.buffers[mean], p.buffers[var] = cache.averages.mean, cache.averages.var
        return out, cache

    def back(dout: Array, cache: Any) -> tuple[Array, Grads]:
        dx, dgamma, dbeta = batch_norm_backward(dout, cache)
        return dx, {gamma: dgamma, beta: dbeta}

    return Layer(forth, back, lambda dout, cache: back(dout, cache)[1])


def dropout(drop: float) -> Layer:
    """Return inverted dropout that drops a cell with probability ``drop``, by the next given mask or one it draws."""

    def forth(x: Array, p: Pass) -> tuple[Array, Any]:
        mask = None
        if p.mode == "train" and p.masks is not None:
            mask = next(p.masks, None)
            if mask is None:
                raise NetError(
                    "there are fewer masks than dropout layers; give one mask for each, or a generator as rng"
                )
        return dropout_forward(x, 1 - drop, p.mode, rng=p.rng, mask=mask)

    return Layer(forth, lambda dout, cache: (dropout_backward(dout, cache), {}))


RELU = Layer(lambda x, _: relu_forward(x), lambda dout, cache: (relu_backward(dout, cache), {}))
FLATTEN = Layer(lambda x, _: flatten_forward(x), lambda dout, cache: (flatten_backward(dout, cache), {}))
POOL = Layer(lambda x, _: max_pool_forward(x, 2, 2, 2), lambda dout, cache: (max_pool_backward(dout, cache), {}))
ONLY_COLUMN = Layer(lambda x, _: (x[:, 0], None), lambda dout, _: (dout[:, None], {}))
"""The single score of each row, (N, 1), as (N)."""
