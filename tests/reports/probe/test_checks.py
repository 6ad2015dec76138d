"""The two checks in words and charts."""

from __future__ import annotations

from striate.probes.checks.outcome import Cascade, Checks, Conclusions, Curves
from striate.reports.kit.page import picture
from striate.reports.probe.checks import cascade_svg, checks_group, curves_svg

CHECKS = Checks(
    Cascade(("linear", "a.very.long.name.of.a.layer"), ((0.5, 0.25), (-0.5, 0.0))),
    Curves(
        (0.0, 0.5, 1.0),
        (0.9, 0.1, 0.1),
        (0.2, 0.8, 0.9),
        (0.9, 0.5, 0.1),
        (0.2, 0.3, 0.9),
        {"deletion": (0.3,), "insertion": (0.675,), "moved_deletion": (0.5,), "moved_insertion": (0.425,)},
    ),
    Conclusions("it depends on them; the correlation is -0.25", "it finds it", "undecided"),
)


def test_the_words_carry_the_conclusions_and_the_numbers() -> None:
    group = checks_group(CHECKS)
    weights, covered, put_in, _ = group.lines
    assert weights == "Weights: it depends on them; the correlation is −0.25."
    assert covered == "Covered: it finds it; mean area under the curve 0.300, moved 0.500."
    assert put_in == "Put in: undecided; mean area 0.675, moved 0.425."
    assert len(group.charts) == 2


def test_the_charts_are_pictures_that_name_their_stages_and_lines() -> None:
    stages, lines = picture(cascade_svg(CHECKS.cascade)).svg, picture(curves_svg(CHECKS.curves)).svg
    assert ">linear<" in stages
    assert ">a.very.long.name.of…<" in stages
    for text in ("covered by map", "put in by map", "map moved (dashed)", "share of the pixels"):
        assert f">{text}<" in lines
