"""Plans: which looks, which levels, and how they are kept."""

from __future__ import annotations

import copy
import json
from typing import Any, cast

import pytest

from striate.base.errors import StudyError
from striate.studies.looks.plan import ONCE, Look, Plan, Until, planned, seeds_text


def test_seeds_until_decided_are_seeds() -> None:
    until = Until(3, 5)
    assert until == (0, 1, 2, 3, 4)
    assert (until.least, until.most, repr(until)) == (3, 5, "Until(least=3, most=5)")
    for again in (copy.copy(until), copy.deepcopy(until)):
        assert (again.least, again.most) == (3, 5)
    assert (seeds_text(until), seeds_text(Until(3, 3)), seeds_text((0,))) == ("3 to 5 seeds", "3 seeds", "1 seed")


@pytest.mark.parametrize(("least", "most"), [(1, 5), (4, 3), (3, 201)])
def test_numbers_that_make_no_plan_are_refused(least: int, most: int) -> None:
    with pytest.raises(StudyError, match="seeds until decided are"):
        Until(least, most)
    for wrong in ((3.5, 4), ("3", "4"), (2, True), (None, None)):
        with pytest.raises(StudyError, match="give whole numbers, 2 or more as least"):
            Until(*cast("Any", wrong))


def test_looks_that_were_made_stay_and_none_is_made_up_before_them() -> None:
    assert planned(Until(3, 6)).sizes == (3, 4, 5, 6)
    assert planned(Until(3, 8), before=[5]).sizes == (5, 6, 7, 8)
    assert planned(Until(3, 4), before=[3, 6]).sizes == (3, 6)


def test_a_plan_is_kept_with_its_levels_and_read_again() -> None:
    plan = Plan((4, 6))
    record = json.loads(json.dumps(plan.to_json([1, 3])))
    again = Plan.from_json(record)
    assert again == plan
    assert again.known[3] == plan.levels(3)
    assert plan.level(6, 3) == plan.levels(3)[1] < 0.05 / 3


def test_a_look_has_the_confidence_of_its_plan() -> None:
    plan = Plan((4, 6))
    assert Look(plan, 4).confidence(2) == 1 - plan.level(4, 2)
    assert ONCE.confidence() == pytest.approx(0.95)
    assert ONCE.confidence(5) == pytest.approx(0.99)
