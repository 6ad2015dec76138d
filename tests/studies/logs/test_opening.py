"""Every kind of log is known by what lies there, and says the numbers that its program was given."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest
from pyarrow import parquet

from logged import curves, laid, rows
from striate.base.errors import DataError
from striate.studies.logs.log import Log
from striate.studies.logs.opening import read_log

LOGS = {
    "mlflow.db": ("val_acc", "loss"),
    "mlruns": ("val_acc", "loss"),
    "wandb": ("val.acc", "loss"),
    "tensorboard": ("val/acc", "loss"),
    "trackio.db": ("val_acc", "loss"),
}
TABLE = [
    {"arm": arm, "seed": seed, "step": step, "val_acc": value, "loss": loss} for arm, seed, step, value, loss in rows()
]


def told(log: Log, metric: str) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """Return (step, value) by arm and seed; of two runs with one name the later one."""
    found: dict[tuple[str, str], dict[float, float]] = {}
    for row in log.rows:
        if metric in row:
            found.setdefault((str(row["arm"]), str(row["seed"])), {})[row["step"]] = row[metric]
    return {key: sorted(values.items()) for key, values in found.items()}


@pytest.mark.parametrize("name", LOGS)
def test_a_log_says_what_its_program_was_given(name: str, tmp_path: Path) -> None:
    log = read_log(laid(name, tmp_path))
    accuracy, loss = LOGS[name]
    assert told(log, accuracy) == curves("val_acc")
    assert told(log, loss) == curves("loss")  # with the one that is not a number


def test_mlflow_leaves_out_the_run_that_was_deleted_and_is_found_in_its_folder(tmp_path: Path) -> None:
    laid("mlflow.db", tmp_path)
    log = read_log(tmp_path)
    assert log.kind == "MLflow"
    assert {row["name"] for row in log.rows} == {f"{arm}-{seed}" for arm in "ab" for seed in range(3)}
    assert {(row["experiment"], row["lr"]) for row in log.rows} == {("digits", "0.01")}


def test_trackio_tells_two_runs_of_one_name_apart(tmp_path: Path) -> None:
    log = read_log(laid("trackio.db", tmp_path))
    assert len({row["run"] for row in log.rows}) == 7
    assert log.notes == ("several runs are named b-2, and are told apart by their run_id",)
    assert not [name for name in log.columns if name.startswith("_")]


def test_tensorboard_takes_the_value_that_was_written_last_and_says_how_often(tmp_path: Path) -> None:
    log = read_log(laid("tensorboard", tmp_path))
    assert {row["run"] for row in log.rows} == {f"{arm}/seed{seed}" for arm in "ab" for seed in range(3)}
    assert log.notes == (
        "1 value was written again for the same run and step, as by a restarted run, and the last one counts",
    )


def test_lightning_keeps_validation_at_the_last_step_before_it(tmp_path: Path) -> None:
    log = read_log(laid("lightning", tmp_path))
    values = {key: [value for _, value in points] for key, points in told(log, "val_acc").items()}
    assert values == {key: [value for _, value in points[1:]] for key, points in curves("val_acc").items()}
    assert {step for points in told(log, "val_acc").values() for step, _ in points} == {2, 5}
    assert all(len(points) == 6 for points in told(log, "train_loss").values())  # blank is absent, not missing


def test_wandb_reads_the_configuration_and_one_file_alone(tmp_path: Path) -> None:
    folder = laid("wandb", tmp_path)
    assert {row["model.width"] for row in read_log(folder).rows} == {16}
    (one,) = folder.rglob("run-a0.wandb")
    os.symlink(one.parent, folder / "latest-run")
    assert len(read_log(folder).rows) == 18
    assert {row["name"] for row in read_log(one).rows} == {"a-0"}


def as_csv(path: Path) -> Path:
    pandas.DataFrame(TABLE).to_csv(path, index=False)
    return path


def as_lines(path: Path) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in TABLE), encoding="utf-8")
    return path


def as_list(path: Path) -> Path:
    path.write_text(json.dumps(TABLE), encoding="utf-8")
    return path


def as_parquet(path: Path) -> Path:
    parquet.write_table(pyarrow.Table.from_pylist([{**row, "list": [1]} for row in TABLE]), path)
    return path


@pytest.mark.parametrize(
    ("write", "name"),
    [(as_csv, "t.csv"), (as_lines, "t.jsonl"), (as_list, "t.json"), (as_parquet, "t.parquet")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_in_a_file_says_the_same(write: Any, name: str, tmp_path: Path) -> None:
    log = read_log(write(tmp_path / name))
    assert log.columns == ("arm", "seed", "step", "val_acc", "loss")
    numbers = {key: [(float(s), float(v)) for s, v in points] for key, points in told(log, "val_acc").items()}
    assert numbers == curves("val_acc")


FRAMES = {
    "pandas": lambda: pandas.DataFrame(TABLE),
    "polars": lambda: polars.DataFrame(TABLE),
    "lazy": lambda: polars.DataFrame(TABLE).lazy(),
    "arrow": lambda: pyarrow.Table.from_pylist(TABLE),
    "columns": lambda: {name: [row[name] for row in TABLE] for name in TABLE[0]},
    "rows": lambda: TABLE,
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_table_in_memory_says_the_same(kind: str) -> None:
    log = read_log(FRAMES[kind]())
    assert told(log, "val_acc") == curves("val_acc")
    assert log.columns == ("arm", "seed", "step", "val_acc", "loss")


def test_what_an_index_is_called_is_a_column_and_levels_have_dots() -> None:
    frame = pandas.DataFrame(TABLE)
    for indexed in (
        frame.set_index("arm"),
        frame.set_index(["arm", "seed"]),
        frame.groupby(["arm", "seed", "step"]).sum(),
    ):
        assert told(read_log(indexed), "val_acc") == curves("val_acc")
    several = frame.groupby(["arm", "seed"]).agg({"val_acc": ["mean", "std"]}).reset_index()
    assert read_log(several).columns == ("arm", "seed", "val_acc.mean", "val_acc.std")
    assert read_log(frame.rename(columns={"arm": 7})).columns[0] == "7"


def test_a_frame_with_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    arrow = pyarrow.Table.from_arrays([pyarrow.array([name]) for name in ("a", 0.5, 0.9)], names=["arm", "acc", "acc"])
    parquet.write_table(arrow, tmp_path / "twice.parquet")
    for table in (arrow, tmp_path / "twice.parquet"):
        with pytest.raises(DataError, match='has two columns named "acc"; give each a name'):
            read_log(table)
    frame = pandas.DataFrame([["a", 0, 0.5, 0.9]], columns=["arm", "seed", "acc", "acc"])
    with pytest.raises(DataError, match='the table has two columns named "acc"; give each a name'):
        read_log(frame)
    with pytest.raises(DataError, match='two columns named "arm"'):
        read_log(frame.set_axis(["arm", "seed", "acc", "f1"], axis=1).set_index("arm", drop=False))


def test_objects_within_rows_are_columns_with_dots() -> None:
    nested = [{"arm": "a", "metrics": {"acc": 0.5, "loss": None}}]
    for table in (nested, polars.DataFrame(nested), pyarrow.Table.from_pylist(nested)):
        assert dict(read_log(table).rows[0]) == {"arm": "a", "metrics.acc": 0.5}


def test_an_empty_cell_of_a_frame_is_absent() -> None:
    frame = pandas.DataFrame({"arm": ["a", None], "x": pandas.array([1, None], dtype="Int64")})
    assert [dict(row) for row in read_log(frame).rows] == [{"arm": "a", "x": 1}]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (3, "a table cannot be made of int"),
        (pyarrow.array([0.5]), "a table cannot be made of DoubleArray"),
        ({"a": [1], "b": [1, 2]}, "differ in length"),
        ([], "holds no rows"),
        ({"arm": "a", "acc": [1]}, 'the column "arm" of the table is str; give a list of values'),
        ({"acc": 5}, 'the column "acc" of the table is int'),
    ],
)
def test_what_is_no_table_is_refused(table: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_log(table)


def test_a_place_without_a_log_is_refused_with_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for place, words in (
        ("absent", "is absent"),
        ("notes.txt", "not a log that is known"),
        ("empty", "no log that is known"),
    ):
        with pytest.raises(DataError, match=words) as told_:
            read_log(tmp_path / place)
        assert "TensorBoard" in str(told_.value)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("CREATE TABLE metrics (a)")
    database.close()
    with pytest.raises(DataError, match=r"is a database of none of the programs whose logs are read; name a table"):
        read_log(tmp_path / "x.db")
