"""Studies as the browser gets them, and their files."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from conftest import Markup
from finished_study import ARMS, EPOCHS, HOSTILE, SEEDS


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
