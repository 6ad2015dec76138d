"""Names become proofs, and what is not accepted is refused with everything that is wrong."""

from __future__ import annotations

import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import entry, parameters, prove


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ProofError, match=r'proof "conv-as-matrx" is unknown \(did you mean "conv-as-matrix"\?\)'):
        entry("conv-as-matrx")


def test_all_faults_come_together_with_the_nearest_names() -> None:
    with pytest.raises(ProofError) as refused:
        parameters("residual-blocks", {"chanels": 3, "kernel": "x", "height": 0})
    text = str(refused.value)
    assert 'field chanels is unknown (did you mean "channels"?)' in text
    assert "kernel is x, and must be a valid integer" in text
    assert "height is 0, and must be greater than or equal to 1" in text


@pytest.mark.parametrize("value", ["8", 8.5, True, float("nan")])
def test_a_size_is_a_whole_number(value: object) -> None:
    with pytest.raises(ProofError, match="length is"):
        prove("cross-correlation", length=value)


def test_a_proof_is_made_at_the_sizes_asked_for() -> None:
    proof = prove("cross-correlation", length=3)
    assert proof.holds
    assert proof.values["jacobian_x"].shape == (3, 3)
