"""What to write in a paper: the sentences of a reviewer's checklist, read from the record of a study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from striate.reports.study.methods import Methods, methods_of
from striate.reports.study.records import read_study
from striate.studies.looks.plan import Plan


def test_a_study_says_what_a_reviewer_asks_for(finished: Path) -> None:
    study = read_study(finished)
    study = replace(study, claims=tuple({**claim, "margin": 0.005} for claim in study.claims))
    said = methods_of(study).text()
    for words in (
        "The unit of analysis is one training run",
        "Welch's two-sided t interval",
        "Fisher's exact test",
        "Bonferroni's inequality; the claims are not corrected for one another",
        "also where every run of an arm failed, or runs were all equal, and they are too few to judge by that",
        "The smallest differences worth having were 0.005",
        "; 0.005 of accuracy for “",
        "The data were looked at once.",
        "interval",
    ):
        assert words in said
    for arm in study.arms:
        assert arm.name in said
    assert len(methods_of(study).found) == len(study.verdicts)


def test_one_margin_is_told_as_one(finished: Path) -> None:
    study = read_study(finished)
    better = next(claim for claim in study.claims if claim["kind"] == "better")
    one = replace(study, claims=({**better, "margin": 0.005},))
    assert "The smallest difference worth having was 0.005 of accuracy for “" in methods_of(one).text()


def test_looks_pairs_failures_and_the_hash_are_said(finished: Path) -> None:
    study = read_study(finished)
    looked = replace(study, plan={"looks": [3, 4, 5]}, until={"least": 3, "most": 5}, paired=True, asked="abc123")
    said = methods_of(replace(looked, failures={"a, seed 0": "out of memory"})).text()
    assert "The data were looked at after each of 3 to 5 seeds, for as long as a claim was open" in said
    assert "repeated confidence intervals, which hold for all looks together" in said
    assert "futility" not in said
    futile = replace(looked, plan={"looks": [3, 4, 5], "futility": 0.03})
    assert "decided with a predictive probability below 3 % got no more seeds and" in methods_of(futile).text()
    later = replace(looked, plan={"looks": [3, 4, 5, 6], "futility": 0.03, "futile_from": 5})
    assert "below 3 % got no more seeds, from 5 seeds on, and stayed undecided" in methods_of(later).text()
    assert "declared to be pairs beforehand" in said
    assert "1 run could not be completed" in said
    assert "fixed before the first run (SHA-256 abc123)" in said
    two = methods_of(replace(study, plan={"looks": [5, 8]})).text()
    assert "looked at at" not in two
    assert "5 and 8 seeds" in two


def test_looks_that_nobody_had_planned_are_said_with_what_they_cost(finished: Path) -> None:
    study = read_study(finished)
    plan = Plan((3, 5))
    grown = {**plan.to_json(), "shown": {"3": 0.05, "5": plan.level(5)}}
    said = methods_of(replace(study, plan=grown)).text()
    assert "It was to end with 3 seeds and went on, so it has looks at 3 and 5" in said
    assert "went on" not in methods_of(replace(study, plan={**grown, "shown": {}})).text()
    assert "went on" not in methods_of(replace(study, plan={**grown, "levels": "none"})).text()


def test_each_form_escapes_what_it_must() -> None:
    made = Methods(("50 % of a_b.",), ("c −1 [x].",))
    assert made.text() == "50 % of a_b.\n\nc −1 [x]."
    assert made.markdown() == "50 % of a\\_b.\n\n- c −1 \\[x\\]."
    assert made.latex() == "50 \\% of a\\_b.\n\n\\begin{itemize}\n\\item c $-$1 {[}x].\n\\end{itemize}"
