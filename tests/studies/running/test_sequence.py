"""Which run comes next until the claims are decided: what a look needs, and nothing that no look has asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from striate.studies.claims.better import Better
from striate.studies.claims.outcome import Outcome
from striate.studies.looks.plan import Until, planned
from striate.studies.question import Arm, Study
from striate.studies.running import sequence
from striate.studies.running.ended import place
from striate.studies.running.pool import Job
from striate.studies.running.sequence import Sequence
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net_options={"widths": [[4]], "hidden": []}, epochs=1, batch_size=256)
VALUES = {"a": (0.5, 0.51, 0.52, 0.5), "b": (0.9, 0.91, 0.9, 0.91), "c": (0.51, 0.5, 0.52, 0.51), "d": (0.5,) * 4}


def study(*treatments: str) -> Study:
    claims = tuple(
        Better(t, f"{t} beats a", treatment=(t,), control="a", measure="final", margin=0.0) for t in treatments
    )
    arms = tuple(Arm(name, {"lr": 0.001 * (i + 1)}) for i, name in enumerate("abcd"))
    return Study("s", "?", BASE, arms, claims, Until(3, 4))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Return a sequence of a study whose runs end with VALUES, and the folder's (arm, seed) in words."""
    words = {place(tmp_path, arm, seed): f"{arm.name}{seed}" for arm in study().arms for seed in range(4)}

    def read(self: Sequence, path: Path) -> Outcome | None:
        arm, seed = self.runs[path]
        value = VALUES[arm.name][seed]
        done = Outcome(arm.name, seed, "finished", 0.1, 1, 100, 10, 1000, (value,), (1.0,), value)
        return None if path in self.reasons else done

    monkeypatch.setattr(sequence.Sequence, "_outcome", read)

    def make(asked: Study, reasons: dict[Path, str] | None = None, ready: tuple[str, ...] = (), futility: float = 0.0):
        plan = replace(planned(Until(3, 4)), futility=futility)
        job = lambda arm, seed, path: Job({}, path, None)  # noqa: E731
        before = [path for path, word in words.items() if word in ready]
        one = Sequence(asked, tmp_path, plan, reasons if reasons is not None else {}, before, job)
        return one, {word: path for path, word in words.items()}

    return make


def names(one: Sequence, paths: dict[str, Path], running: list[str], most: int = 99) -> list[str]:
    """Return the runs that are handed out while ``running`` ones go on, at most ``most``."""
    words = {path: word for word, path in paths.items()}
    found: list[str] = []
    while len(found) < most and (job := one([paths[word] for word in [*running, *found]])):
        found.append(words[job.folder])
    return found


def test_all_runs_of_the_first_look_come_at_once_seed_by_seed(made) -> None:
    one, paths = made(study("b"))
    first = names(one, paths, [])
    assert first == [f"{arm}{seed}" for seed in range(3) for arm in "abcd"]


def test_a_claim_goes_on_without_waiting_for_another_and_a_decided_one_gets_nothing(made) -> None:
    one, paths = made(study("b", "c"))
    names(one, paths, [])
    # b is decided at 3 seeds; c is open, and so are its runs, while a run of b is still under way.
    assert names(one, paths, ["b2"]) == ["a3", "c3"]
    assert names(one, paths, []) == []


def test_nothing_comes_that_no_look_has_asked_for(made) -> None:
    one, paths = made(study("b"))
    names(one, paths, [])
    assert names(one, paths, ["b2"]) == []  # the look at 3 might decide, and does
    assert names(one, paths, []) == []


def test_what_is_surely_open_goes_on_while_the_last_run_of_a_look_is_under_way(made) -> None:
    one, paths = made(study("c"))
    names(one, paths, [])
    assert names(one, paths, ["c1", "c2"]) == []
    assert names(one, paths, ["c2"]) == ["a3", "c3"]  # no third value could tell .51 and .5 from .5, .51 and .52
    assert names(one, paths, []) == []


def test_what_the_last_look_would_hardly_decide_gets_nothing(made) -> None:
    one, paths = made(study("c"), futility=0.03)
    names(one, paths, [])
    assert names(one, paths, ["c2"]) == []
    assert names(one, paths, []) == []


def test_runs_that_ended_before_are_not_repeated(made) -> None:
    one, paths = made(study("c"), ready=("a0", "c0", "d0", "d1", "d2", "b0"))
    assert names(one, paths, []) == ["a1", "b1", "c1", "a2", "b2", "c2"]


def test_a_run_that_failed_holds_nothing_up(made) -> None:
    reasons: dict[Path, str] = {}
    one, paths = made(study("c"), reasons)
    names(one, paths, [])
    reasons[paths["c1"]] = "out of memory"
    assert names(one, paths, []) == ["a3", "c3"]
