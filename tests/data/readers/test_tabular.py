"""Tables from files, and the generated one against what scikit-learn makes of it."""

from __future__ import annotations

import os
import pickle
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from striate.base.errors import DataError
from striate.data.imageset import ImageSet
from striate.data.readers.tabular import load_table, sums

ROWS = np.arange(16.0).reshape(8, 2)
TARGETS = np.array([1, 0, 1, 0, 0, 1, 0, 1])


def rows_of(table: ImageSet) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    assert table.val is not None
    assert table.test is not None
    splits = {"train": table.train, "val": table.val, "test": table.test}
    return {name: (split.images.reshape(len(split), -1), split.labels) for name, split in splits.items()}


def test_the_generated_table_is_as_large_and_as_hard_as_its_docstring_says() -> None:
    table = sums()
    rows = rows_of(table)
    assert {name: x.shape for name, (x, _) in rows.items()} == {"train": (500, 20), "val": (250, 20), "test": (250, 20)}
    assert (table.classes, table.train.images.dtype.name) == (("0", "1"), "float64")
    x, y = (np.concatenate([part[k] for part in rows.values()]) for k in (0, 1))
    assert np.bincount(y).tolist() == [460, 540]
    assert 0.001 <= x.min() < x.max() <= 1.12
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its solvers speak of what they will change
        optimum = LogisticRegression(C=1e6, max_iter=5000).fit(*rows["train"])
    p = optimum.predict_proba(rows["train"][0])[np.arange(500), rows["train"][1]]
    assert -np.log(p).mean() == pytest.approx(0.0591, abs=5e-4)
    assert [optimum.score(*rows[name]) for name in rows] == pytest.approx([0.974, 0.956, 0.940], abs=2e-3)
    totals = x.sum(1)
    assert max(((totals > t) == y).mean() for t in totals) == pytest.approx(0.934, abs=1e-3)


def test_the_generated_table_is_always_the_same() -> None:
    assert sums().fingerprint == sums().fingerprint


@pytest.mark.parametrize("names", [("features", "targets"), ("X", "y"), ("x", "y")])
def test_a_file_of_arrays_is_split_class_by_class(tmp_path: Path, names: tuple[str, str]) -> None:
    np.savez(tmp_path / "own.npz", **dict(zip(names, (ROWS, TARGETS), strict=True)))
    table = load_table(tmp_path / "own.npz")
    parts = rows_of(table)
    assert {name: np.bincount(y).tolist() for name, (_, y) in parts.items()} == {
        "train": [2, 2],
        "val": [1, 1],
        "test": [1, 1],
    }
    assert sorted(float(x[0]) for part, _ in parts.values() for x in part) == ROWS[:, 0].tolist()
    for x, y in parts.values():
        np.testing.assert_array_equal(y, TARGETS[(x[:, 0] / 2).astype(int)])
    assert (table.name, table.image_shape, table.tabular) == ("own", (1, 1, 2), True)
    assert table.notes == ("drawn class by class, equal rows together: 4 rows train, 2 validate, 2 test",)
    assert load_table(tmp_path / "own.npz").fingerprint == table.fingerprint


def test_a_table_sorted_by_its_target_has_every_class_everywhere(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", X=np.arange(600.0).reshape(300, 2), y=np.repeat([0, 1], [120, 180]))
    parts = rows_of(load_table(tmp_path / "own.npz"))
    assert [np.bincount(y).tolist() for _, y in parts.values()] == [[60, 90], [30, 45], [30, 45]]


def test_the_courses_file_is_split_by_position_which_is_said(tmp_path: Path) -> None:
    (tmp_path / "data.pkl").write_bytes(pickle.dumps((ROWS, TARGETS), protocol=3))
    table = load_table(tmp_path / "data.pkl")
    for (x, y), rows in zip(rows_of(table).values(), (slice(0, 4), slice(4, 6), slice(6, 8)), strict=True):
        np.testing.assert_array_equal(x, ROWS[rows])
        np.testing.assert_array_equal(y, TARGETS[rows])
    assert table.notes == ("in the order of the file: the first 4 rows train, the next 2 validate, the last 2 test",)
    (tmp_path / "data.pkl").write_bytes(pickle.dumps((ROWS, np.array([0, 1, 0, 0, 0, 1, 1, 1])), protocol=3))
    assert load_table(tmp_path / "data.pkl").notes[1].startswith("the test rows hold 1 of the 2 classes")


def test_parts_that_a_file_names_are_those_parts(tmp_path: Path) -> None:
    cuts = {"train": slice(0, 3), "val": slice(3, 4), "test": slice(4, 8)}
    arrays = {f"{name}_{part}": a[rows] for part, rows in cuts.items() for name, a in (("X", ROWS), ("y", TARGETS))}
    np.savez(tmp_path / "own.npz", **arrays)
    table = load_table(tmp_path / "own.npz")
    for part, (x, y) in rows_of(table).items():
        np.testing.assert_array_equal(x, ROWS[cuts[part]])
        np.testing.assert_array_equal(y, TARGETS[cuts[part]])
    assert table.notes[0] == "the parts are those of the file: 3 rows train, 1 validate, 4 test"
    np.savez(tmp_path / "own.npz", **{**arrays, "X_val": np.zeros((1, 3))})
    with pytest.raises(DataError, match=r"own\.npz: the parts have 2, 3 and 2 features a row"):
        load_table(tmp_path / "own.npz")


def test_a_pickle_gives_the_same_table(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", features=ROWS, targets=TARGETS)
    (tmp_path / "own.pkl").write_bytes(pickle.dumps((ROWS, TARGETS), protocol=3))
    assert load_table(tmp_path / "own.pkl").fingerprint == load_table(tmp_path / "own.npz").fingerprint


@pytest.mark.parametrize(
    ("targets", "classes"),
    [
        (2 * TARGETS - 1, ("-1", "1")),
        (TARGETS.astype(np.float32), ("0", "1")),
        (TARGETS.astype(bool), ("0", "1")),
        (TARGETS * 7 + 3, ("3", "10")),
    ],
)
def test_targets_of_any_two_whole_numbers_are_classes(
    tmp_path: Path, targets: np.ndarray, classes: tuple[str, ...]
) -> None:
    np.savez(tmp_path / "own.npz", X=ROWS, y=targets)
    table = load_table(tmp_path / "own.npz")
    assert table.classes == classes
    x, y = rows_of(table)["train"]
    np.testing.assert_array_equal(y, TARGETS[(x[:, 0] / 2).astype(int)])


@pytest.mark.parametrize(
    ("kind", "kept"), [("float32", "float32"), ("float64", "float64"), ("float16", "float64"), ("uint8", "float64")]
)
def test_features_keep_a_usual_float_type(tmp_path: Path, kind: str, kept: str) -> None:
    np.savez(tmp_path / "own.npz", X=ROWS.astype(kind), y=TARGETS)
    assert load_table(tmp_path / "own.npz").train.images.dtype.name == kept


def with_cell(value: float) -> np.ndarray:
    rows = ROWS.copy()
    rows[5, 1] = value
    return rows


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"a": ROWS}, "own.npz holds a, and must hold features (N, D) and targets (N), or X and y"),
        ({}, "own.npz holds nothing, and must hold"),
        ({"X": ROWS, "y": TARGETS[:7]}, "features have shape (8, 2) and targets (7,); they must be (N, D) and (N)"),
        ({"X": ROWS[0], "y": TARGETS}, "features have shape (2,) and targets (8,)"),
        ({"X": ROWS.astype(str), "y": TARGETS}, "features are <U32, and must be numbers"),
        ({"X": ROWS, "y": TARGETS.astype(complex)}, "targets are complex128, and must be numbers"),
        (
            {"X": with_cell(np.nan), "y": TARGETS},
            "feature 1 of row 5 is nan, and must be a finite number; correct it or",
        ),
        ({"X": ROWS, "y": np.arange(8) / 2}, "target 1 is 0.5, and targets are whole numbers, one for each class"),
        ({"X": ROWS, "y": np.array([0, 1, np.inf, 0, 0, 1, 1, 1])}, "target 2 is inf, and targets are whole numbers"),
        ({"X": ROWS, "y": np.ones(8)}, "targets have 1 different value, and 2 to 1000 classes are accepted"),
        (
            {"X": ROWS[:3], "y": TARGETS[:3]},
            "3 rows do not make a training, a validation and a test part; give at least 4",
        ),
        (
            {"X": np.ones((8, 2)), "y": TARGETS},
            "do not make a validation and test part: there is 1 different one in 1 class",
        ),
        (
            {"X": ROWS, "y": 1e300 * TARGETS},
            "target 0 is 1e+300, and targets are whole numbers, one for each class, within 9,",
        ),
        (
            {"X": ROWS, "y": np.uint64(2**63) * TARGETS.astype(np.uint64)},
            "target 0 is 9223372036854775808, and targets",
        ),
        (
            {"X": np.longdouble("1e400") * (ROWS + 1), "y": TARGETS},
            "feature 0 of row 0 is inf, and must be a finite number",
        ),
        (
            {"X": np.array([ROWS], dtype=object), "y": TARGETS},
            "own.npz: X are object, and must be numbers; nothing of it was run",
        ),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(DataError, match=re.escape(said)):
        load_table(tmp_path / "own.npz")


def test_absent_and_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"own.npz is not a file; give the path of a table, .npz or .pkl"):
        load_table(tmp_path / "own.npz")
    for data in (b"", b"PK\x03\x04", b"text"):
        (tmp_path / "own.npz").write_bytes(data)
        with pytest.raises(DataError, match=r"own.npz is no .npz archive of arrays, or is damaged \(.*numpy.savez"):
            load_table(tmp_path / "own.npz")


def test_a_sorted_course_file_that_trains_on_one_class_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data.pkl").write_bytes(pickle.dumps((ROWS, np.sort(TARGETS)), protocol=3))
    with pytest.raises(DataError, match=r"data\.pkl: no row that trains has the target 1; shuffle the rows"):
        load_table(tmp_path / "data.pkl")
    (tmp_path / "f.npz").mkdir()
    os.mkfifo(tmp_path / "p.npz")
    for name, kind in (("f.npz", "a folder"), ("p.npz", "a pipe"), ("x" * 300 + ".npz", "not a file")):
        with pytest.raises(DataError, match=rf"npz is {kind}; give the path of a table, \.npz or \.pkl"):
            load_table(tmp_path / name)
