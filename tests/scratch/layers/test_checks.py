"""Every backward function refuses a gradient that is not of the shape of what it is the gradient of."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from striate.base.errors import NetError
from striate.scratch.layers import activations as act
from striate.scratch.layers.batch_norm import batch_norm_backward, batch_norm_forward
from striate.scratch.layers.checks import checked_mode
from striate.scratch.layers.dense import dense_backward, dense_forward
from striate.scratch.layers.dropout import dropout_backward, dropout_forward
from striate.scratch.layers.flatten import flatten_backward, flatten_forward

X, ONES = np.ones((2, 3)), np.ones(3)
PAIRS: dict[str, tuple[Any, Any]] = {
    "relu": (act.relu_forward(X), act.relu_backward),
    "sigmoid": (act.sigmoid_forward(X), act.sigmoid_backward),
    "tanh": (act.tanh_forward(X), act.tanh_backward),
    "dropout": (dropout_forward(X, 0.5, "test"), dropout_backward),
    "batch normalization": (batch_norm_forward(X, ONES, ONES), batch_norm_backward),
    "flatten": (flatten_forward(X), flatten_backward),
    "the dense layer": (dense_forward(X, np.ones((3, 3)), ONES), dense_backward),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("shape", [(1, 3), (2, 1), (3,), (), (3, 2), (1, 2, 3)])
def test_a_gradient_of_another_shape_is_named_with_the_one_it_should_have(name: str, shape: tuple[int, ...]) -> None:
    (_, cache), backward = PAIRS[name]
    said = f"the gradient has shape {shape}, but {name} gave (2, 3): a gradient has the shape of what it is the gradient of"
    with pytest.raises(NetError, match=re.escape(said)):
        backward(np.ones(shape), cache)


def test_a_mode_is_train_or_test() -> None:
    checked_mode("train")
    checked_mode("test")
    for mode in ("eval", "", "Train"):
        with pytest.raises(NetError, match=f'mode is "{mode}", and must be "train" or "test"'):
            checked_mode(mode)
