"""Exercises on the page: the lists of the command, and no code is run but that of a file in the folder, here alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.app.serve.place import Place
from striate.app.serve.views.exercises import Exercises
from striate.base.errors import DataError, RunError, StorageError
from striate.scratch.exercises.catalog import GROUPS, exercises, start_exercise

RIGHT = """
import numpy as np
def relu_forward(x):
    return np.maximum(0, x), x
def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "served" / "work").mkdir(parents=True)
    (tmp_path / "served" / "work" / "mine.py").write_text(RIGHT)
    (tmp_path / "served" / "notes.txt").write_text(RIGHT)
    (tmp_path / "outside.py").write_text("open('ran', 'w')")
    return Place(tmp_path / "served")


def test_the_list_is_that_of_the_command_with_the_files_of_the_folder(place: Place) -> None:
    told = Exercises(place, local=True).listed()
    assert [row["name"] for row in told["exercises"]] == [one.name for one in exercises()]
    assert (told["groups"], told["files"], told["why"]) == (GROUPS, ["work/mine.py"], "")


def test_a_file_to_begin_with_is_that_of_the_command(place: Place) -> None:
    answer = Exercises(place, local=True).begun({"name": "relu_forward"})
    assert bytes(answer.body).decode() == start_exercise("relu_forward")
    assert answer.headers["content-disposition"] == 'attachment; filename="relu_forward.py"'
    with pytest.raises(DataError, match="unknown"):
        Exercises(place, local=True).begun({"name": '"\r\nx'})


def test_a_file_of_the_folder_is_graded_as_by_the_command(place: Place) -> None:
    told = Exercises(place, local=True).graded({"file": "work/mine.py", "only": "relu_forward"})
    assert (told["right"], told["of"], told["verdicts"][0]["status"], told["file"]) == (1, 1, "right", "work/mine.py")
    assert told["command"].endswith("mine.py --only relu_forward")


@pytest.mark.parametrize("file", ["../outside.py", "notes.txt", "", "none.py", "work", "/etc/passwd"])
def test_no_other_file_is_run(file: str, place: Place) -> None:
    with pytest.raises((DataError, RunError)):
        Exercises(place, local=True).graded({"file": file})
    assert not (place.top / "ran").exists()


def test_where_other_machines_reach_the_page_nothing_is_run_and_no_file_is_named(place: Place) -> None:
    far = Exercises(place, local=False)
    assert (far.listed()["files"], "other machines" in far.listed()["why"]) == ([], True)
    with pytest.raises(DataError, match="reached by other machines"):
        far.graded({"file": "work/mine.py"})


def test_one_at_a_time(place: Place) -> None:
    one = Exercises(place, local=True)
    with one._turn, pytest.raises(StorageError, match="another file is being graded"):
        one.graded({"file": "work/mine.py"})
