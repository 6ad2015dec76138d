"""A folder is claimed only when it is free, and says how its run stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import RunError
from striate.training.recipe import Recipe
from striate.training.run import begin, open_run, write_status


def test_a_fresh_run_is_running(tmp_path: Path) -> None:
    recipe = Recipe(lr=0.125)
    begin(tmp_path / "run", recipe)
    run = open_run(tmp_path / "run")
    assert (run.recipe, run.status, run.history(), run.test()) == (recipe, "running", [], None)
    write_status(tmp_path / "run", "diverged", "why", 2, 5)
    run = open_run(tmp_path / "run")
    assert (run.status, run.reason, run.epoch, run.step) == ("diverged", "why", 2, 5)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(RunError, match="is a file; choose a folder"):
        begin(tmp_path / "run", Recipe())
