"""A study folder as the report sees it: what is on disk and nothing else, also while the study is still running.

A file that is not there yet is a run that waits; a file that cannot be read is named, and the rest is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from striate.base.disk.files import read_json
from striate.base.disk.sealed_json import Form, checked, fault
from striate.base.errors import RunError, StudyError, reason
from striate.reports.study.forms import VerdictForm
from striate.studies.layout import run_folder
from striate.training.folder.forms import DONE, ScoreForm, StatusForm
from striate.training.folder.run import standing
from striate.training.folder.tables import changed, read_history, read_timing

Json = Mapping[str, Any]
Curves = Mapping[tuple[str, str], tuple[tuple[int, float], ...]]


FORMS: dict[str, type[Form]] = {"status.json": StatusForm, "test.json": ScoreForm, "verdict.json": VerdictForm}


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class RunRecord:
    """One run. ``status`` is `waiting` before it has begun; ``curves`` holds (epoch, value) by (split, metric).

    ``updates`` holds (update, loss) where the recipe kept the loss of each; ``timing`` (update, epoch, seconds) at the end
    of each epoch; ``test`` is the accuracy on the test images, None before there is one.
    """

    seed: int
    status: str = "waiting"
    reason: str = ""
    epoch: int = 0
    curves: Curves = field(default_factory=dict[tuple[str, str], tuple[tuple[int, float], ...]])
    updates: tuple[tuple[int, float], ...] = ()
    test: float | None = None
    timing: tuple[tuple[int, int, float], ...] = ()
    seconds: float | None = None
    environment: Json = field(default_factory=_nothing)
    anatomy: Json = field(default_factory=_nothing)


@dataclass(frozen=True)
class ArmRecord:
    """One arm: the fields in which it differs from the base recipe, and its runs in the order of the seeds.

    ``slug`` is the name of its folder, empty where it has none.
    """

    name: str
    changes: Json
    runs: tuple[RunRecord, ...]
    slug: str = ""


@dataclass(frozen=True)
class StudyRecord:
    """A study as it stands. ``verdicts`` and ``scores`` (by arm) are empty before there is a verdict.

    ``failures`` is what stopped a run and ``warnings`` what it warned of, by run; ``damaged`` names the files that cannot be
    read; ``searches`` are the ranges that the arms are values of, empty where they are none; ``words`` what the command line
    gave beside a name. ``until`` is the least and the most seeds of a study until decided, of which the runs that nobody has
    begun are left out; ``plan`` its looks; ``paired`` whether runs of one seed are compared as pairs; ``asked`` the
    SHA-256 of what was fixed before the first run.
    """

    name: str
    question: str
    base: Json
    arms: tuple[ArmRecord, ...]
    seeds: tuple[int, ...]
    claims: tuple[Json, ...]
    notes: tuple[str, ...]
    verdicts: tuple[Json, ...]
    scores: Mapping[str, Json]
    failures: Mapping[str, str]
    damaged: tuple[str, ...]
    warnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    searches: tuple[Json, ...] = ()
    words: tuple[str, ...] = ()
    until: Json = field(default_factory=_nothing)
    plan: Json = field(default_factory=_nothing)
    paired: bool = False
    asked: str = ""

    @property
    def runs(self) -> tuple[RunRecord, ...]:
        """All runs, arm by arm."""
        return tuple(run for arm in self.arms for run in arm.runs)

    @property
    def ended(self) -> int:
        """How many runs have finished or diverged."""
        return sum(run.status in DONE for run in self.runs)


def read_study(folder: Path) -> StudyRecord:
    """Return the study in ``folder``; raises StudyError when study.json is missing or holds no study."""
    damaged: list[str] = []
    try:
        study = _mapping(read_json(folder / "study.json"))
        if wrong := fault(study):
            raise ValueError(wrong)
        arms, seeds = _mappings(study["arms"]), tuple(int(seed) for seed in study["seeds"])
        names = [str(arm["name"]) for arm in arms]
        told: dict[str, Any] = {
            "name": str(study.get("name", folder.name)),
            "question": str(study.get("question", "")),
            "base": _mapping(study.get("base")),
            "seeds": seeds,
            "claims": _mappings(study.get("claims")),
            "notes": tuple(map(str, _list(study.get("notes")))),
            "searches": _searches(study.get("search")),
            "words": tuple(map(str, _list(study.get("words")))),
            "until": _until(study.get("until")),
            "plan": _mapping(study.get("plan")),
            "paired": study.get("paired") is True,
            "asked": str(study.get("asked") or ""),
        }
        changes = [_mapping(arm.get("changes")) for arm in arms]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(
            f'"{folder}" holds no study (study.json cannot be read: {reason(error)}); name a folder that striate study wrote'
        ) from error
    # All but study.json may be damaged or absent: it is named on the page, and the rest is shown.
    verdict = _read(folder / "verdict.json", folder, damaged)
    return StudyRecord(
        **told,
        arms=tuple(
            ArmRecord(name, changed, _runs(folder, _place(arm), seeds, damaged, whole=not told["until"]), _place(arm))
            for name, changed, arm in zip(names, changes, arms, strict=True)
        ),
        verdicts=_mappings(verdict.get("verdicts")),
        scores={str(row.get("name", "")): row for row in _mappings(verdict.get("arms"))},
        failures={str(run): str(reason) for run, reason in _mapping(verdict.get("failures")).items()},
        damaged=tuple(damaged),
        warnings={str(run): tuple(map(str, texts)) for run, texts in _mapping(verdict.get("warnings")).items()},
    )


def _place(arm: Json) -> str:
    """Return the folder name of an arm; empty when what stands there could lead anywhere else."""
    slug = str(arm.get("slug", arm["name"]))
    return slug if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", slug) else ""


def _runs(
    folder: Path, place: str, seeds: tuple[int, ...], damaged: list[str], *, whole: bool
) -> tuple[RunRecord, ...]:
    """Return the runs of an arm, those that have not begun only of the ``whole`` of a fixed number."""
    runs = (_run(folder, place, seed, damaged) for seed in seeds)
    return tuple(run for run in runs if whole or run.status != "waiting")


def _run(folder: Path, place: str, seed: int, damaged: list[str]) -> RunRecord:
    path = run_folder(folder, place, seed)
    if not place or not path.is_dir():
        return RunRecord(seed)
    status = _read(path / "status.json", folder, damaged)
    # A run that was killed still says running; whether a process holds its folder is the truth about that.
    status = standing(status, path) if status else status
    curves: dict[tuple[str, str], dict[int, float]] = {}
    updates: list[tuple[int, float]] = []
    timing: tuple[tuple[int, int, float], ...] = ()
    try:
        for row in read_history(path):
            if row.metric == "batch_loss":
                updates.append((row.step, row.value))
                continue
            curves.setdefault((row.split, row.metric), {})[row.epoch] = row.value
        timing = tuple(read_timing(path))
        damaged += [
            f"{path.relative_to(folder)}/{name} was changed after it was written" for name in changed(path, status)
        ]
    except RunError as error:
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        damaged.append(f"{path.relative_to(folder)}: the history or timing cannot be read ({reason(cause)})")
    if curves and not (path / "status.json").exists():
        damaged.append(f"{path.relative_to(folder)}/status.json is missing")
    return RunRecord(
        seed=seed,
        status=str(status.get("status", "waiting")),
        reason=str(status.get("reason") or ""),
        epoch=int(status.get("epoch") or 0),
        curves={key: tuple(sorted(values.items())) for key, values in curves.items()},
        updates=tuple(updates),
        test=_read(path / "test.json", folder, damaged).get("accuracy"),
        timing=timing,
        seconds=max((total for _, _, total in timing), default=None),
        environment=_read(path / "environment.json", folder, damaged),
        anatomy=_read(path / "anatomy.json", folder, damaged),
    )


def _read(path: Path, folder: Path, damaged: list[str]) -> Json:
    """Return the object in a JSON file, an empty one where there is none."""
    if not path.exists():
        return {}
    try:
        return checked(read_json(path), FORMS.get(path.name, Form))
    except (OSError, ValueError) as error:
        damaged.append(f"{path.relative_to(folder)} cannot be read ({reason(error)})")
        return {}


def _mapping(value: object) -> Json:
    """Return ``value`` as an object, an empty one for null; raises TypeError for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"an object is expected, and there is {type(value).__name__}")
    return cast("Json", value)


def _until(value: object) -> Json:
    """Return the least and the most seeds of a study until decided, nothing for another; raises TypeError otherwise."""
    found = _mapping(value)
    if found and not all(isinstance(found.get(name), int) for name in ("least", "most")):
        raise TypeError("until has no least and most seeds")
    return found


def _searches(value: object) -> tuple[Json, ...]:
    """Return the ranges of a search: a list, one object for one field, or nothing."""
    return _mappings(value) if isinstance(value, list) else (_mapping(value),) if value else ()


def _mappings(value: object) -> tuple[Json, ...]:
    return tuple(map(_mapping, _list(value)))


def _list(value: object) -> list[object]:
    """Return ``value`` as a list, an empty one for null; raises TypeError for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"a list is expected, and there is {type(value).__name__}")
    return cast("list[object]", value)
