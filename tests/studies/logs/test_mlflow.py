"""MLflow's two stores: numbers that its database cannot hold, steps that were not given, and damage."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import pytest

from logged import laid
from striate.base.errors import DataError
from striate.studies.logs import mlflow


def test_infinity_is_the_largest_number_and_nan_a_flag(tmp_path: Path) -> None:
    path = laid("mlflow.db", tmp_path)
    database = sqlite3.connect(path)
    run = database.execute("SELECT run_uuid FROM runs WHERE name = 'a-0'").fetchone()[0]
    largest = 1.7976931348623157e308
    database.execute("INSERT INTO metrics VALUES ('acc', ?, 1, ?, 1, 0), ('acc', 0, 1, ?, 2, 1)", (-largest, run, run))
    database.execute("INSERT INTO metrics VALUES ('val_acc', 0.9, 9999999999999, ?, 3, 0)", (run,))
    database.commit()
    database.close()
    log = mlflow.read_database(path)
    acc = [row["acc"] for row in log.rows if "acc" in row]
    assert acc[0] == -math.inf
    assert math.isnan(acc[1])
    assert [row["val_acc"] for row in log.rows if row["name"] == "a-0"][-1] == 0.9  # the later one of one step
    assert "written again" in log.notes[0]


def run_folder(tmp_path: Path, lines: str) -> Path:
    run = tmp_path / "mlruns" / "0" / "r"
    (run / "metrics" / "val").mkdir(parents=True)
    (run / "metrics" / "val" / "acc").write_text(lines, encoding="utf-8")
    return run


def test_values_without_steps_are_counted_in_the_order_of_their_times(tmp_path: Path) -> None:
    run_folder(tmp_path, "3 0.3 0\n1 0.1 0\n2 0.2 0\n")
    log = mlflow.read_folder(tmp_path / "mlruns")
    assert [(row["step"], row["val/acc"]) for row in log.rows] == [(0, 0.1), (1, 0.2), (2, 0.3)]
    assert log.notes == ("val/acc was logged without steps, and is counted in the order of its times",)


def test_a_deleted_run_is_left_out_and_damage_is_said(tmp_path: Path) -> None:
    run = run_folder(tmp_path, "1 0.1\n")
    assert len(mlflow.read_folder(tmp_path / "mlruns").rows) == 1
    (run / "meta.yaml").write_text("lifecycle_stage: deleted\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds no rows"):
        mlflow.read_folder(tmp_path / "mlruns")
    (run / "meta.yaml").unlink()
    (run / "metrics" / "val" / "acc").write_text("1 x 0\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 1, is no time, value and step"):
        mlflow.read_folder(tmp_path / "mlruns")
