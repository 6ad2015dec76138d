"""Costs of a dense layer and a convolution: the homework's numbers, by hand, and the refusals."""

from __future__ import annotations

import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.dense_or_convolution import Cost, Parameters, costs, prove


def test_the_homework() -> None:
    dense, convolution = costs(Parameters())
    assert dense == Cost(1000, 100_000, 100_000, 99_000)
    assert convolution == Cost(1000, 30, 3_000, 2_000)


def test_with_bias() -> None:
    dense, convolution = costs(Parameters(bias=True))
    assert dense == Cost(1000, 101_000, 100_000, 100_000)
    assert convolution == Cost(1000, 40, 3_000, 3_000)


def test_two_channels_and_a_stride_by_hand() -> None:
    # 7 samples, padded to 9, kernel 3, stride 2: at 0, 2, 4, 6. A filter has 6 weights.
    dense, convolution = costs(Parameters(channels=2, length=7, units=3, filters=5, stride=2))
    assert dense == Cost(3, 42, 42, 39)
    assert convolution == Cost(20, 30, 120, 100)


@pytest.mark.parametrize(
    ("sizes", "zeros"),
    [({}, 20), ({"padding": 0}, 0), ({"padding": 2}, 60), ({"length": 1, "kernel": 5, "padding": 2, "filters": 1}, 4)],
)
def test_products_with_padding_are_told(sizes: dict[str, int], zeros: int) -> None:
    proof = prove(Parameters(**{"units": 2, **sizes}))
    assert proof.holds
    assert proof.values["multiplications_by_padding"] == zeros


def test_sizes_that_no_memory_would_hold_are_counted() -> None:
    proof = prove(Parameters(length=10**9, units=10**9, filters=1000))
    assert proof.holds
    assert proof.values["dense"][1] == 10**18
    assert "too many to count one by one" in proof.limits


def test_flops_and_macs_are_different_things() -> None:
    values = prove(Parameters(units=10)).values
    assert values["macs"] == (1000, 3000)
    assert values["flops"] == (1990, 5000)


@pytest.mark.parametrize(
    ("sizes", "fault"),
    [
        ({"length": 2, "kernel": 5, "padding": 1}, "a window of 5 does not fit into 2 cells padded to 4"),
        ({"stride": 0}, "stride is 0, and must be greater than or equal to 1"),
        ({"filters": 0}, "filters is 0, and must be greater than or equal to 1"),
        (
            {"units": 10**9, "length": 10**9, "channels": 3},
            r"the dense layer's matrix would hold 3.0e\+18 numbers, and at most 2.3e\+18 can be counted; choose smaller sizes",
        ),
    ],
)
def test_impossible_sizes_are_refused_with_the_rule_they_break(sizes: dict[str, int], fault: str) -> None:
    with pytest.raises(ProofError, match=fault):
        prove_by_name("dense-or-convolution", **sizes)
