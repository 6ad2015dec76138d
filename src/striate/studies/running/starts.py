"""Which run has to end before which, where arms of a study start from the run of another arm with the same seed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from striate.studies.question import Arm, Study
from striate.studies.running.pool import Job, Source
from striate.training.recipe.recipe import Recipe
from striate.training.recipe.starting import ARM, of_arm


def first_of(study: Study, arm: Arm, run: Path) -> Path | None:
    """Return the folder of the run that the one of ``arm`` in the folder ``run`` starts from, None for none."""
    start = study.recipe(arm, 0).start
    return run.parent.parent / start.removeprefix(ARM) / run.name if start is not None and of_arm(start) else None


def unstarted(study: Study, arm: Arm) -> Recipe:
    """Return the recipe of an arm's first run, without start weights where these are another arm's, which is yet to run."""
    recipe = study.recipe(arm, study.seeds[0])
    return recipe.change(start=None) if of_arm(recipe.start) else recipe


def in_order(study: Study, jobs: Sequence[Job]) -> Sequence[Job] | Source:
    """Return ``jobs`` as they are, or, where an arm starts from another, a source that gives each when its start has ended.

    A run whose start failed is given too, and fails for want of it.
    """
    arms = {arm.slug: arm for arm in study.arms}
    starts = {job.folder: first_of(study, arms[job.folder.parent.name], job.folder) for job in jobs}
    if not any(starts.values()):
        return jobs
    waiting = list(jobs)

    def source(running: Collection[Path]) -> Job | None:
        open_ = {*running, *(job.folder for job in waiting)}
        place = next((at for at, job in enumerate(waiting) if starts[job.folder] not in open_), None)
        return None if place is None else waiting.pop(place)

    return source
