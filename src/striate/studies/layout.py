"""Where things lie in the folder of a study: what writes its runs, judges them, reports them and collects them agrees here.

study.json    runs/ARM/SEED/    verdict.json    report.html          ARM: the arm's name as a folder's (`Arm.slug`)
"""

from __future__ import annotations

from pathlib import Path


def rate_file(run: Path) -> Path:
    """Return where the largest rate lies that was found with the recipe of the run in the folder ``run``."""
    return run.parents[2] / "rates" / run.parent.name / f"{run.name}.json"


def run_folder(study: Path, slug: str, seed: int) -> Path:
    """Return the folder of the run of one arm and one seed in the folder ``study``."""
    return study / "runs" / slug / str(seed)
