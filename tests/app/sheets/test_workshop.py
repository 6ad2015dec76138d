"""The works of a sheet: a table that a person names takes the place of the generated one, a picture that of the test images."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.python2_pickle import python2_pickle

import striate as st
from striate.app.sheets.make import Made
from striate.base.errors import StudyError
from striate.data.readers.legacy_pickle import read_legacy_pickle
from striate.sheets import Look, Question, Sheet, Work
from striate.sheets.builtin.eecs498 import SHEET
from striate.sheets.document import Aside, Paragraph, Shots, Table


def course_file(path: Path) -> Path:
    """Write a data.pkl of the course's layout and sizes, which one feature decides: no other table is learned so well."""
    rng = np.random.default_rng(0)
    features, targets = rng.random((1000, 20)), (np.arange(1000) % 2).astype(np.int64)
    features[:, 7] = targets + 0.1 * features[:, 7]
    path.write_bytes(python2_pickle(features, targets))
    read = read_legacy_pickle(path)
    np.testing.assert_array_equal(read[0], features)
    np.testing.assert_array_equal(read[1], targets)
    return path


def brief(work: Work) -> Work:
    """Return a work on the table at a budget of seconds."""
    quick = {"epochs": 3} if work.study else {"epochs": 40}
    return replace(work, quick=quick, seeds=(1, 1, 1)) if work.kind == "table" else work


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Made]]:
    """Questions 2 and 3 of the course, asked of its file."""
    folder = tmp_path_factory.mktemp("course")
    path = course_file(folder / "data.pkl")
    sheet = replace(SHEET, works=tuple(map(brief, SHEET.works)))
    made = {
        number: st.sheet(sheet, folder / "out", question=number, data=str(path), workers=1, warn=lambda text: None)
        for number in ("2", "3.3")
    }
    return path, made


@pytest.mark.slow
@pytest.mark.parametrize(("number", "loss"), [("2", "logistic"), ("3.3", "hinge")])
def test_the_courses_file_answers_the_questions_that_are_asked_of_it(
    answered: tuple[Path, dict[str, Made]], number: str, loss: str
) -> None:
    path, every = answered
    made = every[number]
    assert made.document.pending == ()
    assert made.document.facts["data"].startswith(str(path))
    assert f"--data {path}" in made.document.command
    blocks = made.question(f"{number[0]}.3").blocks
    said = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    assert f"is trained on 500 rows of {path} for 40 epochs" in said
    assert "250 rows are held out for validation" in said
    assert f"on the {loss} loss" in said
    assert "augmented" not in said
    (scores,) = (block for block in blocks if isinstance(block, Table))
    assert scores.columns[0] == "rows"
    assert float(scores.rows[2][1]) > 0.98  # of the generated table 0.96 at most
    (beside,) = (block for block in blocks if isinstance(block, Aside))
    assert beside.ours.startswith("On data.pkl: a training accuracy of ")
    assert "not compared" not in beside.ours


@pytest.mark.slow
def test_every_run_was_of_the_courses_file(answered: tuple[Path, dict[str, Made]]) -> None:
    path, every = answered
    recipes = [json.loads(file.read_text()) for file in every["2"].folder.rglob("recipe.json")]
    assert len(recipes) > 5
    assert {recipe["data"] for recipe in recipes} == {str(path)}
    chosen = every["2"].question("2.4").blocks[0]
    assert isinstance(chosen, Paragraph)
    assert "Validation chooses" in chosen.text
    (arms, *_) = (block for block in every["2"].question("2.4").blocks if isinstance(block, Table))
    assert arms.columns == ("arm", "sets")


def looking() -> Sheet:
    """Return a sheet that looks at one test image, and at pictures of one's own."""
    tiny = {"net": "convnet", "widths": ((4,),), "hidden": (), "train_images": 200, "epochs": 1}
    look = Look("saliency", "saliency", "net", ("DATA:0",), own=True)
    return Sheet("own", "A homework", (Question("1", "?", (look,)),), (Work("net", changes=tiny),))


@pytest.mark.slow
def test_a_picture_of_ones_own_stands_before_the_test_images(tmp_path: Path) -> None:
    picture = tmp_path / "mine.png"
    Image.fromarray(np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)).save(picture)
    made = st.sheet(looking(), tmp_path / "out", image=str(picture), warn=lambda text: None)
    titles = [block.title for block in made.question("1").blocks if isinstance(block, Shots)]
    assert len(titles) == 2
    assert "mine" in titles[0]
    assert "digits 0" in titles[1]
    assert f"--image {picture}" in made.document.command


@pytest.mark.slow
def test_a_picture_that_cannot_be_shown_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    pictures = {name: tmp_path / name for name in ("one.png", "two.png", "small.png", "torn.png", "none.png")}
    for name, side in (("one.png", 9), ("two.png", 8), ("small.png", 7)):
        Image.fromarray(np.full((side, side, 3), 90, np.uint8)).save(pictures[name])
    pictures["torn.png"].write_bytes(pictures["one.png"].read_bytes()[:20])
    images = [str(path) for path in pictures.values()]
    made = st.sheet(looking(), tmp_path / "out", image=images, warn=lambda text: None)
    titles = [block.title for block in made.question("1").blocks if isinstance(block, Shots)]
    assert [title.split(",")[0] for title in titles] == ["one", "two", "digits 0"]
    assert made.failed
    left = {Path(part.what.removeprefix("picture ")).name: part.cost for part in made.document.pending}
    assert set(left) == {"small.png", "torn.png", "none.png"}
    assert "has 7 x 7 pixels, and the net needs 8 x 8 or more" in left["small.png"]
    assert "there is no image file" in left["none.png"]
    assert all(why.startswith("It could not be shown: ") and why.endswith(".") for why in left.values())
    alone = st.sheet(looking(), tmp_path / "out", image=str(pictures["none.png"]), warn=lambda text: None)
    assert [block.title[:8] for block in alone.question("1").blocks if isinstance(block, Shots)] == ["digits 0"]
    assert [part.what for part in alone.document.pending] == [f"picture {pictures['none.png']}"]


def test_a_picture_that_no_question_shows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="none of these questions shows pictures of your own; leave out `image`"):
        st.sheet("convnets2020", tmp_path / "out", question="1b", image="mine.png")
    assert not (tmp_path / "out").exists()
