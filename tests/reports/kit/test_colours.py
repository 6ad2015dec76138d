"""Colours that tell the truth: equal steps of value, equal steps of lightness; 0 is the darkest, or the middle."""

from __future__ import annotations

import numpy as np

from striate.reports.kit.colours import bar, coloured, diverging, overlaid, scaled, sequential


def lightness(colours: np.ndarray) -> np.ndarray:
    """Return CIE L* of sRGB (..., 3), by its definition: another way than the OKLab in which the colours are made."""
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)


def test_lightness_grows_evenly_without_a_sign() -> None:
    made = lightness(sequential())
    assert np.all(np.diff(made) > -0.5)
    assert made[0] < 1
    assert made[-1] > 95
    assert abs(made[128] - 50) < 8


def test_equal_magnitudes_are_equally_light_with_a_sign() -> None:
    made = lightness(diverging())
    assert len(made) == 255
    assert made.argmax() == 127
    assert np.abs(made - made[::-1]).max() < 6
    steps = np.diff(made[:128])
    assert steps.min() > 0
    assert np.ptp(np.convolve(steps, np.ones(16) / 16, "valid")) < 0.25


def test_the_ends_differ_also_for_those_who_do_not_see_red_and_green() -> None:
    blue, orange = diverging()[0].astype(int), diverging()[-1].astype(int)
    assert blue[2] - orange[2] > 100


def test_values_become_their_colours() -> None:
    assert coloured(np.array([[0.0, 1.0, 7.0]]), signed=False).tolist() == sequential()[[0, 255, 255]][None].tolist()
    assert coloured(np.array([[-1.0, 0.0, 1.0]]), signed=True).tolist() == diverging()[[0, 127, 254]][None].tolist()


def test_a_scale_is_the_largest_or_a_percentile_and_zeros_stay() -> None:
    values, full = scaled(np.array([[-4.0, 2.0]]))
    assert (values.tolist(), full) == ([[-1.0, 0.5]], 4.0)
    _, full = scaled(np.arange(101.0)[None], share=0.99)
    assert full == 99
    assert scaled(np.zeros((1, 2)))[1] == 0
    assert scaled(np.array([[0.0] * 99 + [5.0] * 1]), share=0.5)[1] == 5


def test_the_picture_stays_where_the_map_is_zero() -> None:
    red = np.zeros((1, 2, 3), np.uint8)
    red[..., 0] = 100
    made = overlaid(red, np.array([[0.0, 1.0]]), signed=False)
    assert made[0, 0].tolist() == [30, 30, 30]
    np.testing.assert_allclose(made[0, 1], 0.15 * 29.9 + 0.85 * sequential()[255], atol=1)


def test_the_bar_runs_from_end_to_end() -> None:
    assert bar(signed=False)[0, [0, -1]].tolist() == sequential()[[0, -1]].tolist()
    assert bar(signed=True)[0, [0, -1]].tolist() == diverging()[[0, -1]].tolist()
