"""Grids and samplers: what becomes an arm, that a search repeats itself, and the builtin studies that choose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from details import details
from striate.base.disk.files import read_json
from striate.base.errors import StudyError
from striate.studies.catalog import question
from striate.studies.claims.choice import Choice, ChoiceDetails
from striate.studies.claims.equal import EqualDetails
from striate.studies.claims.outcome import Outcome
from striate.studies.grid import arm_name, grid
from striate.studies.question import Search, Study
from striate.studies.running import search as searching
from striate.studies.running.execute import run_study
from striate.studies.running.judge import Answer
from striate.studies.running.search import run_search, sampled
from striate.training.recipe.recipe import Recipe

SELECTIONS = (
    *("hidden-units", "filter-size", "dropout-rate"),
    *("filter-size-and-hidden-units", "architecture-and-dropout-rate"),
)
BASE = Recipe(engine="scratch", net="softmax", data="sums", epochs=1, batch_size=100)
GRID = grid("s", "?", BASE, Search("hidden", low=4, high=64, log=True, whole=True), (4, 16))


def test_a_grid_makes_an_arm_of_each_value_and_a_choice_among_them() -> None:
    assert [(arm.name, arm.changes) for arm in GRID.arms] == [
        ("hidden 4", {"hidden": 4}),
        ("hidden 16", {"hidden": 16}),
    ]
    assert GRID.tests == "chosen"
    claim = GRID.claims[0]
    assert isinstance(claim, Choice)
    assert claim.candidates == ("hidden 4", "hidden 16")
    assert GRID.recipe(GRID.arms[1], 0).net_options == {"hidden": 16}


TWO = grid(
    "t",
    "?",
    BASE,
    (Search("hidden", low=4, high=64, log=True, whole=True), Search("lr", 1e-3, 1e-1, log=True)),
    ((4, 16), (0.01, 0.1)),
)


def test_two_fields_make_an_arm_of_each_combination() -> None:
    assert [arm.name for arm in TWO.arms] == [
        "hidden 4, lr 0.01",
        "hidden 4, lr 0.1",
        "hidden 16, lr 0.01",
        "hidden 16, lr 0.1",
    ]
    assert TWO.arms[1].changes == {"hidden": 4, "lr": 0.1}
    assert "One combination of hidden and lr is best" in TWO.claims[0].statement
    assert [one["field"] for one in TWO.to_json()["search"]] == ["hidden", "lr"]
    assert GRID.to_json()["search"] == {  # as it was written before there could be two
        "field": "hidden", "low": 4, "high": 64, "log": True, "whole": True, "step": None, "trials": None
    }  # fmt: skip
    with pytest.raises(StudyError, match="searches 2 fields and has values for 1"):
        grid("t", "?", BASE, TWO.searches, ((4, 16),))


def test_a_sampler_proposes_two_fields_together(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = Trained(20)
    for name in ("run_study", "ended", "outcomes_of"):
        monkeypatch.setattr(searching, name, getattr(trained, name.removesuffix("_study")))
    answer = run_search(sampled(TWO, 8), "nowhere")
    points = [(arm.changes["hidden"], arm.changes["lr"]) for arm in answer.study.arms]
    assert points == sorted(set(points))
    assert len({lr for _, lr in points}) > 2
    assert all(4 <= hidden <= 64 and 1e-3 <= lr <= 1e-1 for hidden, lr in points)
    assert answer.study.trials == 8


@pytest.mark.parametrize("name", SELECTIONS)
def test_the_builtin_selections_stay_in_their_range_and_use_the_layers_by_hand(name: str) -> None:
    study = question(name).study({})
    assert study.searches
    for search in study.searches:
        values = [arm.changes[search.field] for arm in study.arms]
        assert search.low <= min(values) < max(values) <= search.high
    assert study.base.engine == "scratch"
    assert study.tests == "chosen"
    assert sampled(study, 5).searches == tuple(replace(search, trials=5) for search in study.searches)


class Trained:
    """In place of training: the best validation accuracy of a value is a hill with its top at ``top`` hidden units."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.asked: list[list[str]] = []
        self.tests: list[str] = []

    def run(self, study: Study, out: object, **_: Any) -> Answer:
        self.asked.append([arm.name for arm in study.arms])
        self.tests.append(study.tests)
        return Answer(Path("nowhere"), study, (), {})

    def ended(self, study: Study, folder: Path) -> list[tuple[Any, int, None]]:
        return [(arm, 0, None) for arm in study.arms]

    def outcomes_of(self, runs: list[tuple[Any, int, None]]) -> tuple[list[Outcome], dict[str, str]]:
        return [self.outcome(*run) for run in runs], {}

    def outcome(self, arm: Any, seed: int, run: None) -> Outcome:
        accuracy = 1 / (1 + abs(arm.changes["hidden"] - self.top) / 20)
        return Outcome(arm.name, seed, "finished", 0.1, 1, 10, 2, 1000, (accuracy,), (1.0,), None)


def test_a_sampler_asks_one_value_after_another_and_the_same_ones_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[list[str]]] = []
    for top in (20, 20, 60):
        trained = Trained(top)
        for name in ("run_study", "ended", "outcomes_of"):
            monkeypatch.setattr(searching, name, getattr(trained, name.removesuffix("_study")))
        answer = run_search(sampled(GRID, 12), "nowhere")
        asked.append(trained.asked)
    assert asked[0] == asked[1]
    assert set(trained.tests[:-1]) == {"none"}
    assert trained.tests[-1] == "chosen"
    values = [arm.changes["hidden"] for arm in answer.study.arms]
    assert values == sorted(set(values))
    assert all(4 <= value <= 64 for value in values)
    assert asked[2][:6] == asked[0][:6]
    assert asked[2] != asked[0]  # where the hill is elsewhere, it goes elsewhere


def test_a_sampler_that_finds_one_value_leaves_nothing_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = Trained(5)
    for name in ("run_study", "ended", "outcomes_of"):
        monkeypatch.setattr(searching, name, getattr(trained, name.removesuffix("_study")))
    one = replace(GRID, search=Search("hidden", low=4, high=4, whole=True))
    with pytest.raises(StudyError, match="in 3 trials the sampler proposed hidden 4 alone; ask for more trials"):
        run_search(sampled(one, 3), "nowhere")


@pytest.mark.parametrize(("trials", "words"), [(1, "trials is 1"), (1001, "must lie between 2 and 1000")])
def test_a_number_of_trials_without_sense_is_refused(trials: int, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        sampled(GRID, trials)


def test_a_study_without_a_range_has_nothing_to_sample() -> None:
    with pytest.raises(StudyError, match='study "s" has no range to sample from'):
        sampled(replace(GRID, search=None), 4)


def test_numbers_of_an_arm_are_short() -> None:
    assert arm_name((Search("dropout", 0.0, 1.0),), (0.25,)) == "dropout 0.25"
    switch, kind = Search("batch_norm", choices=(False, True)), Search("net", choices=("mlp", "convnet"))
    assert arm_name((switch, kind), (True, "mlp")) == "batch norm on, net mlp"


@pytest.mark.slow
def test_a_search_that_is_asked_again_trains_nothing_anew(tmp_path: Path) -> None:
    study = replace(sampled(GRID, 3), seeds=(0,))
    first = run_search(study, tmp_path / "out")
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("timing.csv")}
    assert len(stamps) == len(first.study.arms) >= 2
    again = run_search(study, tmp_path / "out")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("timing.csv")} == stamps
    assert again.verdicts == first.verdicts
    scored = {path.parent.parent.name for path in tmp_path.rglob("test.json")}
    assert scored == {str(details(first.verdicts[0], ChoiceDetails).chosen).replace(" ", "-")}
    with pytest.raises(StudyError, match="which differs in its search"):
        run_search(replace(sampled(GRID, 4), seeds=(0,)), tmp_path / "out")


@pytest.mark.slow
def test_both_engines_trace_one_curve_in_the_builtin_study(tmp_path: Path) -> None:
    study = question("same-curve").study({"epochs": 1, "batch_size": 200})
    answer = run_study(study, tmp_path / "out")
    assert [verdict.answer for verdict in answer.verdicts] == ["supported", "supported"]
    assert all(row["largest_difference"] < 1e-12 for v in answer.verdicts for row in details(v, EqualDetails).runs)
    ledger = read_json(tmp_path / "out" / "study.json")
    assert {arm["changes"]["engine"] for arm in ledger["arms"]} == {"scratch", "twin"}
