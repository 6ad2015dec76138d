"""The two checks in words and charts."""

from __future__ import annotations

from striate.reports.page import picture
from striate.reports.probe_checks import cascade_svg, checks_group, curves_svg

CHECKS = {
    "cascade": {
        "stages": ("linear", "a.very.long.name.of.a.layer"),
        "correlations": ((0.5, 0.25), (-0.5, 0.0)),
        "means": (0.375, -0.25),
    },
    "curves": {
        "shares": (0.0, 0.5, 1.0),
        "deletion": (0.9, 0.1, 0.1),
        "insertion": (0.2, 0.8, 0.9),
        "random_deletion": (0.9, 0.5, 0.1),
        "random_insertion": (0.2, 0.3, 0.9),
        "areas": {"deletion": 0.3, "insertion": 0.675, "random_deletion": 0.5, "random_insertion": 0.425},
    },
}


def test_the_words_carry_the_numbers() -> None:
    (group,) = checks_group(CHECKS, 2)
    weights, pixels = group.lines
    assert "With all weights random it is −0.25, on average over 2 images" in weights
    assert "0.300, against 0.500 in random order (smaller is better)" in pixels
    assert "0.675, against 0.425 (larger is better)" in pixels
    (single,) = checks_group(CHECKS, 1)
    assert "on average" not in single.lines[0]


def test_the_charts_are_pictures_that_name_their_stages_and_lines() -> None:
    stages, lines = picture(cascade_svg(CHECKS["cascade"])).svg, picture(curves_svg(CHECKS["curves"])).svg
    assert ">linear<" in stages
    assert ">a.very.long.name.of…<" in stages
    for text in ("covered by map", "put in by map", "random (dashed)", "share of the pixels"):
        assert f">{text}<" in lines
