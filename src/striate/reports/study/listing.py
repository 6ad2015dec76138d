"""What the studies in a folder are, from their small files alone: no history is read, nothing is judged."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from striate.base.disk.files import read_json
from striate.base.disk.lock import held
from striate.base.disk.sealed_json import fault
from striate.base.errors import printable, reason


@dataclass(frozen=True)
class ListedStudy:
    """One study. ``runs`` counts those on disk by status, ``most`` is how many there will be at most (None: not known).

    ``until`` says that it may end before it has so many, as its claims are decided, or hardly will be. ``verdicts`` are (claim,
    answer, looks spent, looks planned); ``going`` tells whether a process holds the folder; ``why`` says what cannot be read.
    """

    folder: str
    name: str = ""
    question: str = ""
    arms: tuple[str, ...] = ()
    seeds: int = 0
    most: int | None = None
    runs: Mapping[str, int] | None = None
    verdicts: tuple[tuple[str, str, int, int], ...] = ()
    going: bool = False
    why: str = ""
    until: bool = False


def list_studies(top: Path, runs: Iterable[tuple[str, str]] = ()) -> list[ListedStudy]:
    """Return the studies in ``top`` and below; ``runs`` are (folder relative to ``top``, status) of the runs there."""
    known = list(runs)
    return [_listed(place, os.path.relpath(place, top), known) for place in _places(top)]


def _places(top: Path) -> Iterator[Path]:
    for here, inner, files in os.walk(top):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        if "study.json" in files:
            inner.clear()
            yield Path(here)
        elif "recipe.json" in files:
            inner.clear()


def _listed(place: Path, name: str, runs: list[tuple[str, str]]) -> ListedStudy:
    start = "runs/" if name == "." else f"{name}/runs/"
    counted = Counter(status for folder, status in runs if folder.startswith(start))
    try:
        study = _object(place / "study.json")
        arms = tuple(str(arm["name"]) for arm in study["arms"])
        seeds = len(study["seeds"])
        told = str(study.get("name") or place.name), str(study.get("question") or "")
        most = None if study.get("search") and not arms else len(arms) * seeds
        looks, until = len((study.get("plan") or {}).get("looks") or ()), bool(study.get("until"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"study.json cannot be read ({reason(error)})"
        return ListedStudy(name, name, runs=counted, why=printable(why), going=held(place))
    try:
        verdict = _object(place / "verdict.json") if (place / "verdict.json").exists() else {}
        verdicts = tuple(_spoken(one, looks) for one in verdict.get("verdicts") or ())
        why = ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        verdicts, why = (), printable(f"verdict.json cannot be read ({reason(error)})")
    return ListedStudy(name, *told, arms, seeds, most, counted, verdicts, held(place), why, until)


def _spoken(verdict: Mapping[str, Any], planned: int) -> tuple[str, str, int, int]:
    spent = len({one.get("seeds") for one in verdict.get("looks") or ()})
    return str(verdict.get("claim", "")), str(verdict.get("answer", "")), spent, planned


def _object(path: Path) -> Mapping[str, Any]:
    record = read_json(path)
    if not isinstance(record, dict):
        raise TypeError("it holds no object")
    if wrong := fault(cast("Mapping[str, Any]", record)):
        raise ValueError(f"it does not fit its seal: {wrong}")
    return cast("Mapping[str, Any]", record)
