"""The worked example: the book's numbers in both readings and with identities everywhere, and numbers of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.backprop_example import Parameters, mutated, prove


def rounded(value: Any, digits: int) -> Any:
    return [rounded(item, digits) for item in value] if isinstance(value, list) else round(value, digits) + 0.0


def gradients(**given: Any) -> list[Any]:
    values = prove_by_name("backprop-example", **given).values
    return [rounded(values[f"dW{layer}"].tolist(), 2) for layer in (1, 2, 3)]


def test_example_7_1_as_the_book_rounds_it() -> None:
    proof = prove(Parameters(output="tanh"))
    values = proof.values
    assert rounded(values["x1"].tolist(), 2) == [1, 0.60, 0.76]
    assert rounded(values["s2"].tolist(), 2) == [-1.48]
    assert rounded(values["x2"].tolist(), 2) == [1, -0.90]
    assert rounded(values["x3"].tolist(), 2) == [-0.67]
    assert rounded(values["delta3"].tolist(), 2) == [-1.85]
    assert gradients(output="tanh") == [[[-0.44, 0.88], [-0.88, 1.75]], [[-0.69], [-0.42], [-0.53]], [[-1.85], [1.67]]]
    assert proof.values["error"] == pytest.approx(2.774761, abs=5e-7)


def test_exercise_7_8_is_the_default_and_changes_the_output_unit_only() -> None:
    tanh, identity = prove(Parameters(output="tanh")).values, prove(Parameters()).values
    assert identity["s3"].tolist() == tanh["s3"].tolist() == identity["x3"].tolist()
    assert identity["error"] == pytest.approx(3.251138, abs=5e-7)
    assert "exercise 7.8" in prove(Parameters()).source
    assert gradients() == [
        [[-0.86, 1.70], [-1.71, 3.40]],
        [[-1.35], [-0.82], [-1.03]],
        [[-3.61], [3.25]],
    ]


def test_identities_everywhere_by_hand() -> None:
    values = prove(Parameters(output="identity", hidden="identity")).values
    # s2 = 0.2 + 0.7 - 3, s3 = 1 + 2 s2, delta3 = 2 (s3 - 1)
    assert rounded([values["s2"].tolist(), values["s3"].tolist(), values["delta1"].tolist()], 9) == [
        [-2.1], [-3.2], [-16.8, 50.4]
    ]  # fmt: skip
    assert gradients(output="identity", hidden="identity") == [
        [[-16.8, 50.4], [-33.6, 100.8]], [[-16.8], [-11.76], [-16.8]], [[-8.4], [17.64]]
    ]  # fmt: skip


def test_numbers_and_sizes_of_ones_own() -> None:
    given = {"output": "tanh", "w1": [[0, 1, 2], [1, 0, 1], [2, 2, 0]], "w2": [1, 2, 3, 4], "x": [1, -1], "y": -0.5}
    proof = prove_by_name("backprop-example", **given)
    assert proof.holds
    assert proof.values["dW1"].shape == (3, 3)


def test_an_error_of_zero_does_not_make_the_check_blind() -> None:
    given = Parameters(output="identity", w3=((1.0,), (0.0,)))
    assert prove(given).values["error"] == 0
    assert not any(check.passed for check in mutated(given))


def test_matrices_that_do_not_fit_are_refused_together() -> None:
    with pytest.raises(
        ProofError, match=r"w1 has 1 row, and must have 2.*w2 has rows of 1, 2 numbers.*w3 has 2 columns"
    ):
        prove_by_name("backprop-example", w1=[[1, 2]], w2=[[1], [1, 2], [3]], w3=[[1, 2], [1, 2]])
