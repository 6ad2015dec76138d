"""The largest rate of each arm and seed: asked by a claim, found once, kept beside the runs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from details import details
from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.base.errors import StudyError
from striate.studies.claims.larger import LARGEST_RATE, Larger, LargerDetails
from striate.studies.layout import rate_file
from striate.studies.question import Arm, Study
from striate.studies.running.execute import run_study
from striate.studies.running.rates import known_rate, rated
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net_options={"widths": [[8]], "hidden": []}, epochs=1, batch_size=32, lr=0.01)
CLAIM = Larger("rate", "b has the larger one", ("b",), "a", LARGEST_RATE, math.log10(2), log=True)


@pytest.mark.slow
def test_a_claim_compares_the_largest_rates_of_its_arms(tmp_path: Path) -> None:
    arms = (Arm("a"), Arm("b", {"optimizer": "sgd"}), Arm("c", {"lr": 0.02}))
    study = Study("s", "?", BASE, arms, (CLAIM,), (0,))
    assert rated(study) == {"a", "b"}
    verdict = run_study(study, tmp_path / "out").verdicts[0]
    rates = {arm["arm"]: arm["seeds"] for arm in details(verdict, LargerDetails).arms}
    for arm in study.arms[:2]:
        kept = read_json(rate_file(tmp_path / "out/runs" / arm.name / "0"))
        assert rates[arm.name]["0"] == pytest.approx(math.log10(kept["rate"]))
    assert not (tmp_path / "out/rates/c").exists()
    assert verdict.reason.startswith("the largest learning rate of b is ")
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json") if "rates" in path.parts}
    rate_file(tmp_path / "out/runs/a/0").unlink()
    del stamps[rate_file(tmp_path / "out/runs/a/0")]
    assert run_study(study, tmp_path / "out").verdicts[0] == verdict  # what is missing is found again
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())


def test_a_rate_of_another_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "0.json"
    assert known_rate(path, BASE) is None
    write_json(path, sealed({"recipe": BASE.to_json(), "seed": 0, "rate": 0.1, "or_more": False, "tries": []}))
    found = known_rate(path, BASE)
    assert found is not None
    assert found["rate"] == 0.1
    with pytest.raises(StudyError, match="is of another recipe; remove"):
        known_rate(path, BASE.change(lr=0.5))


def test_a_rate_that_an_earlier_version_found_stands(tmp_path: Path) -> None:
    path = tmp_path / "0.json"
    earlier = {name: value for name, value in BASE.to_json().items() if name != "classes"}  # a field that came later
    write_json(path, sealed({"recipe": earlier, "seed": 0, "rate": 0.1, "or_more": False, "tries": []}))
    found = known_rate(path, BASE)
    assert found is not None
    assert found["rate"] == 0.1
    write_json(path, sealed({"recipe": {"lr": "fast"}, "seed": 0, "rate": 0.1, "or_more": False, "tries": []}))
    with pytest.raises(StudyError, match=r"of a recipe that cannot be read .*; remove"):
        known_rate(path, BASE)
