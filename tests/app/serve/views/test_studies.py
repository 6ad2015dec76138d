"""Studies as the browser gets them, and their files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from finished_study import ARMS, EPOCHS, HOSTILE, SEEDS
from markup import Markup
from striate.app.serve.place import Place
from striate.app.serve.views.studies import compared, pace, study_shown
from striate.reports.study.records import ArmRecord, RunRecord, StudyRecord


def test_a_study_with_every_curve(client: TestClient) -> None:
    told = client.get("/api/study", params={"name": "asked"}).json()
    assert [arm["name"] for arm in told["arms"]] == list(ARMS)
    assert (told["ended"], told["runs"]) == (18, 18)
    run = told["arms"][2]["runs"][1]
    assert (run["seed"], len(run["curves"]["val_accuracy"]), run["timing"][-1]) == (
        SEEDS[1],
        EPOCHS,
        [25 * 1407, 25, 287.5],
    )
    assert told["arms"][1]["runs"][0]["curves"]["train_loss"][-1][1] is None  # diverged: no number
    assert [verdict["answer"] for verdict in told["verdicts"]] == ["supported", "undecided", "supported"]
    assert told["verdicts"][0]["comparisons"][0]["effect"] == 9.33


def test_the_pace_of_a_study_is_that_of_the_runs_under_way() -> None:
    runs = (
        RunRecord(0, "finished", epoch=4, seconds=40.0),
        RunRecord(1, "running", epoch=2, seconds=20.0),
        RunRecord(2, "running", epoch=1, seconds=10.0),
        RunRecord(3),
    )
    arms = (ArmRecord("a", {}, runs[:2]), ArmRecord("b", {"epochs": 6}, runs[2:]))
    study = StudyRecord("s", "", {"epochs": 4}, arms, (0, 1), (), (), (), {}, {}, ())
    # 10 s an epoch, two at a time; left are 2 epochs of the second run, 5 of the third and 6 of the last
    assert pace(study) == {"epochs_a_minute": 12, "left": 65}
    until = replace(study, until={"least": 2, "most": 3})  # one run more of each arm
    assert pace(until) == {"epochs_a_minute": 12, "left": 65 + (4 + 6) * 10 / 2}
    assert pace(replace(study, base={"epochs": "many"})) is None
    ended = (ArmRecord("a", {}, (RunRecord(0, "diverged", epoch=1, seconds=9.0), RunRecord(1, "interrupted"))),)
    assert pace(replace(study, arms=ended)) is None  # nothing is under way


def test_the_list_tells_verdicts_and_a_study_that_cannot_be_read(client: TestClient) -> None:
    asked, broken = client.get("/api/folder").json()["studies"]
    assert (asked["folder"], asked["most"], asked["question"]) == ("asked", 18, "Does batch normalization help?")
    assert asked["verdicts"][0] == ["accelerates", "supported", 0, 0]
    assert broken["why"].startswith("study.json cannot be read")


def test_files_are_offered_and_hold_no_markup_of_a_name(client: TestClient) -> None:
    csv = client.get("/api/file", params={"name": "asked", "to": "csv", "file": "curves"})
    assert csv.headers["content-disposition"] == 'attachment; filename="curves.csv"'
    assert csv.text.startswith("arm,seed,epoch,split,metric,value\n")
    page = client.get("/api/report", params={"name": "asked"})
    assert [node.attributes["type"] for node in Markup(page.text).named("script")] == ["application/json", "module"]
    assert HOSTILE not in page.text
    assert client.get("/api/file", params={"name": "asked", "file": "../x"}).status_code == 400


def test_a_study_that_cannot_be_read_says_why(client: TestClient, filled: Path) -> None:
    answer = client.get("/api/study", params={"name": "broken"})
    assert answer.status_code == 400
    assert "study.json cannot be read" in answer.json()["error"]


def test_two_arms_are_the_first_ones_unless_they_are_named(client: TestClient) -> None:
    names = list(ARMS)
    told = client.get("/api/compare", params={"name": "asked"}).json()
    assert [arm["name"] for arm in told["arms"]] == names[:2]
    told = client.get("/api/compare", params={"name": "asked", "a": names[3], "b": names[0]}).json()
    assert [(arm["name"], arm["colour"], arm["folder"]) for arm in told["arms"]] == [
        (names[3], 3, "runs/bn-x5"),
        (names[0], 0, "runs/baseline"),
    ]
    assert next((one["claim"], one["effect"]) for one in told["judged"]) == ("accelerates", 9.33)
    assert (told["names"], told["fields"][0]["values"]) == (names, ["batch", "none"])
    assert client.get("/api/compare", params={"name": "asked", "a": names[0]}).json()["arms"][1]["name"] == names[1]


def test_an_arm_that_is_none_is_a_sentence(client: TestClient) -> None:
    answer = client.get("/api/compare", params={"name": "asked", "a": "nobody"})
    assert (answer.status_code, 'arm of this study "nobody" is unknown' in answer.json()["error"]) == (400, True)


def test_another_form_of_file_is_a_sentence(client: TestClient) -> None:
    for to in ("exe", "\r\nx: y", "€"):
        answer = client.get("/api/file", params={"name": "asked", "to": to, "file": "curves"})
        assert (answer.status_code, "accepted are csv, svg" in answer.json()["error"]) == (400, True)


def test_commands_name_the_folder_as_the_terminal_finds_it(filled: Path, tmp_path: Path, monkeypatch: Any) -> None:
    shutil.copytree(filled / "asked", tmp_path / "-x")
    monkeypatch.chdir(tmp_path)
    place = Place(Path())
    assert study_shown(place, {"name": "-x"})["command"].endswith(" --out ./-x")
    assert compared(place, {"name": "-x"})["command"] == "striate show study ./-x"
    assert study_shown(Place(tmp_path), {"name": "-x"})["command"].endswith(f" --out {tmp_path}/-x")
