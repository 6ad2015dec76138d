"""A convolutional net by hand: one convolution, then two dense layers.

    conv - [batch norm] - relu - 2x2 max pool - flatten - dense - relu - [dropout] - dense - softmax

The convolution has stride 1 and no padding: a K x K filter leaves H-K+1 of H rows, and the pool floor of half of them.
With the course's sizes (28x28, 32 filters of 7x7, 100 hidden units, 10 classes): 28 -> 22 -> 11 and 389,910 parameters.
Source: EECS 498/598 Deep Learning, Homework 1, 2019, question 5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from striate.base.errors import NetError, sentence
from striate.base.shapes import window_output
from striate.scratch import chain
from striate.scratch.layers.checks import broken
from striate.scratch.layers.losses import softmax_loss
from striate.scratch.models import Arrays, Model, dense_params, gaussian


class ConvNet(Model):
    """K classes of images (N, C, H, W); parameters W1, b1 (convolution), W2, b2 (hidden), W3, b3 (output).

    With ``batch_norm`` gamma1 and beta1 take the place of b1, which the mean would swallow, and the buffers are
    running_mean1 and running_var1. ``dropout`` is the probability of dropping a hidden unit. ``weight_scale`` is the
    standard deviation of the first weights; None is sqrt(2 / inputs of a unit).
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float | None = 1e-3,
        reg: float = 0.0,
        *,
        batch_norm: bool = False,
        dropout: float = 0.0,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if not 0 <= dropout < 1:
            raise NetError(
                f"dropout is {dropout}, and must be at least 0 and below 1: the probability of dropping a unit"
            )
        named = {
            "num_filters": num_filters,
            "filter_size": filter_size,
            "hidden_dim": hidden_dim,
            "num_classes": num_classes,
        }
        faults = [
            f"{name} is {size}, and must be a whole number from 1"
            for name, size in named.items()
            if broken(**{name: size}) or size < 1
        ]
        if faults:
            raise NetError(sentence(faults))
        rng = rng or np.random.default_rng(0)
        channels = input_dim[0]
        cells = num_filters * pooled(input_dim, filter_size)
        taps = channels * filter_size**2
        params: Arrays = {
            "W1": gaussian(rng, (num_filters, channels, filter_size, filter_size), taps, weight_scale, dtype)
        }
        buffers: Arrays = {}
        if batch_norm:
            params |= {"gamma1": np.ones(num_filters, dtype), "beta1": np.zeros(num_filters, dtype)}
            buffers = {"running_mean1": np.zeros(num_filters, dtype), "running_var1": np.ones(num_filters, dtype)}
        else:
            params["b1"] = np.zeros(num_filters, dtype)
        params |= dense_params((cells, hidden_dim, num_classes), weight_scale, rng, dtype, first=2)
        layers = [chain.conv(1), *([chain.batch_norm(1)] if batch_norm else []), chain.RELU, chain.POOL, chain.FLATTEN]
        layers += [chain.dense(2), chain.RELU, *([chain.dropout(dropout)] if dropout else []), chain.dense(3)]
        super().__init__(layers, params, softmax_loss, buffers=buffers, reg=reg)


def pooled(input_dim: tuple[int, int, int], filter_size: int) -> int:
    """Return how many cells one filter's map has after the pool; raises NetError where filter or pool does not fit."""
    _, height, width = input_dim
    try:
        rows, columns = (window_output(window_output(size, filter_size), 2, 2) for size in (height, width))
    except ValueError as error:
        most = min(height, width) - 1
        advice = f"a filter of at most {most}" if most > 0 else "larger images, or a net of dense layers"
        raise NetError(
            f"a filter of {filter_size}x{filter_size} and a 2x2 pool do not fit into images of {height}x{width}"
            f" ({error}); choose {advice}"
        ) from error
    return rows * columns
