"""The gradient of batch normalization: the printed form's variance, other sizes, and the laws of the gradient."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.batch_norm_gradient import Parameters, mutated, prove


@pytest.mark.parametrize("n", [2, 5, 100])
def test_the_printed_form_gives_variance_one_over_n(n: int) -> None:
    proof = prove(Parameters(images=n, epsilon=1e-12))
    assert proof.holds
    assert proof.values["variance, printed"] == pytest.approx(1 / n)
    assert proof.values["variance, printed, as a norm"].sum() == pytest.approx(1 / n)
    assert proof.values["variance, standard"] == pytest.approx(1)
    assert f"{1 / n:.6f}" in proof.errata[0].example


def test_the_printed_deviation_is_the_root_of_n_times_the_standard_one() -> None:
    values = prove(Parameters(images=9, epsilon=1e-12)).values
    assert values["sigma, printed"] == pytest.approx(3 * values["sigma, standard"])
    assert values["dmu"] == pytest.approx(1 / 9)


@pytest.mark.parametrize("form", ["standard", "printed", "printed, as a norm"])
def test_a_gradient_sums_to_zero_over_the_batch(form: str) -> None:
    # Shifting all inputs alike changes no output.
    assert np.abs(prove(Parameters()).values[f"dX, {form}"].sum(axis=0)).max() < 1e-14


@pytest.mark.parametrize(("images", "features"), [(2, 1), (3, 8), (50, 2)])
def test_a_gradient_that_takes_sigma_for_a_constant_is_rejected(images: int, features: int) -> None:
    assert not any(check.passed for check in mutated(Parameters(images=images, features=features)))


def test_a_single_input_is_refused() -> None:
    with pytest.raises(ProofError, match="images is 1, and must be greater than or equal to 2"):
        prove_by_name("batch-norm-gradient", images=1)
