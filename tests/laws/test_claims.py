"""Every kind of claim, judged on a few runs, has a card: its answer, its reason, its numbers under their own name."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from typing import Any

import pytest

from striate.base.disk.files import dump_json
from striate.reports.study.cards import cards
from striate.studies import claims
from striate.studies.claims.kinds import KINDS, claim_kind
from striate.studies.claims.outcome import Outcome

BOTH = {"treatment": ("new",), "control": "old"}
GIVEN: dict[str, dict[str, Any]] = {
    "better": {**BOTH, "measure": "test", "margin": 0.005},
    "choice": {"candidates": ("new", "old")},
    "equal": {"treatment": "new", "control": "old", "tolerance": 1e-6},
    "larger": {**BOTH, "metric": "train/loss", "margin": 0.1},
    "sooner": {**BOTH, "margin": 1.0},
    "stabler": {"treatment": ("new",), "control": ("old",)},
}


def kinds() -> dict[str, Any]:
    """Return every class of `striate.studies.claims` that is a claim, by its kind."""
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(claims.__path__, f"{claims.__name__}."):
        for _, held in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            kind = vars(held).get("kind")
            if isinstance(kind, str) and held.__module__ == module.name:
                found[kind] = held
    return found


def run(arm: str, seed: int) -> Outcome:
    """Return a run of three epochs, in which `new` is better and sooner than `old`."""
    top = (0.8 if arm == "new" else 0.6) + 0.01 * seed
    losses = tuple(1 / (step + 1) for step in range(6))
    return Outcome(
        arm, seed, "finished", 0.1, 3, 100, 10, 100, (top - 0.2, top - 0.1, top), (1.0, 2.0, 3.0), top,
        last={"train/loss": 2 - top}, losses=losses,
    )  # fmt: skip


RUNS = [run(arm, seed) for arm in ("new", "old") for seed in range(5)]


def test_every_kind_of_claim_is_asked_here() -> None:
    assert kinds().keys() == GIVEN.keys()
    assert set(kinds()) == set(KINDS)


def test_a_kind_that_a_later_striate_wrote_says_nothing_of_its_own() -> None:
    later = claim_kind("rarer")
    assert (later.effect, later.unit) == ("effect", "")
    assert later.compared_by(paired=True).startswith("a t interval on the differences")
    assert claim_kind("stabler").compared_by(paired=True).startswith("Fisher's exact test")


@pytest.mark.parametrize("kind", GIVEN)
def test_its_card_tells_the_verdict(kind: str) -> None:
    claim = kinds()[kind](name="it", statement="It is so", **GIVEN[kind])
    verdict = json.loads(dump_json(claim.judge(RUNS).to_json()))
    (card,) = cards([verdict], [claim.to_json()])
    assert (card.claim, card.answer) == ("it", verdict["answer"])
    assert card.reason.endswith((".", "!", "?"))
    assert card.facts
    assert all(fact.name != "effect" and fact.value for fact in card.facts)
    assert (card.intervals is None) == (not verdict["comparisons"])


@pytest.mark.parametrize("kind", GIVEN)
def test_before_it_is_judged_it_waits(kind: str) -> None:
    claim = kinds()[kind](name="it", statement="It is so", **GIVEN[kind])
    assert cards([], [claim.to_json()])[0].answer == "waiting"
