"""Verdicts as cards: every number that a verdict must print is on it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from striate.reports.study.cards import Card, axis_of, cards, looks_of
from striate.reports.study.records import read_study

CLAIM = {"name": "better", "statement": "It is better"}


def comparison(treatment: str, **changes: Any) -> dict[str, Any]:
    numbers = {"n_treatment": 5, "n_control": 4, "effect": 0.02, "low": 0.01, "high": 0.03, "confidence": 0.975}
    return {"treatment": treatment, "control": "base", **numbers, **changes}


def card(**changes: Any) -> Card:
    verdict = {
        "claim": "better", "statement": "It is better", "kind": "better", "answer": "undecided",
        "reason": "both remain possible", "comparisons": [comparison("a")],
        "detectable": 0.0312, "seeds_needed": 12, "details": {"margin": 0.005},
    }  # fmt: skip
    (made,) = cards([verdict | changes], [CLAIM])
    return made


def facts(made: Card) -> dict[str, tuple[str, str]]:
    return {fact.name: (fact.value, fact.aside) for fact in made.facts}


def test_a_card_holds_answer_reason_and_every_number() -> None:
    made = card()
    assert (made.claim, made.statement, made.answer) == ("better", "It is better", "undecided")
    assert made.reason == "Both remain possible."
    assert facts(made) == {
        "difference in accuracy": ("+0.020 [+0.010, +0.030]", "a against base, 97.5 % interval"),
        "n": ("5 against 4", "runs of treatment and control"),
        "smallest detectable effect": ("0.031", "seen 8 times in 10"),
        "seeds needed": ("12", "per arm, to settle it"),
    }
    assert made.intervals is not None
    assert "a − base" in made.intervals.svg


def test_numbers_nested_in_a_comparison_are_found_too() -> None:
    flat = comparison("a")
    nested = {"treatment": flat.pop("treatment"), "control": flat.pop("control"), "comparison": flat}
    assert facts(card(comparisons=[nested])) == facts(card())


def test_an_interval_of_all_that_can_be_is_named_in_the_numbers_and_in_the_picture() -> None:
    made = card(comparisons=[comparison("a", low=-1.0, high=1.0, boundless=True)])
    assert facts(made)["difference in accuracy"][0] == "+0.02, no useful interval"
    assert made.intervals is not None
    assert "no useful interval" in made.intervals.svg
    assert "1.0" not in made.intervals.svg.partition("<title")[2].partition("</title>")[0]


def test_the_smallest_difference_of_logarithms_is_said_as_a_factor() -> None:
    details = {"margin": 0.30103, "log": True, "metric": "train/loss"}
    made = card(kind="larger", details=details)
    assert made.intervals is not None
    for words in ("difference in log10 train/loss", "dashed: 0.301, a factor of 2, the smallest worth having"):
        assert words in made.intervals.svg
    said = axis_of({"kind": "larger", "details": details})
    assert said == "difference in log10 train/loss (shaded: less than 0.301, a factor of 2, the smallest worth having)"
    assert axis_of({"kind": "better", "details": {}}) == "difference in accuracy"


def test_many_comparisons_are_read_from_the_picture() -> None:
    made = card(comparisons=[comparison(f"arm {i}", n_treatment=5 - i // 4) for i in range(5)])
    assert "difference in accuracy" not in facts(made)
    assert facts(made)["n"][0] == "5 against 4, 4 against 4"
    assert made.intervals is not None
    assert all(f"arm {i} − base" in made.intervals.svg for i in range(5))


def test_no_detectable_effect_and_no_seeds_that_would_settle_it() -> None:
    said = facts(card(detectable=math.inf, seeds_needed=None, comparisons=[]))
    assert said["smallest detectable effect"][0] == "none"
    assert said["seeds needed"] == ("–", "more seeds alone would not settle it")
    assert card(comparisons=[]).intervals is None


def test_a_settled_verdict_needs_no_more_seeds() -> None:
    assert facts(card(answer="supported", seeds_needed=None))["seeds needed"] == ("no more", "")


def test_a_claim_without_a_verdict_waits() -> None:
    assert cards([], [CLAIM]) == [Card("better", "It is better", "waiting")]
    assert [made.answer for made in cards([{"claim": "other", "answer": "refuted"}], [CLAIM])] == ["refuted", "waiting"]


def test_a_study_on_disk_gives_a_card_for_each_claim(finished: Path) -> None:
    study = read_study(finished)
    made = cards(study.verdicts, study.claims)
    assert [one.answer for one in made] == ["supported", "undecided", "supported"]
    assert facts(made[0])["epochs saved"][0] == "+9.3 [+7.2, +11.4]"
    assert facts(made[1])["seeds needed"][0] == "4"
    assert [table.title for table in made[1].tables] == ["treatment", "treatment, arms", "shared"]


def looked(seeds: int, treatment: str, effect: float, half: float) -> dict[str, Any]:
    ends = {"effect": effect, "low": effect - half, "high": effect + half}
    return {
        "seeds": seeds,
        "treatment": treatment,
        "control": "base",
        **ends,
        "confidence": 0.99,
        "answer": "undecided",
    }


def test_looks_are_shown_of_the_comparison_that_the_verdict_rests_on() -> None:
    looks = [looked(3, "a", 0.3, 9.0), looked(3, "b", 0.5, 9.0), looked(4, "a", 0.3, 0.1), looked(4, "b", 0.5, 0.6)]
    details = {"margin": 0.005, "answers": {"a": "supported", "b": "undecided"}}
    made = card(looks=looks, details=details)
    assert made.path is not None
    for words in ("look by look: a − base", "3 seeds", "4 seeds", "[−8.7, +9.3]"):
        assert words in made.path.svg
    assert card(looks=looks[:2]).path is None
    assert card().path is None
    # b had its last look at 4 seeds, for futility, and leads all the same; refuted arms speak last.
    later = [*looks, looked(5, "a", 0.2, 0.1)]
    for answer, leads in (("undecided", "b"), ("refuted", "a")):
        answers = {"a": "undecided", "b": answer}
        shown = card(looks=later, details={"margin": 0.005, "answers": answers}).path
        assert shown is not None
        assert f"look by look: {leads} − base" in shown.svg
        told = looks_of({"looks": later, "details": {"answers": answers}})  # the page draws the same
        assert {one["treatment"] for one in told} == {leads}
    assert looks_of({}) == looks_of({"looks": [{"seeds": 3, "effect": None}], "details": {"answers": 1}}) == []
