"""What is chosen on the validation images is scored on the test images, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from details import details
from striate.base.errors import StudyError
from striate.studies.claims.choice import Choice, ChoiceDetails
from striate.studies.claims.outcome import Outcome
from striate.studies.question import Arm, Search, Study
from striate.studies.running.execute import run_study
from striate.studies.running.selection import at_the_edge, chosen, touched
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net_options={"widths": [[4]], "hidden": []}, epochs=1, batch_size=256)
RATES = {"slow": 1e-5, "middle": 0.01, "fast": 0.02}
STUDY = Study(
    "s",
    "?",
    BASE,
    tuple(Arm(name, {"lr": rate}) for name, rate in RATES.items()),
    (Choice("which", "One is best", tuple(RATES)),),
    (0,),
    tests="chosen",
    search=Search("lr", 1e-5, 0.1, log=True),
)


def outcomes(accuracies: dict[str, float], tests: dict[str, float] | None = None) -> list[Outcome]:
    scores = tests or {}
    return [
        Outcome(arm, 0, "finished", 0.1, 1, 10, 2, 10, (value,), (1.0,), scores.get(arm))
        for arm, value in accuracies.items()
    ]


def test_the_best_on_validation_is_chosen_and_its_place_in_the_range_is_told() -> None:
    inside = outcomes({"slow": 0.5, "middle": 0.9, "fast": 0.8})
    assert chosen(STUDY, inside) == "middle"
    assert at_the_edge(STUDY, inside) == ""
    ends = outcomes({"slow": 0.5, "middle": 0.7, "fast": 0.8})
    assert at_the_edge(STUDY, ends) == "it has the largest lr tried, so one beyond may be better"
    assert chosen(STUDY, inside[:2]) is None
    rates = {"none": 0.0, "some": 0.1, "much": 0.5}
    arms = tuple(Arm(name, {"dropout": rate}) for name, rate in rates.items())
    claims = (Choice("which", "One is best", tuple(rates)),)
    dropout = replace(STUDY, arms=arms, claims=claims, search=Search("dropout", 0.0, 0.8))
    assert at_the_edge(dropout, outcomes({"none": 0.9, "some": 0.8, "much": 0.7})) == ""  # nothing lies below 0


def test_of_two_fields_each_may_lie_at_its_edge() -> None:
    points = [(lr, hidden) for lr in (0.01, 0.1, 1.0) for hidden in (4, 8, 16)]
    arms = tuple(Arm(f"{lr} {hidden}", {"lr": lr, "batch_size": hidden}) for lr, hidden in points)
    search = (Search("lr", 1e-3, 1.0, log=True), Search("batch_size", 4, 64, whole=True))
    study = replace(
        STUDY, arms=arms, claims=(Choice("which", "One is best", tuple(a.name for a in arms)),), search=search
    )
    runs = outcomes({arm.name: 0.9 if arm.name == "1.0 4" else 0.5 for arm in arms})
    assert (
        at_the_edge(study, runs)
        == "it has the largest lr and the smallest batch size tried, so one beyond may be better"
    )
    middle = outcomes({arm.name: 0.9 if arm.name == "0.1 8" else 0.5 for arm in arms})
    assert at_the_edge(study, middle) == ""


def test_what_the_test_images_were_used_for_is_told() -> None:
    values = {"slow": 0.5, "middle": 0.9, "fast": 0.8}
    assert touched(STUDY, outcomes(values)) == "no arm has been scored on the test images yet"
    assert touched(STUDY, outcomes(values, {"middle": 0.75})) == "test accuracy of middle: 0.7500, scored for it alone"
    twice = touched(STUDY, outcomes(values, {"middle": 0.75, "fast": 0.7}))
    assert twice == "test accuracy of middle: 0.7500, though an earlier choice, fast, was scored too"
    assert touched(replace(STUDY, tests="every"), outcomes(values)) == ""


def test_a_study_that_chooses_needs_a_choice() -> None:
    with pytest.raises(StudyError, match="has no claim Choice"):
        chosen(replace(STUDY, claims=()), outcomes({"slow": 0.5}))


@pytest.mark.slow
def test_the_runs_of_the_chosen_arm_alone_meet_the_test_images(tmp_path: Path) -> None:
    verdict = run_study(STUDY, tmp_path / "out").verdicts[0]
    scored = {path.parent.parent.name for path in tmp_path.rglob("test.json")}
    assert scored == {details(verdict, ChoiceDetails).chosen}
    assert f"test accuracy of {details(verdict, ChoiceDetails).chosen}: " in verdict.reason
