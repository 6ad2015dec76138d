"""Means and areas by hand, of what is defined."""

from __future__ import annotations

from striate.probes.checks.outcome import Cascade, Curves


def test_means_leave_out_what_is_undefined() -> None:
    made = Cascade(("a", "b"), ((0.5, None), (None, None)))
    assert made.defined() == ((0.5,), ())
    assert made.means() == (0.5, None)
    assert made.to_json() == {"stages": ("a", "b"), "correlations": ((0.5, None), (None, None)), "means": (0.5, None)}


def test_areas_are_means_over_images() -> None:
    areas = {"deletion": (0.25, 0.75)}
    made = Curves((0.0, 1.0), (1.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.0, 1.0), areas)
    assert made.areas() == {"deletion": 0.5}
    assert made.to_json()["areas"] == {"deletion": 0.5}
