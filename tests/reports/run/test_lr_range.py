"""A range test as CSV, as rows and as a chart."""

from __future__ import annotations

import pytest

from striate.reports.run.lr_range import range_test_csv, range_test_rows, range_test_svg
from striate.training.recipe.recipe import Recipe
from striate.training.trials.lr_range import Ramp, RangeTest

RATES = (1e-3, 1e-2, 0.1, 1.0)
TEST = RangeTest(
    Recipe(),
    (
        Ramp(0, RATES, (2.0, 1.5, 1.0, 3.0), (1.75, 1.5, 1.25, 2.0), 0.01, ""),
        Ramp(1, RATES[:3], (2.0, 1.0, 9.0), (1.5, 2.5, 5.0), None, "the loss never fell"),
    ),
    0.01,
    0.01,
    0.01,
)


def test_one_line_for_each_update_of_each_seed() -> None:
    lines = range_test_csv(TEST).splitlines()
    assert lines[0] == "seed,update,lr,loss,smoothed"
    assert lines[1] == "0,0,0.001,2.0,1.75"
    assert lines[-1] == "1,2,0.1,9.0,5.0"
    assert len(lines) == 8


def test_rows_are_means_with_the_range_of_the_seeds_that_got_there() -> None:
    assert range_test_rows(TEST, count=4) == [
        (1e-3, 1.625, 1.5, 1.75),
        (1e-2, 2.0, 1.5, 2.5),
        (0.1, 3.125, 1.25, 5.0),
        (1.0, 2.0, 2.0, 2.0),
    ]
    assert [row[0] for row in range_test_rows(TEST, count=2)] == [1e-3, 1.0]


@pytest.mark.parametrize(("suggested", "words"), [(0.01, "suggested lr 0.01"), (None, "no suggestion")])
def test_the_chart_says_what_it_shows(suggested: float | None, words: str) -> None:
    svg = range_test_svg(RangeTest(TEST.recipe, TEST.ramps, suggested, suggested, suggested))
    assert (svg[:4], svg[-6:]) == ("<svg", "</svg>")
    for text in (words, "learning rate", "adam", ">0.001<", ">1<"):
        assert text in svg
    assert ("dashed: the suggested one" in svg) is (suggested is not None)


def test_a_test_without_any_finite_loss_is_drawn_and_listed_empty() -> None:
    empty = RangeTest(
        Recipe(), (Ramp(0, (), (), (), None, "the loss was not finite from the start"),), None, None, None
    )
    assert range_test_rows(empty) == []
    assert "no values yet" in range_test_svg(empty)
