"""A deep net followed back by hand, and what larger weights do to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from striate.proofs.parts.saturation import (
    FACTORS,
    DeepNet,
    check_backpropagation,
    check_quarter,
    check_saturation,
    deep_net,
    mean_slope,
    norm_table,
    saturation_table,
    sensitivities,
    signals,
    slopes,
)


def test_sensitivities_of_two_sigmoids_at_zero() -> None:
    # Signals of 0 have slope 1/4: the last layer gets 1/4, the one before 1/4 * weight * 1/4.
    weights = np.array([[[0.0]], [[0.0]]])
    net = DeepNet(weights, np.array([1.0]), np.array([1.0]), "sigmoid")
    assert sensitivities(net).ravel().tolist() == [0, 0.25]


def test_sensitivities_of_two_rectifiers() -> None:
    net = DeepNet(np.array([[[2.0]], [[3.0]]]), np.array([1.0]), np.array([1.0]), "relu")
    assert sensitivities(net).ravel().tolist() == [3, 1]
    blocked = DeepNet(np.array([[[-2.0]], [[3.0]]]), np.array([1.0]), np.array([1.0]), "relu")
    assert sensitivities(blocked).ravel().tolist() == [0, 0]


def test_nets_keep_the_size_of_their_weights() -> None:
    for activation, variance in (("sigmoid", 1 / 64), ("relu", 2 / 64)):
        net = deep_net(4, 64, activation, 3.0, np.random.default_rng(0))
        assert net.weights.var() == pytest.approx(9 * variance, rel=0.05)
        assert np.linalg.norm(net.gradient) == pytest.approx(1)


def test_the_slope_of_a_sigmoid_keeps_its_digits_far_from_zero() -> None:
    assert slopes(np.array([0.0, math.log(3)]), "sigmoid") == pytest.approx([1 / 4, 3 / 16])
    assert slopes(np.array([50.0, -50.0]), "sigmoid") == pytest.approx([math.exp(-50)] * 2, rel=1e-12)
    assert slopes(np.array([-1.0, 0.0, 2.0]), "relu").tolist() == [0, 0, 1]


def test_signals_of_two_layers() -> None:
    net = DeepNet(np.array([[[2.0]], [[8.0]]]), np.array([0.0]), np.array([1.0]), "sigmoid")
    assert signals(net).ravel().tolist() == [0, 4]


def test_spread_signals_have_a_small_mean_slope() -> None:
    assert mean_slope(1e-6) == pytest.approx(0.25)
    assert mean_slope(1000.0) == pytest.approx(1 / (1000 * math.sqrt(2 * math.pi)), rel=1e-4)
    draws = 3 * np.random.default_rng(0).standard_normal(200_000)
    assert mean_slope(3.0) == pytest.approx(slopes(draws, "sigmoid").mean(), rel=0.02)


def test_larger_weights_saturate_more_units() -> None:
    table = saturation_table(deep_net(6, 32, "sigmoid", 1.0, np.random.default_rng(0)))
    means, shares = [float(row[2]) for row in table.rows], [int(row[3].rstrip("%")) for row in table.rows]
    assert len(table.rows) == len(FACTORS)
    assert means == sorted(means, reverse=True)
    assert shares[0] == 0
    assert shares[-1] > 85


def test_the_checks_reject_what_is_wrong() -> None:
    net = deep_net(3, 8, "sigmoid", 1.0, np.random.default_rng(0))
    assert check_backpropagation(net, sensitivities(net)).passed
    assert not check_backpropagation(net, sensitivities(net) * (1 + 1e-8)).passed
    assert check_quarter(net).passed
    assert check_saturation(lambda tau: 0.4 / tau).passed
    assert not check_saturation(lambda tau: 0.39 / tau).passed


def test_a_gradient_that_dies_altogether_is_told() -> None:
    assert norm_table({"sigmoid": np.array([0.5, 1.0]), "relu": np.array([0.0, 0.0])}).rows[-1] == (
        "first / last", "5.00e-01", "no gradient"
    )  # fmt: skip
    assert check_quarter(deep_net(64, 8, "sigmoid", 0.01, np.random.default_rng(0))).passed
