"""The record and the two kinds of check: each must be able to fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from striate.base.errors import ProofError
from striate.proofs.proof import (
    Check,
    Picture,
    Proof,
    Step,
    exact,
    misfits,
    numeric,
    numerics,
    oversized,
    plain,
    rows_of,
    symbolic,
)

GOOD, BAD = Check("a", "numeric", True, ""), Check("b", "numeric", False, "")


def made(*checks: Check, **more: Any) -> Proof:
    return Proof("p", "P", "It is so.", "a = a", "here", (Step("why"),), checks, "nothing else", **more)


def test_a_proof_holds_if_all_its_checks_do_and_there_is_one() -> None:
    assert made(GOOD).holds
    assert not made(GOOD, BAD).holds
    assert not made().holds


def test_a_numeric_check_allows_a_relative_difference_and_no_more() -> None:
    assert numeric("a", [2.0, 1000.0 + 9e-7], [2.0, 1000.0], oracle="x").passed
    off = numeric("a", [2.0, 1000.0 + 2e-6], [2.0, 1000.0], oracle="the book", sizes="n = 2")
    assert not off.passed
    assert off.detail == "n = 2; against the book: off by 2.0e-09 of its largest number, 1e-09 allowed"


def test_each_array_is_judged_by_its_own_largest_number() -> None:
    good, small = ([1e6], [1e6]), ([1e-6 + 1e-12], [1e-6])
    assert numerics("a", [good, ([1e-6], [1e-6])], oracle="x").passed
    off = numerics("a", [good, small], oracle="x")
    assert not off.passed
    assert off.detail == "against x: 2 arrays, the worst off by 1.0e-06 of its largest number, 1e-09 allowed"


def test_where_terms_cancel_their_size_is_the_scale() -> None:
    assert not numeric("a", [1e-12], [0.0], oracle="x").passed
    assert numeric("a", [0.0], [0.0], oracle="x").passed
    near = numeric("a", [1e-12], [0.0], oracle="x", scale=1.0)
    assert near.passed
    assert near.detail == "against x: off by 1.0e-12 of its largest number or of 1, 1e-09 allowed"


def test_one_array_of_another_shape_fails_all_of_them() -> None:
    odd = numerics("a", [([1.0], [1.0]), ([1.0], [1.0, 1.0])], oracle="x")
    assert not odd.passed
    assert odd.detail == "against x: shape (1,) is not (2,)"
    assert not numerics("a", [], oracle="x").passed


@pytest.mark.parametrize(("got", "wanted"), [([1.0], [1.0, 1.0]), ([], []), ([np.nan], [1.0]), ([1.0], [np.nan])])
def test_a_numeric_check_rejects_other_shapes_nothing_and_nan(got: list[float], wanted: list[float]) -> None:
    assert not numeric("a", got, wanted, oracle="x").passed


def test_a_symbolic_check_wants_every_expression_zero_and_at_least_one() -> None:
    a = sympy.Symbol("a")
    assert symbolic("x", [(a + 1) ** 2 - a**2 - 2 * a - 1], "one").passed
    wrong = symbolic("x", [a - a, a], "two")
    assert not wrong.passed
    assert wrong.detail == "two: 2 expressions, 1 not zero"
    assert not symbolic("x", [], "none").passed


def test_an_exact_check_names_what_differs() -> None:
    assert exact("n", 3, 3, oracle="x").passed
    assert exact("n", 3, 4, oracle="x").detail == "against x: 3 is not 4"


def test_a_matrix_is_oversized_beyond_256_mebibytes() -> None:
    assert oversized("A", 4096, 8192) == []
    assert oversized("A", 4096, 8193) == [
        "A would be 4,096 x 8,193, 256 MiB, and at most 256 MiB are accepted; choose smaller sizes"
    ]


def test_a_record_becomes_plain_values() -> None:
    picture = Picture("m", "heatmap", rows_of(np.eye(2)), names=("a",))
    proof = made(GOOD, pictures=(picture,), values={"a": np.arange(2), "b": (np.float64(1.5), None), "c": {1: "x"}})
    record = proof.to_json()
    assert record["holds"] is True
    assert record["values"] == {"a": [0, 1], "b": [1.5, None], "c": {"1": "x"}}
    assert record["pictures"][0]["values"] == [[1.0, 0.0], [0.0, 1.0]]
    assert record["checks"] == [{"name": "a", "kind": "numeric", "passed": True, "detail": ""}]


def test_a_record_of_more_numbers_than_a_file_should_hold_is_refused() -> None:
    half = np.zeros(2**19)
    made(GOOD, values={"a": {"b": half, "c": (half[:-1],)}, "d": 1}).to_json()
    with pytest.raises(ProofError) as refused:
        made(GOOD, values={"a": [half, half], "d": 1}).to_json()
    assert str(refused.value) == (
        "proof p holds 1,048,577 numbers at these sizes, about 20 MiB of JSON, and at most 1,048,576 are written; choose "
        'smaller sizes, or take the arrays from striate.prove("p", ...).values in Python'
    )


def test_the_sides_on_which_a_window_does_not_fit_are_named() -> None:
    assert misfits({"height": 3, "width": 3}, kernel=3) == []
    assert misfits({"height": 2, "width": 3}, kernel=2, padding=0, dilation=2) == [
        "height 2 with kernel 2: a window of 3 does not fit into 2 cells padded to 2"
    ]


def test_a_vector_becomes_a_row() -> None:
    assert rows_of([1, 2]) == ((1.0, 2.0),)
    assert plain(sympy.Integer(3)) == "3"
