"""The tables of a run's page; the page itself is made in tests/app/actions/test_run_shown.py, from a run that was trained."""

from __future__ import annotations

import numpy as np

from striate.reports.run.page import matrix_table, mistakes_table, per_class_table, title_of
from striate.training.confusion import Confusion

COUNTED = Confusion("val", ("a", "b"), np.array([[1200, 300], [0, 0]]))


def test_a_class_without_images_has_no_accuracy() -> None:
    rows = [[cell.text for cell in row] for row in per_class_table(COUNTED).rows]
    assert rows == [["a", "1,500", "1,200", "0.8000"], ["b", "0", "0", "–"], ["all", "1,500", "1,200", "0.8000"]]


def test_the_matrix_has_the_true_classes_in_rows() -> None:
    table = matrix_table(COUNTED)
    assert table.columns == ("", "a", "b")
    assert [[cell.text for cell in row] for row in table.rows] == [["a", "1,200", "300"], ["b", "·", "·"]]
    assert [[cell.text for cell in row] for row in mistakes_table(COUNTED).rows] == [["a", "b", "300"]]


def test_a_run_of_a_study_is_named_with_its_arm() -> None:
    assert [title_of(folder) for folder in ("/runs/first", "/runs/norm/runs/bn-x10/0")] == ["first", "bn-x10/0"]
