"""The exercises from Python: listed, begun, graded, and shown in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

import striate as st
from striate.base.errors import DataError, StorageError
from striate.reports.notebook.shown import html

WRONG = """
import numpy as np

def relu_forward(x):
    print("<b>hm</b>")
    return abs(x), x

def sgd(w, dw, config):
    return w - config["learning_rate"] * dw, config
"""


def test_they_are_listed_by_group_and_by_name() -> None:
    assert len(st.exercises()) == 34
    assert {one.group for one in st.exercises("csce636")} == {"csce636"}
    assert [one.name for one in st.exercises("affine_forward")] == ["fc_forward"]  # under a course's name
    assert repr(st.exercises("sgd")[0]) == "Exercise(name='sgd', group='eecs498', topic='update rule', aliases=())"
    with pytest.raises(DataError, match=r'exercise "reluforward" is unknown \(did you mean "relu_forward"'):
        st.exercises("reluforward")


def test_a_file_is_begun_with_nothing_solved_and_never_over_ones_work(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    text = st.start_exercise("spatial_batchnorm_backward", path)
    assert path.read_text() == text
    assert (
        text.count("raise NotImplementedError") == text.count("def ") == 2
    )  # with the forward pass, whose cache it takes
    assert {verdict.status for verdict in st.grade(path).verdicts} == {"unfinished"}
    with pytest.raises(StorageError, match="is there already, and may hold your work; choose a new name with `out`"):
        st.start_exercise("sgd", path)
    assert path.read_text() == text
    assert "class Solver" in st.start_exercise()


def test_a_grade_prints_itself_and_is_a_card(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(WRONG)
    done = st.grade(path)
    assert str(done).startswith("✗ relu_forward: out is not right\n    with     x = [[-2.]]\n")
    assert str(done).endswith("1 of 2 right\nyour file printed: <b>hm</b> (and 3 more lines)")
    card = html(done)
    assert "1 of 2 right" in card
    assert "x = [[-2.]]" in card
    assert "&lt;b&gt;hm" in card
    assert "<b>hm" not in card
