"""Residual blocks: the homework's numbers, other widths by hand, and the refusals."""

from __future__ import annotations

import pytest
import torch

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.residual_blocks import (
    Parameters,
    bottleneck,
    parameters_of,
    prove,
    residual_block,
    standard,
)


@pytest.mark.parametrize(
    ("options", "short", "narrow"),
    [
        ({}, 18_432, 17_408),
        ({"bias": True}, 18_496, 17_600),
        ({"norm": True}, 18_560, 17_792),
    ],
)
def test_the_homework(options: dict[str, bool], short: int, narrow: int) -> None:
    assert sum(parameters_of(standard(32, 3), **options)) == short
    assert sum(parameters_of(bottleneck(128, 4, 3), **options)) == narrow


def test_convolution_by_convolution() -> None:
    assert parameters_of(bottleneck(128, 4, 3)) == (4_096, 9_216, 4_096)
    assert parameters_of(bottleneck(6, 2, 5), bias=True) == (6 * 3 + 3, 3 * 3 * 25 + 3, 3 * 6 + 6)
    assert sum(parameters_of(standard(128, 3))) == 294_912


def test_the_size_of_the_image_changes_the_work_and_not_the_parameters() -> None:
    small, large = (prove(Parameters(channels=8, bottleneck=16, height=side, width=side)).values for side in (4, 8))
    assert small["parameters"] == large["parameters"]
    assert {name: 4 * macs for name, macs in small["macs"].items()} == large["macs"]


def test_the_block_adds_its_input() -> None:
    block = residual_block(standard(2, 3), bias=False, norm=False)
    for weight in block.parameters():
        torch.nn.init.zeros_(weight)
    image = torch.arange(18.0).reshape(1, 2, 3, 3)
    assert torch.equal(block(image), image)


def test_every_fault_of_a_combination_is_told() -> None:
    with pytest.raises(ProofError) as refused:
        prove_by_name("residual-blocks", bottleneck=130, kernel=2)
    assert "bottleneck is 130, and must be a multiple of reduction, 4" in str(refused.value)
    assert "kernel is 2, and must be odd" in str(refused.value)


def test_blocks_that_no_memory_would_hold_are_counted() -> None:
    proof = prove(Parameters(channels=100_000, bottleneck=100_000, kernel=99, height=4096, width=4096))
    assert proof.holds
    assert proof.values["parameters"]["standard, 100000 channels"]["weights alone"] == 2 * 99**2 * 10**10
