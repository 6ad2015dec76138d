"""What is read from a study folder, whole, unfinished and damaged."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from striate.base.disk.files import read_json, write_json
from striate.base.errors import StudyError
from striate.reports.study.records import read_study


def test_a_finished_study_is_read_whole(finished: Path) -> None:
    study = read_study(finished)
    assert (study.name, study.question) == ("batchnorm", "Does batch normalization help?")
    assert [arm.name for arm in study.arms][:2] == ["baseline", "baseline x5"]
    assert [len(arm.runs) for arm in study.arms] == [3] * 6
    assert study.ended == len(study.runs) == 18
    assert [verdict["answer"] for verdict in study.verdicts] == ["supported", "undecided", "supported"]
    assert math.isinf(study.verdicts[1]["detectable"])
    assert study.scores["baseline"]["states"]["stable"] == 3
    assert study.damaged == ()


def test_a_run_has_its_curves_its_time_and_its_end(finished: Path) -> None:
    study = read_study(finished)
    steady, broken = study.arms[0].runs[0], study.arms[1].runs[1]
    assert (steady.status, steady.epoch, steady.seconds) == ("finished", 25, pytest.approx(287.5))
    assert [epoch for epoch, _ in steady.curves["val", "accuracy"]] == list(range(1, 26))
    assert (broken.status, broken.reason) == ("diverged", "the loss was nan at step 11256")
    assert math.isnan(broken.curves["train", "loss"][-1][1])
    assert steady.environment["torch"] == "2.15.0"
    assert steady.anatomy["net"] == "convnet"


def test_runs_that_have_not_begun_wait(copied: Path) -> None:
    shutil.rmtree(copied / "runs" / "bn-x10")
    shutil.rmtree(copied / "runs" / "baseline" / "2")
    (copied / "verdict.json").unlink()
    study = read_study(copied)
    assert [run.status for run in study.arms[4].runs] == ["waiting"] * 3
    assert [run.status for run in study.arms[0].runs] == ["finished", "finished", "waiting"]
    assert study.ended == 14
    assert (study.verdicts, dict(study.scores), study.damaged) == ((), {}, ())


def test_a_resumed_epoch_counts_once(copied: Path) -> None:
    path = copied / "runs" / "baseline" / "0" / "history.csv"
    path.write_text("step,epoch,split,metric,value\n5,1,val,loss,2.0\n9,2,val,loss,1.0\n9,2,val,loss,0.5\n")
    assert read_study(copied).arms[0].runs[0].curves == {("val", "loss"): ((1, 2.0), (2, 0.5))}


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("verdict.json", '{"verdicts": ['),
        ("verdict.json", "[]"),
        ("runs/baseline/0/status.json", "{"),
        ("runs/baseline/0/environment.json", '"text"'),
        ("runs/baseline/0/history.csv", "step,epoch,split,metric,value\n1,x,val,loss,1.0\n"),
        ("runs/baseline/0/timing.csv", "step,epoch,seconds\n1,1\n"),
        ("runs/baseline/0/status.json", "\udcff"),
    ],
)
def test_a_damaged_file_is_named_and_the_rest_is_read(copied: Path, file: str, content: str) -> None:
    (copied / file).write_bytes(content.encode("utf-8", "surrogateescape"))
    study = read_study(copied)
    assert len(study.damaged) == 1
    assert study.damaged[0].startswith(file.rpartition("/")[0] or file)
    assert study.arms[1].runs[0].status == "diverged"


def test_a_name_never_leads_out_of_the_folder(copied: Path) -> None:
    study = read_json(copied / "study.json")
    study["arms"][0]["slug"] = "../runs/baseline"
    del study["arms"][5]["slug"]
    write_json(copied / "study.json", study)
    arms = read_study(copied).arms
    assert {run.status for arm in (arms[0], arms[5]) for run in arm.runs} == {"waiting"}


@pytest.mark.parametrize("content", [None, "{", "[]", "{}", '{"arms": [], "seeds": 3}', '{"arms": [{}], "seeds": [0]}'])
def test_a_folder_without_a_study_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "study.json").write_text(content)
    with pytest.raises(StudyError, match=r"holds no study .* name a folder that striate study wrote"):
        read_study(tmp_path)
