"""A convolution as a matrix: other sizes than the homework's, the refusals, and the check that can fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.conv_as_matrix import Parameters, mutated, prove


def test_the_homework() -> None:
    proof = prove(Parameters())
    assert proof.values["shape"] == (4, 8)
    assert proof.values["nonzeros"] == 24
    assert proof.values["padding_backward"] == 2
    assert np.array_equal(proof.values["B"], proof.values["A"].T)
    assert np.array_equal(proof.values["kernels_backward"][1, 0], proof.values["kernels"][0, 1, ::-1])
    assert [check.kind for check in proof.checks[:3]] == ["symbolic"] * 3


@pytest.mark.parametrize(
    "sizes",
    [
        {"channels_in": 1, "channels_out": 1, "kernel": 1, "length": 1},
        {"length": 9, "stride": 3, "padding": 2, "dilation": 2},
        {"height": 5, "width": 4, "kernel": 2, "stride": 2, "channels_in": 3},
        {"height": 3, "width": 3, "padding": 4},  # more padding than the kernel reaches: the way back cuts cells off
        {"length": 1, "kernel": 2, "padding": 2, "dilation": 3},  # no tap ever meets the only cell
    ],
)
def test_it_holds_at_other_sizes_and_unflipped_kernels_do_not(sizes: dict[str, Any]) -> None:
    proof = prove_by_name("conv-as-matrix", **sizes)
    assert [check for check in proof.checks if not check.passed] == []
    assert not any(check.passed for check in mutated(Parameters(**sizes)))


def test_a_large_one_says_what_was_not_proved_symbolically() -> None:
    assert "not at the larger sizes asked for" in prove(Parameters(length=200)).limits


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"kernel": 9}, "length 4 with kernel 9: a window of 9 does not fit into 4 cells padded to 4"),
        ({"channels_in": 0, "stride": 0}, "channels_in is 0.*stride is 0, and must be greater than or equal to 1"),
        ({"height": 5}, "height and width go together"),
        ({"length": 5, "height": 5, "width": 5}, "give one or the other"),
        ({"height": 224, "width": 224, "padding": 1}, "the matrix would be 100,352 x 100,352, 76,832 MiB"),
        ({"kernal": 3}, 'field "kernal" is unknown.*did you mean "kernel"'),
    ],
)
def test_impossible_and_huge_sizes_are_refused(sizes: dict[str, Any], said: str) -> None:
    with pytest.raises(ProofError, match=said):
        prove_by_name("conv-as-matrix", **sizes)
