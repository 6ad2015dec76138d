"""How far the works of a sheet are, read from its folder: nothing is trained, no net is built, no time is estimated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from striate.reports.study.records import StudyRecord, read_study
from striate.studies.question import Arm, Study

if TYPE_CHECKING:
    from striate.training.folder.run import Run
    from striate.training.recipe.recipe import Recipe


@dataclass(frozen=True)
class Standing:
    """A work as it stands: what is ``planned``, what its folder has ``kept``, and how many of its runs have ``ended``.

    ``other`` says that the folder holds another work; ``done`` that nothing is left but the test of a single run.
    """

    planned: Study
    kept: StudyRecord | Run | None
    ended: int
    other: bool
    done: bool

    @property
    def runs(self) -> int:
        """How many runs it has in all."""
        return len(self.planned.arms) * len(self.planned.seeds)


def of_study(planned: Study, place: Path) -> Standing:
    """Return how far the study in ``place`` is; raises StriateError where what lies there cannot be read."""
    from striate.training.recipe.recipe import recipe_from_json

    kept = read_study(place) if (place / "study.json").exists() else None
    if kept is None:
        return Standing(planned, None, 0, other=False, done=False)
    # As recipes: one that an earlier version wrote lacks the fields that have come since.
    other = recipe_from_json(kept.base) != planned.base
    whole = kept.ended == len(kept.runs) and len(kept.seeds) >= len(planned.seeds)
    return Standing(planned, kept, kept.ended, other, bool(kept.verdicts) and whole and not other)


def of_run(name: str, recipe: Recipe, place: Path) -> Standing:
    """Return how far the run in ``place`` is; raises RunError where what lies there cannot be read."""
    from striate.training.folder.forms import DONE
    from striate.training.folder.run import open_run

    planned = Study(name, "", recipe, (Arm("run"),), (), (recipe.seed,))
    kept = open_run(place) if (place / "status.json").exists() else None
    if kept is None:
        return Standing(planned, None, 0, other=False, done=False)
    other, ended = kept.recipe != recipe, kept.status in DONE
    return Standing(planned, kept, int(ended), other, ended and not other)
