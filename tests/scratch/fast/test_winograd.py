"""Winograd's transforms by hand on polynomials, the tiles at every edge, and the error in float32 against float64."""

from __future__ import annotations

import numpy as np
import pytest

from striate.scratch.fast import cache_blocks as blocks
from striate.scratch.fast import im2col as columns
from striate.scratch.fast import winograd


def test_the_maps_multiply_polynomials() -> None:
    toward, back, filters = winograd.matrices()
    d, g = np.array([1.0, 2, 3, 4, 5, 6]), np.array([1.0, 0, -2])
    # Output i is d[i] - 2 d[i + 2].
    np.testing.assert_allclose(back @ ((filters @ g) * (toward @ d)), [-5, -6, -7, -8], atol=1e-13)


def test_the_maps_turned_around_give_the_gradient_of_the_filter() -> None:
    toward, back, filters = winograd.matrices()
    d, dout = np.array([1.0, 2, 3, 4, 5, 6]), np.array([1.0, 0, 0, -1])
    # Tap u receives d[u] - d[u + 3].
    np.testing.assert_allclose(filters.T @ ((back.T @ dout) * (toward @ d)), [-3, -3, -3], atol=1e-13)


@pytest.mark.parametrize("block_bytes", [1, 10**6])
@pytest.mark.parametrize(("rows", "across"), [(1, 4), (5, 9), (10, 14)])
@pytest.mark.parametrize("corner", [(0, 0), (-1, -2), (2, 1)])
def test_it_is_the_direct_sum(
    block_bytes: int, rows: int, across: int, corner: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", block_bytes)
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(3, 5, 11, 12)), rng.normal(size=(4, 5, 3, 3)), rng.normal(size=4)
    out, direct = np.empty((3, 4, rows, across)), np.empty((3, 4, rows, across))
    winograd.correlate(x, w, b, out, corner)
    columns.correlate(x, w, b, direct, corner)
    np.testing.assert_allclose(out, direct, atol=1e-12)
    np.testing.assert_allclose(
        winograd.filter_gradient(x, w, out, corner), columns.filter_gradient(x, w, out, corner), atol=1e-11
    )
    dx, direct_dx = np.empty_like(x), np.empty_like(x)
    winograd.input_gradient(out, w, dx, corner)
    columns.input_gradient(out, w, direct_dx, corner)
    np.testing.assert_allclose(dx, direct_dx, atol=1e-11)


@pytest.mark.parametrize("channels", [32, 128])
def test_the_error_in_float32_is_small_against_the_spread_of_the_output(channels: int) -> None:
    rng = np.random.default_rng(0)
    wide = [rng.normal(size=s) for s in ((4, channels, 16, 16), (channels, channels, 3, 3))]
    x, w = (a.astype(np.float32) for a in wide)
    exact, out, direct = np.empty_like(wide[0]), np.empty_like(x), np.empty_like(x)
    columns.correlate(x.astype(np.float64), w.astype(np.float64), None, exact, (-1, -1))
    winograd.correlate(x, w, None, out, (-1, -1))
    columns.correlate(x, w, None, direct, (-1, -1))
    error, floor = ((np.abs(values - exact) / exact.std()) for values in (out, direct))
    assert error.max() < 2e-5
    assert np.sqrt((error**2).mean()) < 4 * np.sqrt((floor**2).mean())
    gradient = winograd.filter_gradient(x, w, out, (-1, -1))
    truth = columns.filter_gradient(x.astype(np.float64), w, exact, (-1, -1))
    assert (np.abs(gradient - truth) / truth.std()).max() < 2e-5
