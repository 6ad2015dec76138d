"""The check of gradients finds planted errors of every kind and size, and lets right ones pass."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from striate.base.errors import NetError
from striate.scratch.gradcheck import gradcheck, gradcheck_model, summary
from striate.scratch.models import SoftmaxClassifier


def cube(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x**3, x


def right(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    return 3 * x**2 * dout


def test_a_right_gradient_holds() -> None:
    check = gradcheck(cube, right, np.array([1.0, -2.0, 1e-3, 0.0]))
    assert check.holds
    assert check.entries == 4
    assert check.worst.error < 1e-6


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_one_wrong_entry_is_named_with_both_values(scale: float) -> None:
    def wrong(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
        dx = scale * right(dout, x)
        dx[1, 0] *= 1.0001
        return dx

    def scaled(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return scale * x**3, x

    check = gradcheck(scaled, wrong, np.array([[1.0, 2.0], [3.0, 4.0]]), names=["filters"])
    assert not check.holds
    worst = check.worst
    assert (worst.array, worst.index) == ("filters", (1, 0))
    assert worst.analytic / worst.numeric == pytest.approx(1.0001, rel=1e-6)
    assert worst.error == pytest.approx(1e-4, rel=1e-2)
    assert re.fullmatch(r"dfilters\[1, 0\]: analytic \S+, numeric \S+, relative error 1.0e-04", str(worst))


def test_a_gradient_that_is_zero_or_not_a_number_is_found() -> None:
    x = np.array([1.0, 2.0])
    assert gradcheck(cube, lambda dout, x: 0 * x, x).worst.error == 1
    check = gradcheck(cube, lambda dout, x: np.array([np.nan, 12.0]) * dout, x)
    assert np.isnan(check.worst.error)
    assert not check.holds


def test_a_wrong_gradient_of_a_constant_is_found_and_a_right_one_holds() -> None:
    def constant(x: np.ndarray) -> tuple[np.ndarray, None]:
        return np.ones(3), None

    assert gradcheck(constant, lambda dout, _: np.zeros(2), np.ones(2)).holds
    assert gradcheck(constant, lambda dout, _: np.full(2, 1e-20), np.ones(2)).worst.error == 1


def test_beside_a_kink_the_step_is_taken_again() -> None:
    x = np.array([1e-6, -3e-6])
    assert gradcheck(lambda x: (np.abs(x), np.sign(x)), lambda dout, sign: dout * sign, x).holds
    assert not gradcheck(lambda x: (np.abs(x), np.sign(x)), lambda dout, sign: -dout * sign, x).holds


def test_a_layer_that_writes_into_its_output_is_checked() -> None:
    out = np.empty(2)

    def reused(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        np.multiply(x, x, out=out)
        return out, x.copy()

    assert gradcheck(reused, lambda dout, x: 2 * x * dout, np.array([1.0, 3.0])).holds


def test_several_inputs_are_checked_each() -> None:
    def product(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, Any]:
        return a @ b, (a, b)

    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    assert gradcheck(product, lambda dout, c: (dout @ c[1].T, c[0].T @ dout), *inputs).holds
    check = gradcheck(product, lambda dout, c: (dout @ c[1].T, -(c[0].T @ dout)), *inputs)
    assert [worst.error < 1e-6 for worst in check.gradients] == [True, False]
    assert check.worst.array == "x1"


def test_inputs_and_models_are_left_as_they_were() -> None:
    x = np.array([1.0, 2.0])
    gradcheck(cube, right, x)
    assert x.tolist() == [1, 2]
    model = SoftmaxClassifier(3, 2, 2, None)
    params = model.params
    before = {k: v.copy() for k, v in params.items()}
    assert gradcheck_model(model, np.eye(3), np.array([0, 1, 0])).holds
    with pytest.raises(NetError):
        gradcheck_model(model, np.eye(4), np.array([0, 1, 0, 1]))
    assert model.params is params
    assert all(np.array_equal(before[k], v) for k, v in params.items())


def test_a_check_is_plain_values_for_json() -> None:
    for x in (1e-6, 2.0):
        said = summary(gradcheck(cube, right, np.array([x]), names=["x"], rng=np.random.default_rng(0)))
        assert json.loads(json.dumps(said)) == said
    assert said["holds"] is True
    assert (said["entries"], said["array"], said["index"], said["tolerance"]) == (1, "x", [0], 1e-6)
    assert said["analytic"] == pytest.approx(said["numeric"])


def test_what_cannot_be_checked_is_named() -> None:
    x = np.ones(2)
    for make, said in (
        (
            lambda: gradcheck(cube, right, x, names=["a", "b"]),
            "gradcheck got 1 inputs and 2 names; give at least one input",
        ),
        (lambda: gradcheck(cube, right), "gradcheck got 0 inputs and 0 names"),
        (
            lambda: gradcheck(cube, lambda dout, x: (dout, dout), x),
            "backward returned 2 gradients for 1 inputs, and must return one for each",
        ),
        (
            lambda: gradcheck(cube, lambda dout, x: x[:1], x),
            "the gradient of x0 is (1,), and must have the shape of x0, (2,)",
        ),
        (
            lambda: gradcheck(cube, lambda dout, x: None, x),
            "the gradient of x0 is NoneType, and must have the shape of x0",
        ),
        (lambda: gradcheck(cube, right, x[:0]), "x0 has shape (0,) and no entry to check"),
        (
            lambda: gradcheck_model(SoftmaxClassifier(dtype=np.float32), x, x),
            "the model is of float32, and differences need float64; make it with dtype=np.float64",
        ),
    ):
        with pytest.raises(NetError, match=re.escape(said)):
            make()
