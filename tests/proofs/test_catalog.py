"""Names become proofs, and what is not accepted is refused with everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from striate.base.errors import ProofError
from striate.proofs import statements
from striate.proofs.catalog import ENTRIES, parameters, prove


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ProofError, match=r'proof "conv-as-matrx" is unknown \(did you mean "conv-as-matrix"\?\)'):
        ENTRIES.entry("conv-as-matrx")


def test_every_module_of_a_proof_has_a_row() -> None:
    files = {file.stem.replace("_", "-") for file in Path(statements.__file__).parent.glob("[a-z]*.py")}
    assert files == set(ENTRIES)


def test_all_faults_come_together_with_the_nearest_names() -> None:
    with pytest.raises(ProofError) as refused:
        parameters("residual-blocks", {"chanels": 3, "kernel": "x", "height": 0})
    text = str(refused.value)
    assert 'field "chanels" is unknown (did you mean "channels"?)' in text
    assert "kernel is x, and must be a valid integer" in text
    assert "height is 0, and must be greater than or equal to 1" in text


@pytest.mark.parametrize("value", ["8", 8.5, True, float("nan")])
def test_a_size_is_a_whole_number(value: object) -> None:
    with pytest.raises(ProofError, match="length is"):
        prove("cross-correlation", length=value)


def test_numbers_and_arrays_of_numpy_are_numbers() -> None:
    proof = prove("cross-correlation", length=np.int64(3), seed=np.uint8(1))
    assert proof.parameters == {"length": 3, "seed": 1}
    weights = np.array([[0.1, 0.2], [0.3, 0.4]])
    done = prove("backprop-example", w1=weights, w2=np.array([0.2, 1, -3]), x=np.float32(2), output=np.str_("identity"))
    assert done.parameters["w1"] == weights.tolist()
    assert done.values["x3"] == pytest.approx([-0.803091], abs=1e-6)
    assert prove("locality", bias=np.True_).parameters["bias"] is True
    with pytest.raises(ProofError, match=r"length is \[3\], and must be a valid integer"):
        prove("cross-correlation", length=np.array([3]))


def test_a_proof_is_made_at_the_sizes_asked_for() -> None:
    proof = prove("cross-correlation", length=3)
    assert proof.holds
    assert proof.values["jacobian_x"].shape == (3, 3)
