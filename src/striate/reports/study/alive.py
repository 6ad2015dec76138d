"""The curves of a study as scripts draw them, in the served page and in a report: numbers alone, and each arm's look."""

from __future__ import annotations

from typing import Any

from striate.reports.kit.palette import PALETTE
from striate.reports.kit.table import plain_text
from striate.reports.study.records import ArmRecord, RunRecord, StudyRecord


def drawable(study: StudyRecord) -> dict[str, Any]:
    """Return of each arm its name, changes, look and runs with their curves and times."""
    return {"arms": [arm_drawable(arm, place) for place, arm in enumerate(study.arms)]}


def arm_drawable(arm: ArmRecord, place: int) -> dict[str, Any]:
    """Return one arm; ``place`` is its number, from which its colour and dash follow."""
    changes = {field: plain_text(value) for field, value in arm.changes.items()}
    look = {"colour": place % len(PALETTE), "dash": place // len(PALETTE) % 5}
    return {"name": arm.name, "changes": changes, "runs": [_run(run) for run in arm.runs], **look}


def _run(run: RunRecord) -> dict[str, Any]:
    curves = {f"{split}_{metric}": points for (split, metric), points in run.curves.items()}
    # Images are counted by epochs: the last batch of one may be smaller than the others.
    return {"seed": run.seed, "curves": curves, "timing": run.timing, "images": run.environment.get("train_images")}
