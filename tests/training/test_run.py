"""The run folder's tables read back to the last bit, and a folder is claimed only when it is free."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.base.errors import RunError
from striate.base.lock import locked
from striate.training.recipe import Recipe
from striate.training.run import (
    Row,
    begin,
    open_run,
    read_history,
    read_timing,
    write_history,
    write_status,
    write_timing,
)


@given(values=st.lists(st.floats(allow_nan=False), max_size=5))
def test_history_reads_back_to_the_last_bit(values: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("run")
    rows = [Row(step, 1, "val", "loss", value) for step, value in enumerate(values)]
    write_history(folder, rows)
    assert read_history(folder) == rows


def test_nan_survives(tmp_path: Path) -> None:
    write_history(tmp_path, [Row(1, 1, "val", "loss", math.nan)])
    assert math.isnan(read_history(tmp_path)[0].value)


def test_timing_reads_back(tmp_path: Path) -> None:
    write_timing(tmp_path, [(3, 1, 0.25)])
    assert read_timing(tmp_path) == [(3, 1, 0.25)]
    assert read_timing(tmp_path / "nothing") == []


def test_a_fresh_run_is_running(tmp_path: Path) -> None:
    recipe = Recipe(lr=0.125)
    begin(tmp_path / "run", recipe)
    run = open_run(tmp_path / "run")
    assert (run.recipe, run.status, run.history(), run.test()) == (recipe, "running", [], None)
    write_status(tmp_path / "run", "diverged", "why", 2, 5)
    run = open_run(tmp_path / "run")
    assert (run.status, run.reason, run.epoch, run.step) == ("diverged", "why", 2, 5)


def test_a_run_is_interrupted_once_nobody_runs_it(tmp_path: Path) -> None:
    begin(tmp_path, Recipe())
    with locked(tmp_path):
        assert open_run(tmp_path).status == "running"  # nothing is written yet
        write_status(tmp_path, "running", "", 2, 5)
        assert open_run(tmp_path).status == "running"
    before = sorted((path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir())
    run = open_run(tmp_path)
    assert (run.status, run.reason, run.epoch, run.step) == (
        "interrupted",
        "its process has ended without a word",
        2,
        5,
    )
    assert sorted((path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir()) == before
    (tmp_path / "status.json").unlink()  # killed before its first update
    assert open_run(tmp_path).status == "interrupted"
    write_status(tmp_path, "finished", "", 2, 5)
    assert open_run(tmp_path).status == "finished"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(RunError, match="is a file; choose a folder"):
        begin(tmp_path / "run", Recipe())
