"""Locality and stationarity: the costs by hand, and that a layer without shared weights is caught."""

from __future__ import annotations

import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.locality import Parameters, costs, mutated, prove
from striate.studies.catalog import BUILTIN


def test_the_costs_of_a_small_layer_by_hand() -> None:
    # 2 channels of 4x4 to 3 channels of 2x2, kernel 3: 32 inputs, 12 outputs, windows of 18
    small = Parameters(channels_in=2, channels_out=3, height=4, width=4, padding=0)
    assert costs(small) == {"dense": (384, 384), "local": (216, 216), "shared": (54, 216)}
    assert costs(small.model_copy(update={"bias": True})) == {
        "dense": (396, 384), "local": (228, 216), "shared": (57, 216)
    }  # fmt: skip


def test_the_first_layer_of_a_cifar_net() -> None:
    assert costs(Parameters())["shared"] == (1728, 1_769_472)


@pytest.mark.parametrize("given", [Parameters(height=1, width=1, kernel=1, padding=0), Parameters(stride=2, bias=True)])
def test_it_holds_at_other_sizes_and_unshared_weights_are_rejected(given: Parameters) -> None:
    assert [check for check in prove(given).checks if not check.passed] == []
    assert not any(check.passed for check in mutated(given))


def test_the_study_of_training_is_named_and_there() -> None:
    assert "`striate study locality` trains a convnet and a dense net" in prove(Parameters()).limits
    assert "locality" in BUILTIN


def test_a_kernel_that_does_not_fit_is_refused() -> None:
    with pytest.raises(
        ProofError, match=r"height 3 with kernel 9: a window of 9 does not fit into 3 cells padded to 5; width 4"
    ):
        prove_by_name("locality", kernel=9, height=3, width=4)
