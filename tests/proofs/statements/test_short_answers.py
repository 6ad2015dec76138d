"""The three short answers: what was measured says what is stated."""

from __future__ import annotations

import pytest

from striate.proofs.statements.short_answers import Parameters, mutated, prove


def test_sigmoids_stop_the_gradient_and_rectifiers_do_not() -> None:
    norms = prove(Parameters()).values["norms"]
    assert norms["sigmoid"][0] < 1e-5 * norms["sigmoid"][-1]
    assert 0.1 < norms["relu"][0] / norms["relu"][-1] < 10


def test_the_loss_falls_and_then_diverges_and_half_the_rate_mends_it() -> None:
    values = prove(Parameters()).values
    diverging, half = values["losses"]["0.21"], values["losses"]["0.105"]
    lowest = int(diverging.argmin())
    assert 0 < lowest < len(diverging) - 1
    assert diverging[lowest] < 0.05 * diverging[0]
    assert diverging[-1] > diverging[0]
    assert (half[1:] < half[:-1]).all()
    assert values["largest_stable_rate"] == pytest.approx(0.2)


@pytest.mark.parametrize("keep", [0.01, 0.99])
def test_inference_without_the_factor_is_rejected(keep: float) -> None:
    given = Parameters(keep=keep, inputs=1, depth=64, width=8, rate=1.0, steps=150)
    assert [check for check in prove(given).checks if not check.passed] == []
    assert not any(check.passed for check in mutated(given))
