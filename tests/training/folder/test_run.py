"""A folder is claimed only when it is free, and says how its run stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.disk.lock import locked
from striate.base.errors import RunError
from striate.training.folder.run import begin, open_run, write_status
from striate.training.recipe.recipe import Recipe


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
