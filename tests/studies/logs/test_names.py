"""Arm and seed from the names that people give to runs."""

from __future__ import annotations

import pytest

from striate.base.errors import StudyError
from striate.studies.logs.names import by_pattern, usual


@pytest.mark.parametrize(
    ("name", "arm"),
    [
        ("wide-3", "wide"),
        ("wide/seed3", "wide"),
        ("wide/version_3", "wide"),
        ("lr0.1_s3", "lr0.1"),
        ("a b seed=3", "a b"),
        ("resnet20-3", "resnet20"),
        ("x/y/run-3", "x/y"),
    ],
)
def test_a_usual_name(name: str, arm: str) -> None:
    other = name.replace("3", "4")
    assert usual([name, other]) == {name: (arm, "3"), other: (arm, "4")}


@pytest.mark.parametrize("names", [["wide", "wide-3"], ["glowing-sun-12", "dry-sea-3"], ["3", "4"], []])
def test_names_that_say_no_seeds(names: list[str]) -> None:
    assert usual(names) is None


def test_a_pattern_of_ones_own() -> None:
    found = by_pattern(["s1.wide", "s2.wide", "other"], r"s(?P<seed>\d)\.(?P<arm>\w+)")
    assert found == {"s1.wide": ("wide", "1"), "s2.wide": ("wide", "2")}


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("(", "is none"), ("(?P<arm>.)", "lacks a group"), ("(?P<arm>x)(?P<seed>y)", "no run has a name")],
)
def test_a_pattern_that_does_not_fit_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        by_pattern(["a-1"], pattern)
