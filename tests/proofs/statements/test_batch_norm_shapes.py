"""Batch-norm statistics: by hand, for both tensors."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.batch_norm_shapes import Parameters, prove, statistics


def test_two_rows_by_hand() -> None:
    mean, variance = statistics(np.array([[1.0, 10.0, 0.0], [3.0, 10.0, -4.0]]))
    assert mean.tolist() == [2.0, 10.0, -2.0]
    assert variance.tolist() == [1.0, 0.0, 4.0]


def test_places_count_as_images_do() -> None:
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    mean, variance = statistics(x)
    flat, spread = statistics(x.reshape(12, 2))
    assert mean.tolist() == flat.tolist() == [11.0, 12.0]
    assert variance.tolist() == spread.tolist()


def test_the_shapes_at_sizes_of_ones_own() -> None:
    values = prove(Parameters(images=4, height=2, width=3, channels=5)).values
    assert {name: found["mean"].shape for name, found in values.items()} == {"dense": (5,), "convolution": (5,)}


@pytest.mark.parametrize(
    ("sizes", "fault"),
    [
        ({"images": 1}, "images is 1, and must be greater than or equal to 2"),
        ({"channels": 0}, "channels is 0"),
        ({"height": 10_000, "width": 10_000}, "the tensor N H W x C would be 800,000,000 x 3, 18,311 MiB"),
    ],
)
def test_impossible_sizes_are_refused(sizes: dict[str, int], fault: str) -> None:
    with pytest.raises(ProofError, match=fault):
        prove_by_name("batch-norm-shapes", **sizes)
