"""The parameters of a maker as options: any default, checked annotations, two names."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets.custom.naming import unprefixed
from striate.nets.custom.options import fresh, own_options, readable, signature_of, writable


def test_the_full_name_of_an_option_is_that_option() -> None:
    assert unprefixed({"net.seed": 3, "width": 4}) == {"seed": 3, "width": 4}
    with pytest.raises(NetError, match=r"net.seed and seed are one option of the net; give it once"):
        unprefixed({"net.seed": 3, "seed": 4})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (nn.BatchNorm2d, "BatchNorm2d"),
        (torch.relu, "relu"),
        (functools.partial(nn.GELU, approximate="tanh"), "GELU(approximate='tanh')"),
        (nn.ReLU(), "ReLU()"),
        (nn.Sequential(nn.ReLU()), "Sequential"),
        (torch.zeros(2, 3), "tensor [2, 3]"),
        (torch.tensor(3), "3"),
        (torch.float32, "torch.float32"),
        (np.int64(8), "8"),
        (np.float32(0.5), "0.5"),
        (np.zeros((2, 2)), "array [2, 2]"),
    ],
)
def test_what_json_cannot_hold_is_shown_as_a_person_writes_it(value: Any, shown: str) -> None:
    assert not writable(value)
    assert readable(value) == shown


@pytest.mark.parametrize(
    "value", [None, 3, 0.5, "relu", (1, 2), [1], {"a": [1]}, {1, 2}, Path("x"), float("inf"), True]
)
def test_what_json_holds_is_checked(value: Any) -> None:
    assert writable(value)


def test_defaults_are_taken_as_they_stand() -> None:
    def maker(
        classes: int,
        width: int = None,  # type: ignore[assignment] # noqa: RUF013
        norm: type[nn.Module] = nn.BatchNorm2d,
        copy: int = 3,
        **more: Any,
    ) -> None: ...

    options = own_options("m:maker", maker, ("classes",))
    made = options()
    assert (made.width, made.norm, made.copy) == (None, nn.BatchNorm2d, 3)
    assert options(width=3, depth=2).model_extra == {"depth": 2}
    with pytest.raises(ValueError, match="width"):
        options(width="3")


def test_each_call_gets_weights_of_its_own() -> None:
    layer = nn.PReLU()
    assert fresh(layer) is not layer
    assert fresh(nn.PReLU) is nn.PReLU


def test_a_maker_without_a_signature_is_refused() -> None:
    with pytest.raises(NetError, match="does not tell its parameters"):
        signature_of("m:type", type)
