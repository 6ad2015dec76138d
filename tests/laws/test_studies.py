"""What holds for every question that is built in: it can be planned, follows its base, and runs to a verdict file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from striate.base.files import read_json
from striate.reports.study import write_study_report
from striate.studies.catalog import BUILTIN
from striate.studies.execute import run_study
from striate.studies.verdict import ANSWERS

# What makes a study small enough for a test; --set reaches the same fields.
TOY: dict[str, Any] = {"epochs": 1, "train_images": 60, "batch_size": 30}
TOY_NETS: dict[str, dict[str, Any]] = {
    "resnet": {"n": 1, "width": 4},
    "simpleconvnet": {"widths": [[4], [4]]},
    "convnet": {},
    "convnet-cs7150": {"widths": [[4], [4]], "hidden": [8]},
    "vgg11-small": {"width": 2},
}


def toy(name: str) -> dict[str, Any]:
    """Return the changes that make study ``name`` small, less those that its arms set for themselves."""
    base = BUILTIN[name].base
    own = {key for arm in BUILTIN[name].study({}).arms for key in arm.changes}
    changes = {**TOY, **TOY_NETS.get(base.net, {})}
    return {key: value for key, value in changes.items() if key not in own or key in ("n", "width", "batch_size")}


@pytest.mark.parametrize("name", BUILTIN)
def test_a_question_is_a_question(name: str) -> None:
    study = BUILTIN[name].study({})
    assert study.name == name
    assert study.question.endswith("?")
    assert BUILTIN[name].summary.endswith((".", "?"))
    assert study.claims
    assert len({claim.name for claim in study.claims}) == len(study.claims)
    judged = {arm for claim in study.claims for arm in claim.arms}
    assert len(study.arms) >= 2
    assert judged <= {arm.name for arm in study.arms}
    assert json.loads(json.dumps(study.to_json()))["name"] == name


@pytest.mark.parametrize("name", BUILTIN)
def test_the_arms_follow_the_base(name: str) -> None:
    changed = BUILTIN[name].study({"data": "mnist", "epochs": 3}, seeds=2)
    assert changed.seeds == (0, 1)
    for arm in changed.arms:
        recipe = changed.recipe(arm, 1)
        assert (recipe.data, recipe.epochs, recipe.seed) == ("mnist", 3, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILTIN)
def test_it_runs_to_a_verdict_and_a_report(name: str, tmp_path: Path) -> None:
    study = BUILTIN[name].study(toy(name), seeds=1)
    answer = run_study(study, tmp_path / "study", workers=1)
    assert answer.failures == {}
    record = read_json(tmp_path / "study" / "verdict.json")
    assert [verdict["claim"] for verdict in record["verdicts"]] == [claim.name for claim in study.claims]
    assert {verdict["answer"] for verdict in record["verdicts"]} <= set(ANSWERS)
    assert {arm["name"] for arm in record["arms"]} == {arm.name for arm in study.arms}
    page = write_study_report(tmp_path / "study").read_text(encoding="utf-8")
    assert study.question in page
