"""1x1 convolutions: worked by hand, and what breaks a scaling."""

from __future__ import annotations

import numpy as np

from striate.proofs.statements.one_one_convolution import Parameters, convolved, nearest_scalar, prove

IMAGE = np.array([[[1.0, 2.0]], [[3.0, -1.0]]])


def test_a_mixing_worked_by_hand() -> None:
    got = convolved(IMAGE, np.array([[2.0, 1.0], [0.0, -1.0]]), np.array([0.5, 0.0]))
    assert got.tolist() == [[[5.5, 3.5]], [[-3.0, 1.0]]]


def test_the_nearest_scalar_is_the_mean_of_the_diagonal() -> None:
    alpha, distance = nearest_scalar(np.array([[1.0, 4.0], [0.0, 3.0]]))
    assert alpha == 2.0
    assert np.isclose(distance, np.sqrt(18.0))
    assert nearest_scalar(3 * np.eye(4)) == (3.0, 0.0)


def test_other_channels_out_can_never_be_a_scaling() -> None:
    proof = prove(Parameters(channels=3, filters=2))
    assert proof.holds
    assert not proof.values["can_be_scaling"]
    assert "2 x 4 x 5, and the image is 3 x 4 x 5" in proof.checks[-1].detail
    assert proof.tables[0].rows[1] == ("y2", "w2_1", "w2_2", "w2_3")


def test_the_erratum_shows_both_directions_in_numbers() -> None:
    (erratum,) = prove(Parameters(alpha=2.0)).errata
    assert erratum.example.startswith("3 channels with 2 times the identity: off by 0 from scaling")
    assert erratum.example.endswith("1 channel with bias 1: off by 1; 1 channel with 2 filters: 2 channels out.")
