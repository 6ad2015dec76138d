"""A study before it runs, or the one in a folder as it stands; and its charts and tables as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from striate.app.actions.choices import StudyFormat
from striate.base.catalog import unknown
from striate.base.errors import StriateError, StudyError
from striate.reports.study import plan

if TYPE_CHECKING:
    from striate.studies.question import Study


FORMATS: tuple[StudyFormat, ...] = get_args(StudyFormat)


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


def write_files(folder: str | Path, to: Sequence[str], out: str | Path | None = None) -> tuple[Path, ...]:
    """Write charts and tables of the study in ``folder``, in each format ``to``, into ``out``, or beside it.

    Returns their paths. Raises StudyError for an unknown format, and where there is nothing to draw yet, StorageError where a
    file cannot be written.
    """
    from striate.reports.study import files

    if strange := [form for form in to if form not in FORMATS]:
        raise StudyError(unknown("format", strange[0], FORMATS))
    place = Path(folder if out is None else out)
    return tuple(path for form in FORMATS if form in to for path in files.write_files(Path(folder), form, place))
