"""The parts of a table: every class in each by its share, equal rows on one side, and what a file's own parts hide is told."""

from __future__ import annotations

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.data.readers.table_split import groups, in_order, remarks, stratified


def rows(count: int, columns: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, columns))


@pytest.mark.parametrize("counts", [(4, 4), (100, 100), (7, 93), (40, 41, 42), (2, 998), (11, 1, 1)])
def test_each_row_is_in_one_part_and_each_class_by_its_share(counts: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    parts = stratified(groups(rows(len(labels))), labels)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(labels)))
    for share, part in zip((0.5, 0.25, 0.25), parts, strict=True):
        np.testing.assert_array_equal(part, np.sort(part))
        assert (np.abs(np.bincount(labels[part], minlength=len(counts)) - share * np.array(counts)) <= 1).all()
    assert len(np.unique(labels[parts[0]])) == len(counts)
    again = stratified(groups(rows(len(labels))), labels)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))


def test_equal_rows_stay_together() -> None:
    x = np.repeat(rows(40), 6, axis=0)
    labels = np.repeat(np.arange(2), 120)
    parts = stratified(groups(x), labels)
    assert [len(part) for part in parts] == pytest.approx([120, 60, 60], abs=12)
    assert len({tuple(row) for part in parts for row in np.unique(x[part], axis=0)}) == 40
    assert sum(len(np.unique(x[part], axis=0)) for part in parts) == 40
    assert remarks(groups(x), labels, parts) == []


def test_groups_are_numbered_in_the_order_of_the_file_and_zero_has_no_sign() -> None:
    x = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, -0.0], [0.5, 1.0], [2.0, 0.0]])
    group, first = groups(x)
    assert (group.tolist(), first.tolist()) == ([0, 1, 0, 2, 1], [0, 1, 3])
    assert groups(x.astype(np.float32))[0].tolist() == [0, 1, 0, 2, 1]


def test_parts_in_order_tell_what_they_hide() -> None:
    x, labels = rows(12), np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1])
    assert [part.tolist() for part in in_order(12)] == [[0, 1, 2, 3, 4, 5], [6, 7, 8], [9, 10, 11]]
    assert remarks(groups(x), labels, in_order(12)) == [
        "the test rows hold 1 of the 2 classes: what they say of the others is nothing"
    ]
    x[7], x[10], x[11] = x[1], x[2], x[3]
    assert remarks(groups(x), labels, in_order(12))[:2] == [
        "1 of the validation rows and 2 of the test rows are also in train, equal in every feature: they ask what training"
        " has told",
        "2 rows have equals with another target, which no net can tell apart",
    ]


def test_too_few_rows_are_refused() -> None:
    for make in (lambda: in_order(3), lambda: stratified(groups(rows(3)), np.array([0, 1, 0]))):
        with pytest.raises(DataError, match="3 rows do not make a training, a validation and a test part"):
            make()
    with pytest.raises(
        DataError, match="the rows do not make a validation and test part: there are 4 different ones in 4 classes"
    ):
        stratified(groups(rows(4)), np.arange(4))
