"""A study before it runs, or the one in a folder as it stands; and its charts and tables as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from striate.app.actions.choices import StudyFormat
from striate.base.errors import StriateError
from striate.reports.study import plan

if TYPE_CHECKING:
    from striate.studies.question import Study


def is_folder(name: str | Path) -> bool:
    """Return whether ``name`` is the folder of a study, and not the name of one."""
    return (Path(name) / "study.json").is_file()


def planned(
    study: Study, *, data_dir: str | Path | None = None, workers: int | None = None, quick: bool = False
) -> tuple[plan.Planned, str]:
    """Return what there is to know of ``study`` before it runs, and why its time could not be estimated, if it could not.

    The estimate takes a short trial of a run; ``quick`` leaves it out.
    """
    if quick:
        return plan.record_of(study, None), ""
    from striate.studies.cost import cost

    try:
        return plan.record_of(study, cost(study, None if data_dir is None else Path(data_dir), workers)), ""
    except StriateError as error:
        return plan.record_of(study, None), str(error)


def standing(folder: str | Path) -> plan.Standing:
    """Return what there is to know of the study in ``folder``, and how far it is; raises StudyError where there is none."""
    return plan.standing_of(Path(folder))


def write_files(folder: str | Path, to: StudyFormat, out: str | Path | None = None) -> tuple[Path, ...]:
    """Write the charts or tables of the study in ``folder`` into ``out``, or beside it, and return their paths.

    Raises StudyError where there is nothing to draw yet, StorageError where a file cannot be written.
    """
    from striate.reports.study import files

    return tuple(files.write_files(Path(folder), to, Path(folder if out is None else out)))
