"""One run, one folder."""

from __future__ import annotations

from pathlib import Path

from striate.studies.layout import run_folder


def test_runs_lie_by_arm_and_by_seed() -> None:
    assert run_folder(Path("a"), "batch-norm", 12) == Path("a/runs/batch-norm/12")
