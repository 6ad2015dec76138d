"""What a gate's folder says of its looks: fixed at first, more of them where it is given more seeds, never fewer."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.disk.files import read_json
from striate.base.errors import StudyError
from striate.studies.gate import ledger
from striate.studies.gate.measuring import Measure
from striate.studies.gate.question import Gate
from striate.studies.looks.plan import Plan, Until


def gate(seeds: int | Until) -> Gate:
    return Gate("a {seed}", "b {seed}", Measure("x"), seeds=seeds)


def test_looks_are_kept_and_more_seeds_add_to_them(tmp_path: Path) -> None:
    first = ledger.claim(gate(3), tmp_path)
    plan, shown = first.plan(0.025)
    assert (plan, shown, first.grown) == (Plan((3,)), {3: 0.05}, False)
    ledger.keep_plan(tmp_path, plan, shown)
    again = ledger.claim(gate(3), tmp_path)
    assert (again.plan(0.025), again.asked) == ((plan, shown), first.asked)
    more = ledger.claim(gate(5), tmp_path)
    plan, shown = more.plan(0.025)
    assert more.grown
    assert more.asked == first.asked == read_json(tmp_path / "gate.json")["fixed"]
    assert plan.sizes == (3, 5)
    assert shown == {3: 0.05, 5: plan.level(5)}  # the look at 3 had spent all
    ledger.keep_plan(tmp_path, plan, shown)
    with pytest.raises(StudyError, match="differs in `seeds`"):
        ledger.claim(gate(4), tmp_path)


def test_a_fixed_number_after_seeds_until_decided_raises_their_most(tmp_path: Path) -> None:
    ledger.claim(gate(Until(2, 3)), tmp_path)
    with pytest.raises(StudyError, match=r"another gate, which differs in `least`;"):
        ledger.claim(gate(Until(3, 3)), tmp_path)
    more = ledger.claim(gate(4), tmp_path)
    with pytest.raises(StudyError, match=r"another gate, which differs in `least` and `most`;"):
        ledger.claim(gate(Until(3, 3)), tmp_path)
    assert more.grown
    assert more.gate.asked()["seeds"] == {"least": 2, "most": 4}
