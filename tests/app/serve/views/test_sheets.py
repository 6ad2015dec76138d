"""Sheets as the browser gets them: every question with what it rests on, and nothing made by looking."""

from __future__ import annotations

import json
import shlex
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from striate.app.serve.place import Place
from striate.app.serve.views import sheets as shown
from striate.app.serve.views.sheets import costs, folder_of, opened, sheet_shown, sheets, words_of
from striate.app.sheets.make import default_folder
from striate.base.errors import StudyError
from striate.sheets.catalog import BUILTIN, Entry
from striate.sheets.parts import Look, Says, Scores, Text
from striate.sheets.sheet import Question, Sheet
from striate.sheets.work import Work
from striate.training.train import train

TINY = {"net": "mlp", "hidden": (2,), "train_images": 100, "epochs": 1, "batch_size": 100}
SMALL = Sheet(
    "small",
    "A small homework",
    works=(Work("net", changes=TINY), Work("other", changes={**TINY, "lr": 0.01})),
    questions=(
        Question("1", "Words?", (Text("Words."),)),
        Question(
            "2", "Run?", (Scores("net"), Look("seen", "saliency", "net", ("DATA:0",)), Says(len, ("seen", "other")))
        ),
    ),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(Entry, "sheet", lambda entry: SMALL if entry.name == "cs7150" else None)
    return Place(tmp_path)


def test_a_question_names_the_works_that_it_rests_on_and_each_how_far_it_is(place: Place) -> None:
    told = sheet_shown(place, {"name": "cs7150"})
    assert [question["number"] for question in told["questions"]] == ["1", "2"]
    assert [part["needs"] for part in told["questions"][1]["parts"]] == [["net"], ["net"], ["net", "other"]]
    assert [(work["state"], work["runs"], work["epochs"], work["data"]) for work in told["works"]] == [
        ("waiting", 1, 1, "digits")
    ] * 2
    assert (told["document"], list(place.top.iterdir())) == (False, [])  # to look at it makes nothing
    shop, _ = opened(place, {"name": "cs7150"})
    train(shop.recipe(SMALL.works[0]), shop.place(SMALL.works[0]), warn=lambda text: None)
    told = sheet_shown(place, {"name": "cs7150"})
    assert [(work["state"], work["folder"]) for work in told["works"]] == [("done", "runs/net"), ("waiting", "")]
    (shop.place(SMALL.works[1]) / "x").mkdir(parents=True)
    (shop.place(SMALL.works[1]) / "status.json").write_text("{")
    told = sheet_shown(place, {"name": "cs7150"})
    assert (told["works"][1]["state"], "recipe.json" in told["works"][1]["why"]) == ("damaged", True)


def test_what_is_left_is_told_with_its_cost_by_the_function_of_the_command(place: Place) -> None:
    shop, _ = opened(place, {"name": "cs7150"})
    train(shop.recipe(SMALL.works[0]), shop.place(SMALL.works[0]), warn=lambda text: None)
    found = costs(place, threading.Lock(), {"name": "cs7150"})
    assert found["net"] == ""
    assert found["other"].startswith("Not done: 1 run of 1 epoch on digits, about ")


def test_the_document_is_given_to_a_frame_that_runs_nothing(client: TestClient, filled: Path, monkeypatch: Any) -> None:
    folder = filled / "sheet-cs7150-quick"
    folder.mkdir(exist_ok=True)
    (folder / "cs7150.html").write_text("<h1>made</h1><script>alert(1)</script>")
    answer = client.get("/api/sheet-document", params={"name": "cs7150"})
    assert (answer.status_code, answer.text[:13]) == (200, "<h1>made</h1>")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert client.get("/api/sheet-document", params={"name": "cs7150", "budget": "full"}).status_code == 400


def test_the_command_is_that_of_the_terminal_and_its_folder_too(tmp_path: Path) -> None:
    for budget, data in (("quick", ""), ("evening", "mnist"), ("full", "real")):
        query = {"name": "cs7150", "budget": budget, "data": data}
        sheet = BUILTIN.entry("cs7150").sheet()
        assert folder_of(query) == default_folder(sheet, budget, data or None).name  # type: ignore[arg-type]
        words = ["sheet", "cs7150", "--budget", budget, *(["--data", data] if data else [])]
        assert words_of(query) == words
        told = sheet_shown(Place(tmp_path), query)["command"]
        assert shlex.split(told) == ["striate", *words, "--out", str(tmp_path / folder_of(query))]


@pytest.mark.parametrize(
    "query",
    [
        {"name": "evil.py"},
        {"name": ""},
        {"name": "cs7150", "budget": "all"},
        {"name": "cs7150", "data": "/etc/x.npz"},
        {"name": "cs7150", "data": "../x"},
    ],
)
def test_no_file_of_one_s_own_and_no_other_budget_or_data(query: dict[str, str], tmp_path: Path) -> None:
    for ask in (words_of, folder_of, lambda given: sheet_shown(Place(tmp_path), given)):
        with pytest.raises(StudyError):
            ask(query)


def test_every_sheet_is_listed_and_every_one_can_be_shown(client: TestClient) -> None:
    told = client.get("/api/sheets").json()
    assert [one["name"] for one in told["sheets"]] == list(BUILTIN)
    assert (told["budgets"], told["data"][0]) == (["quick", "evening", "full"], "real")
    assert sheets()["data"][0] == "real"
    answer = client.get("/api/sheet", params={"name": "cs7150"}).json()
    assert len(answer["questions"]) == len(BUILTIN.entry("cs7150").sheet().questions)
    assert shown.SECONDS > 0


def test_estimates_say_how_far_they_are(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entry, "sheet", lambda entry: SMALL)
    lines = [json.loads(line) for line in client.get("/api/sheet-cost", params={"name": "csce636"}).text.splitlines()]
    assert set(lines[-1]["result"]) == {"net", "other"}
