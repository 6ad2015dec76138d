"""How a learner's functions are called: in the form that they have; a form that nothing can be tried in is not right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate.scratch.exercises import worker
from striate.scratch.exercises.catalog import known
from striate.scratch.exercises.exercise import Learner, fitted, parameter_names


def said(code: str, name: str) -> dict[str, Any]:
    """Return the verdict on one function of ``code``, made here."""
    space: dict[str, Any] = {"__name__": "mine", "np": np}
    exec(compile(code, "mine.py", "exec"), space)
    return worker.graded(known()[name], Learner(space), Path("mine.py"))


CONV = """
def conv(x, w, b, S=1, P=0):
    x = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    v = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], (2, 3))[:, :, ::S, ::S]
    return np.einsum("nchwuv,fcuv->nfhw", v, w) + b[:, None, None], x
"""
POOL = """
def pool(x, h, w, S):
    v = np.lib.stride_tricks.sliding_window_view(x, (h, w), (2, 3))[:, :, ::S, ::S]
    return v.max((-1, -2)), x
"""
STYLES = [
    ("def fc_forward(*all): return all[0] @ all[1] + all[2], None", "fc_forward"),
    ("def fc_forward(*, x, w, b): return x @ w + b, None", "fc_forward"),
    ("def fc_forward(x, /, w, *rest): return x @ w + rest[0], None", "fc_forward"),
    ("class Dense:\n    def __call__(self, x, w, b): return x @ w + b, None\nfc_forward = Dense()", "fc_forward"),
    (
        "def timed(f):\n    def inner(*a, **k): return f(*a, **k)\n    return inner\n"
        "@timed\ndef fc_forward(x, w, b): return x @ w + b, None",
        "fc_forward",
    ),
    (f"{CONV}\ndef conv_forward(*all, **more): return conv(*all, **more)", "conv_forward"),
    (f"{CONV}\ndef conv_forward(x, w, b, *, stride=1, padding=0): return conv(x, w, b, stride, padding)", "conv_forward"),
    (f"{CONV}\ndef conv_forward(x, w, b, *, pad, stride): return conv(x, w, b, stride, pad)", "conv_forward"),
    (f"{CONV}\ndef conv_forward(x, w, b, stride=1, **more): return conv(x, w, b, stride, more['pad'])", "conv_forward"),
    (f"{CONV}\ndef conv_forward(x, w, b, *, conv_param): return conv(x, w, b, conv_param['stride'], conv_param['pad'])",
     "conv_forward"),
    (f"{POOL}\ndef max_pool_forward(x, **how): return pool(x, how['pool_height'], how['pool_width'], how['stride'])",
     "max_pool_forward"),
    ("import functools\nresidual_parameters = functools.partial(lambda k, c: 2 * k * k * c**2, 3)", "residual_parameters"),
    ("def batchnorm_shapes(s): return (1,) * (len(s) - 1) + s[-1:], (1,) * (len(s) - 1) + s[-1:]", "batchnorm_shapes"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "name"), STYLES, ids=[f"{name}-{k}" for k, (_, name) in enumerate(STYLES)])
def test_a_right_solution_is_right_whatever_its_form(code: str, name: str) -> None:
    verdict = said(code, name)
    assert (verdict["status"], verdict["said"]) == ("right", "")


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("def fc_forward(x, w): return 3, 3", "fc_forward", "has no place for b; `striate exercise start` writes the form"),
        ("def fc_forward(x): return 3, 3", "fc_forward", "has no place for w and b; `striate exercise start` writes the form"),
        ("def relu_forward(): return 3, 3", "relu_forward", "has no place for x; `striate exercise start` writes the form"),
        (
            "def relu_forward(x, y): return 3, 3",
            "relu_forward",
            "its parameter y is not one of this exercise; `striate exercise start` writes the form",
        ),
        (
            "def sgd(w, dw): return w",
            "sgd",
            "has another form than the exercise: TypeError: sgd() takes 2 positional arguments but 3 were given; "
            "`striate exercise start` writes the form",
        ),
    ],
)  # fmt: skip
def test_a_form_in_which_nothing_can_be_tried_is_told_and_not_right(code: str, name: str, told: str) -> None:
    verdict = said(code, name)
    assert (verdict["status"], verdict["said"]) == ("failed", told)


def test_what_the_form_has_no_place_for_is_named_with_what_was_left_out() -> None:
    verdict = said(f"{CONV}\ndef conv_forward(x, w): return conv(x, w, np.zeros(len(w)))", "conv_forward")
    assert (verdict["status"], verdict["said"]) == (
        "right", "in the form it has, without b, stride and padding: 5 trials left out"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("    loss = 3.0", "returns None: nothing is written in it yet, or it lacks its return"),
        ("    raise NotImplementedError", "nothing is written in it yet"),
    ],
)
def test_a_function_that_returns_nothing_is_not_said_to_be_empty(body: str, told: str) -> None:
    verdict = said(f"def svm_loss(x, y):\n{body}", "svm_loss")
    assert (verdict["status"], verdict["said"]) == ("unfinished", told)


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("def sgd(w, dw, config): return (w,)", "sgd", "returns 1 value, where (next_w, config) is needed"),
        (
            "def bottleneck_parameters(c): return '17408'",
            "bottleneck_parameters",
            "returns str for parameters, where a number is needed",
        ),
    ],
)
def test_what_is_needed_is_said_in_its_number_and_kind(code: str, name: str, told: str) -> None:
    assert said(code, name)["said"] == told


def test_what_the_grader_alone_knows_a_trial_by_is_not_among_its_inputs() -> None:
    assert said("def bottleneck_parameters(channels): return 1", "bottleneck_parameters")["inputs"] == {
        "channels": "128"
    }


def test_parameters_that_cannot_be_told_are_counted() -> None:
    assert parameter_names(max, 2) == ["number 1", "number 2"]
    assert parameter_names(lambda x, *rest: x, 2) == ["x", "number 2"]
    given = fitted(max, [1, 2], {"stride": 2}, {}, {"stride": 1})
    assert (given.values, given.named) == ([1, 2, 2], {})
