"""The record and the two kinds of check: each must be able to fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from striate.proofs.proof import Check, Picture, Proof, Step, exact, numeric, oversized, plain, rows_of, symbolic
from striate.proofs.proof import proof_from_json as read

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
    assert off.detail == "n = 2; against the book: off by 2.0e-06 at most, 1e-06 allowed"


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


def test_a_record_survives_json() -> None:
    picture = Picture("m", "heatmap", rows_of(np.eye(2)), names=("a",))
    proof = made(GOOD, pictures=(picture,), values={"a": np.arange(2), "b": (np.float64(1.5), None), "c": {1: "x"}})
    text = proof.to_json()
    assert text["values"] == {"a": [0, 1], "b": [1.5, None], "c": {"1": "x"}}
    back = read(text)
    assert back.pictures == (picture,)
    assert (back.steps, back.checks, back.holds) == (proof.steps, proof.checks, True)
    assert back.to_json() == text


def test_a_vector_becomes_a_row() -> None:
    assert rows_of([1, 2]) == ((1.0, 2.0),)
    assert plain(sympy.Integer(3)) == "3"
