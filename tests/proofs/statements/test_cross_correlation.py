"""Circular cross-correlation: by hand, and the structure of its Jacobians."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import ProofError
from striate.proofs.catalog import prove as prove_by_name
from striate.proofs.statements.cross_correlation import Parameters, correlate, jacobian_x, jacobian_y, prove

X, Y = np.array([1.0, 2.0, 0.0]), np.array([5.0, 7.0, 11.0])


def test_three_samples_by_hand() -> None:
    # z[0] = 1*5 + 2*7, z[1] = 1*7 + 2*11, z[2] = 1*11 + 2*5
    assert correlate(X, Y).tolist() == [19.0, 29.0, 21.0]
    assert jacobian_x(Y).tolist() == [[5, 7, 11], [7, 11, 5], [11, 5, 7]]
    assert jacobian_y(X).tolist() == [[1, 2, 0], [0, 1, 2], [2, 0, 1]]


def test_the_definition_term_by_term() -> None:
    wanted = [sum(X[i] * Y[(i + k) % 3] for i in range(3)) for k in range(3)]
    assert correlate(X, Y).tolist() == wanted
    assert (jacobian_y(X) @ Y).tolist() == wanted


def test_the_labels_say_which_entry_sits_where() -> None:
    by_x, by_y = prove(Parameters(length=3)).tables
    assert by_x.columns == ("", "x0", "x1", "x2")
    assert by_x.rows == (("z0", "y0", "y1", "y2"), ("z1", "y1", "y2", "y0"), ("z2", "y2", "y0", "y1"))
    assert by_y.rows[1] == ("z1", "x2", "x0", "x1")


@pytest.mark.parametrize("length", [1, 2])
def test_the_shortest_signals(length: int) -> None:
    assert prove(Parameters(length=length)).holds


def test_signals_whose_jacobians_do_not_fit_are_refused_with_their_size() -> None:
    with pytest.raises(ProofError, match="each Jacobian would be 10,000 x 10,000, 763 MiB, and at most 256 MiB"):
        prove_by_name("cross-correlation", length=10_000)
