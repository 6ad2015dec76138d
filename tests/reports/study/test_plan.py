"""What is told of a study before it runs, and while it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from striate.base.disk.files import digest, dump_json, read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.reports.study.plan import duration, record_of, standing_of, text_of
from striate.studies.catalog import question
from striate.studies.cost import Cost
from striate.studies.looks.plan import Plan, Until


def test_arms_seeds_claims_runs_and_cost_are_told_before_it_runs() -> None:
    study = question("batchnorm").study({"epochs": 3}, seeds=2)
    record = record_of(study, Cost(runs=12, updates=1200, images=36_000, workers=2, seconds=300.0))
    assert json.loads(dump_json(record))["runs"] == 12
    text = text_of(record)
    for said in (
        "Does batch normalization help?", "study batchnorm, on digits, net convnet-cs7150", "baseline x5", "lr=0.0005",
        "norm=batch",
        "seeds: 0, 1", "improves the result: Batch normalization ends", "smallest difference worth having 0.005",
        "accelerates: ", "smallest difference worth having 1 epoch",
        "6 arms x 2 seeds = 12 runs, 1,200 updates on 36,000 images",
        "expected time: about 5 min with 2 workers", "an estimate",
    ):  # fmt: skip
        assert said in text, said
    assert "expected time" not in text_of(record_of(study, None))


def test_a_folder_tells_how_far_it_is_and_what_is_left(finished: Path) -> None:
    record = standing_of(finished)
    assert (record["runs"], record["ended"]) == (18, 18)
    text = text_of(record)
    assert "of which 18 ended" in text
    assert "supported: sooner" in text or "supported: accelerates" in text
    assert "time: " in text
    assert "a run (mean time in updates of the runs that finished)" in text
    assert "left" not in text.partition("time: ")[2].partition("\n")[0]
    record["cost"]["seconds_left"] = 90.0
    assert ", 90 s left (those left, one after another)" in text_of(record)


def test_seeds_until_decided_tell_their_looks_and_the_least_and_the_most_runs(tmp_path: Path) -> None:
    study = question("batchnorm").study({}, seeds=Until(3, 5))
    text = text_of(record_of(study, Cost(runs=30, updates=1200, images=36_000, workers=2, seconds=300.0)))
    futile = "; what the last would decide with a chance below 3 % gets no more\n"
    assert f"looks: with 3, 4 and 5 seeds; all together err in at most 5 % of studies{futile}" in text
    assert "6 arms, 3 to 5, until decided: 18 to 30 runs, 1,200 updates" in text
    assert "expected time: at most about 5 min" in text
    assert "smallest difference worth having a factor of 2" in text
    record = {**study.to_json(), "plan": Plan((3, 4, 5), known={1: (0.001, 0.01, 0.04)}).to_json()}
    write_json(tmp_path / "study.json", sealed(record))
    standing = standing_of(tmp_path)
    assert (standing["runs"], standing["ended"]) == (18, 0)
    text = text_of(standing)
    assert "looks: with 3, 4 and 5 seeds, at the levels 0.001, 0.01, 0.04 of one comparison; all" in text
    assert "6 arms, 3 to 5, until decided: 18 to 30 runs, of which 0 ended" in text
    assert futile not in text  # begun before there was such an end, it goes on as it was to


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.5, "0.5 s"),
        (42.0, "42 s"),
        (110.0, "110 s"),
        (210.0, "3.5 min"),
        (6010.0, "100 min"),
        (7200.0, "2 h"),
        (86400.0 * 3, "3 days"),
        (86400.0 * 120, "120 days"),
        (0.0, "0 s"),
        (7199.0, "120 min"),
        (86400.0 * 400, "400 days"),
    ],
)
def test_a_time_has_the_unit_that_fits(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_file_of_a_run_that_cannot_be_used_is_named(copied: Path) -> None:
    (copied / "runs/bn-x1/0/status.json").write_text("null")
    history = copied / "runs/bn-x1/1/history.csv"
    status = read_json(history.with_name("status.json"))
    write_json(history.with_name("status.json"), sealed(status | {"history": digest(history.read_bytes())}))
    assert len(standing_of(copied)["damaged"]) == 1
    history.write_bytes(history.read_bytes().replace(b"0.8", b"0.9"))
    text = text_of(standing_of(copied))
    assert "of which 17 ended" in text
    assert "damaged: runs/bn-x1/0/status.json cannot be read" in text
    assert "damaged: runs/bn-x1/1/history.csv was changed after it was written" in text
