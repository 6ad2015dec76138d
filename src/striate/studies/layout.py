"""Where things lie in the folder of a study: what writes its runs, judges them, reports them and collects them agrees here.

study.json    runs/ARM/SEED/    verdict.json    report.html          ARM: the arm's name as a folder's (`Arm.slug`)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from striate.base.catalog import unknown
from striate.base.errors import StudyError
from striate.training.recipe.starting import ARM, of_arm


def rate_file(run: Path) -> Path:
    """Return where the largest rate lies that was found with the recipe of the run in the folder ``run``."""
    return run.parents[2] / "rates" / run.parent.name / f"{run.name}.json"


def run_folder(study: Path, slug: str, seed: int) -> Path:
    """Return the folder of the run of one arm and one seed in the folder ``study``."""
    return study / "runs" / slug / str(seed)


def origins(study: str, slug: str, starts: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the arms from whose runs those of the arm ``slug`` start: the one it names, the one that names, and so on.

    ``starts`` are the start weights of all arms, by their folder names. Raises StudyError for an arm that is not among them,
    and for one that starts from itself by way of others.
    """
    found: list[str] = []
    while (start := starts[found[-1] if found else slug]) is not None and of_arm(start):
        name = start.removeprefix(ARM)
        if name not in starts:
            raise StudyError(
                f'study "{study}": arm "{slug}" starts from {ARM}{name}, and {unknown("arm", name, starts)}'
            )
        if name == slug or name in found:
            raise StudyError(
                f'study "{study}": arm "{slug}" starts from {ARM}{name}, and so from itself; let one start otherwise'
            )
        found.append(name)
    return tuple(found)
