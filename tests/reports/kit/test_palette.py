"""The palette against the numbers it promises, and names that keep their distance."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.reports.kit.palette import DASHES, PALETTE, all_shortened, apart, look, shortened

# Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009), severity 1, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def linear(colour: str) -> np.ndarray:
    """Return linear RGB in [0, 1] of ``#rrggbb`` (IEC 61966-2-1)."""
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Return OKLab of linear RGB (Ottosson 2020)."""
    lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    ) @ np.clip(rgb, 0, 1)
    return np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    ) @ np.cbrt(lms)


def test_the_measures_themselves() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert oklab(linear("#ffffff")) == pytest.approx([1, 0, 0], abs=1e-3)


@pytest.mark.parametrize("paper", ["#ffffff", "#111111"])
def test_every_colour_reads_on_light_and_dark_paper(paper: str) -> None:
    assert min(contrast(colour, paper) for colour in PALETTE) >= 3


@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_colours_differ_also_for_the_colour_blind(vision: str) -> None:
    seen = [oklab(VISIONS[vision] @ linear(colour)) for colour in PALETTE]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) >= (
        0.12 if vision == "normal" else 0.09
    )


def test_one_colour_is_green() -> None:
    hues = [np.degrees(np.arctan2(*oklab(linear(colour))[:0:-1])) % 360 for colour in PALETTE]
    assert sum(115 < hue < 190 for hue in hues) == 1


def test_neighbours_differ_in_their_dashes_and_no_two_arms_look_alike() -> None:
    assert all(repr(look(place)[1]) != repr(look(place + 1)[1]) for place in range(40))
    looks = [look(place) for place in range(len(PALETTE) * len(DASHES))]
    assert len({repr(one) for one in looks}) == len(looks)


def test_a_name_is_cut_and_kept_on_one_line() -> None:
    assert shortened("baseline x5") == "baseline x5"
    assert shortened("a\nb\x1b[31m") == "a b [31m"
    assert shortened("x" * 40) == "x" * 21 + "…"


def test_names_that_differ_at_their_ends_are_cut_inside() -> None:
    names = ["filter size 3, hidden 64", "filter size 3, hidden 256", "filter size 5, hidden 64", "short", "x" * 40]
    short = all_shortened(names)
    assert len(set(short)) == 5
    assert all(len(name) <= 22 for name in short)
    assert short[0].endswith(" 3, hidden 64")
    assert short[3:] == ["short", "x" * 21 + "…"]


def test_two_names_at_one_place_move_apart_evenly() -> None:
    assert apart([0.5, 0.5], 0.1) == pytest.approx([0.45, 0.55])
    assert apart([0.2, 0.8], 0.1) == [0.2, 0.8]
    assert apart([1.0, 1.0], 0.1) == pytest.approx([0.9, 1.0])


@given(st.lists(st.floats(0, 1), max_size=10))
def test_names_never_lie_on_each_other_and_stay_inside(wanted: list[float]) -> None:
    placed = apart(wanted, 0.08)
    assert all(-1e-9 <= y <= 1 + 1e-9 for y in placed)
    assert all(b - a >= 0.08 - 1e-9 for a, b in itertools.pairwise(sorted(placed)))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert all(placed[a] <= placed[b] for a, b in itertools.pairwise(order))
