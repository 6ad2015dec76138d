"""A sheet made: each work done once, what is not done named with its cost, one bad part leaving the others whole."""

from __future__ import annotations

import json
import shutil
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import striate as st
from striate.app.cli import app
from striate.app.sheets.make import Made
from striate.app.sheets.workshop import OTHER
from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.base.errors import DataError, StudyError
from striate.sheets import (
    Checked,
    Code,
    Curves,
    Derivation,
    Figure,
    Look,
    Question,
    Says,
    Scores,
    Sheet,
    Text,
    Trained,
    Verdicts,
    Work,
)
from striate.sheets.answers import choices, curves, looks, verdicts
from striate.sheets.document import Drawing, Paragraph, Shots, Table
from striate.training import train as training

STUDY = """
import striate as st

BASE = st.Recipe(data="digits", epochs=1, net="mlp", train_images=200)


def study(base):
    higher = st.Better("higher", "B ends higher", treatment=("b",), control="a", measure="test", margin=0.01)
    return st.Study("tiny", "Is b better?", base, (st.Arm("a"), st.Arm("b", {"lr": 0.01})), (higher,), (0,))
"""


def small(folder: Path) -> Sheet:
    """Return a sheet that trains three nets for a second."""
    path = folder / "tiny.py"
    path.write_text(STUDY, encoding="utf-8")
    tiny = {"net": "convnet", "widths": ((4,),), "hidden": (), "train_images": 200, "epochs": 1}
    return Sheet(
        "small",
        "A small homework",
        works=(Work("net", changes=tiny), Work("pair", study=str(path))),
        questions=(
            Question("1", "Words?", (Text("Words.", "a = b"), Code(("striate.scratch.layers.dense:dense_forward",)))),
            Question("2", "Proof?", (Derivation("batch-norm-shapes"), Checked(("relu",)), Figure("mlp"))),
            Question(
                "3a",
                "Run?",
                (Trained("net"), Curves("net"), Scores("net"), Says(curves.performance, ("net",))),
            ),
            Question(
                "3b",
                "Look?",
                (
                    Look("maps", "features", "net", options={"images": 20, "channels": ("1",)}, keep=("published",)),
                    Says(looks.maps, ("maps",)),
                ),
            ),
            Question(
                "4",
                "Study?",
                (
                    Says(partial(verdicts.claim, name="higher"), ("pair",)),
                    Trained("pair"),
                    Curves("pair", (("train", "loss"),), ("a",)),
                    Scores("pair"),
                    Verdicts("pair"),
                    Says(choices.best_tested, ("pair",), choice=True),
                ),
            ),
        ),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sheet, Made]:
    """The small sheet with all its documents."""
    folder = tmp_path_factory.mktemp("sheet")
    sheet = small(folder)
    return sheet, st.sheet(sheet, folder / "out", to=("html", "tex", "md", "ipynb"), warn=lambda text: None)


@pytest.mark.slow
def test_every_part_is_there_and_every_document_is_written(made: tuple[Sheet, Made]) -> None:
    _, done = made
    assert [path.name for path in done.written] == ["small.html", "small.tex", "small.md", "small.ipynb"]
    assert done.document.pending == ()
    assert not done.failed
    kinds = {one.number: [block.kind for block in one.blocks] for one in done.document.questions}
    assert kinds["1"] == ["paragraph", "formula", "listing"]
    assert kinds["2"][:3] == ["paragraph", "formula", "steps"]
    assert kinds["3a"] == ["paragraph", "drawing", "drawing", "table", "paragraph"]
    assert kinds["3b"].count("shots") == 1
    (shots,) = (block for block in done.question("3b").blocks if isinstance(block, Shots))
    assert len(shots.shots) == 2
    assert kinds["4"][:4] == ["paragraph", "paragraph", "table", "paragraph"]
    assert "drawing" in kinds["4"]
    said = [block.text for block in done.question("4").blocks if isinstance(block, Paragraph)]
    assert "do not decide" in said[0]  # one run of each
    assert "The net mlp is trained on 200 images of digits" in said[1]
    assert said[2].startswith("2 arms were compared with 1 run each: a and b.")
    (arms, _) = (block for block in done.question("4").blocks if isinstance(block, Table))
    assert arms.rows == (("a", "nothing"), ("b", "lr = 0.01"))
    assert "highest validation accuracy" in said[-1]


@pytest.mark.slow
def test_nothing_is_done_twice_and_the_document_is_the_same_bytes(
    made: tuple[Sheet, Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, done = made
    page = done.written[0]
    before = page.read_bytes()

    def refuse(*given: object, **named: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(training, "train", refuse)
    monkeypatch.setattr("striate.app.sheets.workshop.study", refuse)
    again = st.sheet(sheet, done.folder, to=("html", "tex", "md", "ipynb"))
    assert again.document.pending == ()
    assert page.read_bytes() == before


@pytest.mark.slow
def test_what_was_done_at_another_budget_is_never_shown_as_this_one(made: tuple[Sheet, Made], tmp_path: Path) -> None:
    sheet, done = made
    folder = tmp_path / "copy"
    shutil.copytree(done.folder, folder)
    other = st.sheet(sheet, folder, question="3a", budget="evening", train=False)
    assert other.failed
    assert {part.cost for part in other.document.pending} == {OTHER}
    other = st.sheet(sheet, folder, question="4", data="mnist", train=False)
    assert {part.cost for part in other.document.pending} == {OTHER}
    record = read_json(folder / "studies/pair/study.json")  # as an earlier version wrote it, without a field of today
    earlier = {name: value for name, value in record["base"].items() if name != "classes"}
    write_json(folder / "studies/pair/study.json", sealed({**record, "base": earlier}))
    assert st.sheet(sheet, folder, question="4", train=False).document.pending == ()


def test_a_study_may_have_the_name_of_a_proof_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "tiny.py"
    path.write_text(STUDY, encoding="utf-8")
    name = "batch-norm-shapes"
    parts = (Derivation(name), Says(verdicts.claims, (name,)))
    sheet = Sheet("same", "S", (Question("1", "?", parts),), (Work(name, study=str(path)),))
    done = st.sheet(sheet, tmp_path / "out", train=False)
    assert [block.kind for block in done.question("1").blocks][:3] == ["paragraph", "formula", "steps"]
    assert [part.what for part in done.document.pending] == [f"what is said of {name}"]


def test_what_is_not_done_is_named_with_its_cost(tmp_path: Path) -> None:
    done = st.sheet(small(tmp_path), tmp_path / "out", train=False)
    numbers = {question.number: len(question.pending) for question in done.document.questions}
    assert numbers == {"1": 0, "2": 0, "3a": 4, "3b": 2, "4": 6}
    assert not done.failed
    costs = {part.cost for part in done.document.pending}
    assert any("1 run of 1 epoch on digits, about" in cost for cost in costs)
    assert any("2 runs of 1 epoch on digits, about" in cost for cost in costs)
    assert not (tmp_path / "out" / "runs").exists()


def test_a_work_that_fails_leaves_the_others_whole(tmp_path: Path) -> None:
    sheet = Sheet(
        "bad",
        "B",
        (Question("1", "?", (Trained("net"), Text("still here"))),),
        (Work("net", changes={"data": str(tmp_path / "nowhere")}),),
    )
    done = st.sheet(sheet, tmp_path / "out")
    assert done.failed
    (question,) = done.document.questions
    assert "It could not be done" in question.pending[0].cost
    assert [block.text for block in question.blocks if isinstance(block, Paragraph)] == ["still here"]


def test_an_interruption_names_what_is_left_and_keeps_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("striate.training.train.train", stop)
    done = st.sheet(small(tmp_path), tmp_path / "out")
    assert done.interrupted
    assert len(done.question("1").blocks) == 3
    assert "1 run of 1 epoch on digits" in done.question("3a").pending[0].cost
    assert done.question("4").pending
    assert done.written[0].is_file()


@pytest.mark.slow
def test_the_notebooks_cells_run_as_they_stand(
    made: tuple[Sheet, Made], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat

    _, done = made
    shutil.copytree(done.folder, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")  # where they write the document anew
    book = nbformat.read(done.written[3], as_version=4)
    shown: list[object] = []
    scope: dict[str, object] = {}
    cells = [cell.source for cell in book.cells if cell.cell_type == "code"]
    sheet, _ = made
    first = cells[0].replace('"small"', "asked")  # the sheet of this test has no name in the catalogue
    exec(compile(first, "cell", "exec"), {"asked": sheet, "__builtins__": __builtins__}, scope)
    monkeypatch.setattr(type(scope["made"]), "show", lambda self, number: shown.append(self.question(number)))
    for cell in cells[1:]:
        exec(compile(cell, "cell", "exec"), scope)
    assert len(shown) == 5


def test_a_question_alone_does_only_its_own_work(tmp_path: Path) -> None:
    done = st.sheet(small(tmp_path), tmp_path / "out", question="2")
    assert [question.number for question in done.document.questions] == ["2"]
    assert not (tmp_path / "out" / "studies").exists()
    assert isinstance(done.question("2").blocks[-2], Drawing)
    with pytest.raises(StudyError, match=r'question "4" is not in this document, which has 2'):
        done.question("4")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"budget": "weekend"}, "accepted are quick, evening, full"),
        ({"to": ("pdf",)}, "accepted are html, tex, md, ipynb"),
        ({"to": "pdf"}, 'form of a sheet "pdf" is unknown; accepted are html, tex, md, ipynb'),
    ],
)
def test_what_is_not_accepted_is_said(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        st.sheet("cs7150", tmp_path / "out", question="1", **given)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("mnits", 'data set "mnits" is unknown .did you mean "mnist"'),
        ("no/where", "no folder no/where"),
        ("x.pkl", "x.pkl is"),
    ],
)
def test_data_that_are_not_there_are_refused_before_anything_is_made(tmp_path: Path, data: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        st.sheet("cs7150", tmp_path / "out", question="1", data=data)
    assert not (tmp_path / "out").exists()


def test_the_command_answers_a_question_and_speaks_json(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = CliRunner().invoke(app, ["sheet", "csce636", "--question", "4", "--out", out, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [question["number"] for question in told["questions"]] == ["4a", "4b"]
    assert told["written"] == [f"{out}/csce636.html"]
    assert "Both have the shape C" in told["questions"][0]["answer"][0]["text"]


def test_what_was_made_shows_its_answers_as_a_card(tmp_path: Path) -> None:
    done = st.sheet("csce636", tmp_path / "out", question="4a")
    card = methodcaller("_repr_html_")(done)  # as a notebook calls it
    assert card.startswith('<div class="striate-card">')
    assert card.count('class="striate-card"') == 1
    assert "<style>" in card
    assert "Both have the shape C" in card


def test_the_command_lists_sheets_and_refuses_an_unknown_question(tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["list", "sheets", "--json"])
    assert [row["sheet"] for row in json.loads(listed.stdout)] == ["cs7150", "convnets2020", "eecs498", "csce636"]
    wrong = CliRunner().invoke(app, ["sheet", "cs7150", "--question", "9z", "--out", str(tmp_path / "o")])
    assert isinstance(wrong.exception, StudyError) or wrong.exit_code == 2
    assert not (tmp_path / "o").exists()
