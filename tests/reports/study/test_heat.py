"""Two fields chosen together: the table by hand, gaps, and what is no such study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from striate.reports.kit.page import picture
from striate.reports.kit.table import Cell
from striate.reports.study.heat import heat_chart, heat_of, heat_table
from striate.reports.study.records import ArmRecord, StudyRecord, read_study

FIELDS = ({"field": "filter_size"}, {"field": "hidden"})


def searched(finished: Path) -> StudyRecord:
    """3 of 4 combinations of filter sizes 3, 5 and hidden units 16, 128."""
    means = {(5, 128): 0.91, (3, 16): 0.8, (3, 128): 0.9}
    arms = tuple(ArmRecord(f"{f} {h}", {"filter_size": f, "hidden": h}, ()) for f, h in means)
    scores = {arm.name: {"best": {"mean": mean}} for arm, mean in zip(arms, means.values(), strict=True)}
    return replace(read_study(finished), arms=arms, scores=scores, searches=FIELDS)


def test_each_combination_has_its_cell_and_the_largest_is_named(finished: Path) -> None:
    heat = heat_of(searched(finished))
    assert heat is not None
    assert (heat.rows, heat.columns, heat.chosen) == ((3, 5), (16, 128), (1, 1))
    table = heat_table(heat)
    assert table.columns == ("filter size \\ hidden", "16", "128")
    assert table.rows == (
        (Cell("3"), Cell("0.8000"), Cell("0.9000")),
        (Cell("5"), Cell("–"), Cell("0.9100", "largest")),
    )


def test_the_chart_says_every_number(finished: Path, read: Callable[[str], Any]) -> None:
    heat = heat_of(searched(finished))
    assert heat is not None
    svg = heat_chart(heat).svg()
    assert picture(svg).svg == svg
    assert {"0.8000", "0.9000", "0.9100", "filter size", "hidden", "16", "128", "3", "5"} <= set(read(svg).labels())


def test_of_more_fields_the_first_two_span_the_table_with_the_best_in_each_cell(finished: Path) -> None:
    study = searched(finished)
    arms = tuple(
        replace(arm, changes={**arm.changes, "hidden": 16, "lr": place}) for place, arm in enumerate(study.arms)
    )
    heat = heat_of(replace(study, arms=arms, searches=(*FIELDS, {"field": "lr"})))
    assert heat is not None
    assert heat.means == {(0, 0): 0.9, (1, 0): 0.91}


def test_values_that_are_no_numbers_keep_their_order(finished: Path) -> None:
    study = searched(finished)
    arms = tuple(
        replace(arm, changes={**arm.changes, "hidden": word}) for arm, word in zip(study.arms, "bac", strict=True)
    )
    heat = heat_of(replace(study, arms=arms))
    assert heat is not None
    assert heat.columns == ("b", "a", "c")


def test_one_field_or_no_scores_are_no_table(finished: Path) -> None:
    study = searched(finished)
    assert heat_of(read_study(finished)) is None
    assert heat_of(replace(study, searches=FIELDS[:1])) is None
    assert heat_of(replace(study, scores={})) is None
