"""What the runs in a folder are, from their small files alone: no net is built, no data are read, PyTorch is not loaded.

A folder is a run where recipe.json lies, and a damaged one where other files of a run lie without it, or one of them cannot be
read; it is listed with what is known, and why. A run that says `running` while no process holds its lock was killed.
"""

from __future__ import annotations

import csv
import fcntl
import io
import math
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from striate.base.disk.files import digest, read_json
from striate.base.disk.sealed_json import fault
from striate.base.errors import RunError, printable, reason
from striate.training.folder.forms import DONE, STATUSES
from striate.training.folder.tables import table

TRACES = ("status.json", "history.csv", "environment.json")
"""Files of a run; two of them without a recipe.json are what is left of one."""


@dataclass(frozen=True)
class Listed:
    """One run. ``best`` and ``test`` are accuracies, ``age`` the seconds since its last sign of life; None: not known.

    ``status`` is `damaged` where a file cannot be read, and ``why`` then says which.
    """

    folder: str
    net: str = ""
    data: str = ""
    seed: int | None = None
    status: str = "damaged"
    why: str = ""
    epoch: int = 0
    epochs: int | None = None
    best: float | None = None
    best_epoch: int | None = None
    test: float | None = None
    age: float | None = None


def list_runs(folder: Path, now: float | None = None) -> list[Listed]:
    """Return the runs in ``folder`` and the folders in it, in the order of their names; itself where it is one.

    ``now`` is the time in seconds since 1970 from which ages count. Raises RunError where there is no such folder.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise RunError(f'"{printable(str(folder))}" {what}; give the folder in which runs lie, such as runs')
    return [listed(place, folder, time.time() if now is None else now) for place in places(folder)]


def places(folder: Path) -> Iterator[Path]:
    """Yield the folders of runs in ``folder`` and below, in the order of their names."""
    for here, inner, files in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        if "recipe.json" in files or sum(name in files for name in TRACES) > 1:
            inner.clear()
            yield Path(here)


def listed(place: Path, top: Path, now: float) -> Listed:
    """Return what is known of the run in ``place``, named relative to ``top``."""
    name = str(place) if place == top else str(place.relative_to(top))
    faults: list[str] = []
    status = _object(place / "status.json", faults)
    if status and status.get("status") not in STATUSES:
        faults.append("status.json has no status that a run may have")
    made = Listed(name, status=str(status.get("status", "running")), why=str(status.get("reason") or ""))
    if made.status == "running" and not in_use(place):
        made = replace(made, status="interrupted", why="its process ended without a word")
    if isinstance(epoch := status.get("epoch"), int):
        made = replace(made, epoch=epoch)
    recipe = _object(place / "recipe.json", faults)
    if not (place / "recipe.json").is_file():
        faults.append("it has no recipe.json")
    known = {"net": str, "data": str, "seed": int, "epochs": int}
    fields: dict[str, Any] = {
        key: recipe[key] for key, kind in known.items() if type(recipe.get(key)) is kind
    }  # a bool is not a number here
    if (
        (place / "recipe.json").is_file()
        and len(fields) < len(known)
        and not any("recipe.json" in fault for fault in faults)
    ):
        faults.append("recipe.json is not a recipe")
    made = replace(
        made, **fields, **_best(place / "history.csv", status, faults), **_tested(place / "test.json", faults)
    )
    made = replace(made, age=max(0.0, now - changed) if (changed := _changed(place)) else None)
    return replace(made, status="damaged", why="; ".join(faults)) if faults else made


def in_use(place: Path) -> bool:
    """Return whether a process holds the run in ``place``."""
    try:
        with (place / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _object(path: Path, faults: list[str]) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = read_json(path)
    except (OSError, ValueError, RecursionError) as error:
        faults.append(f"{path.name} cannot be read ({printable(str(error))})")
        return {}
    if not isinstance(value, dict):
        faults.append(f"{path.name} holds no object")
        return {}
    record = cast("Mapping[str, Any]", value)
    if wrong := fault(record):
        faults.append(f"{path.name} does not fit its seal ({wrong})")
    return record


def _best(path: Path, status: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    """Return the best validation accuracy and its epoch, the first of equal ones; ``status`` has the hash of the table."""
    vouched = status.get("history") if status.get("status") in DONE else None
    if not path.is_file():
        if vouched or status.get("epoch"):
            faults.append("history.csv is missing")
        return {}
    try:
        text = table(path.parent, path.name)  # without a line that a kill has cut
        if vouched and vouched != digest(text.encode()):
            faults.append("history.csv was changed after it was written")
        lines = csv.reader(
            io.StringIO(text, newline="")
        )  # a page lists hundreds of runs, and DictReader takes twice as long
        header = next(lines, [])
        if absent := [name for name in ("split", "metric", "value", "epoch") if name not in header]:
            raise ValueError(f"it has no column {absent[0]}")
        split, metric, value, epoch = (header.index(name) for name in ("split", "metric", "value", "epoch"))
        rows = [(float(r[value]), -int(r[epoch])) for r in lines if r and (r[split], r[metric]) == ("val", "accuracy")]
    except (OSError, ValueError, IndexError, csv.Error) as error:
        faults.append(f"history.csv cannot be read ({reason(error, kind=True)})")
        return {}
    best, when = max(((v, e) for v, e in rows if math.isfinite(v)), default=(None, 0))
    return {} if best is None else {"best": best, "best_epoch": -when}


def _tested(path: Path, faults: list[str]) -> dict[str, Any]:
    record = _object(path, faults)
    accuracy = record.get("accuracy")
    if isinstance(accuracy, (int, float)) and not isinstance(accuracy, bool):
        return {"test": float(accuracy)}
    if path.is_file() and not any(path.name in fault for fault in faults):
        faults.append(f"{path.name} has no accuracy")
    return {}


def _changed(place: Path) -> float | None:
    times: list[float] = []
    for name in ("recipe.json", *TRACES):
        try:
            times.append((place / name).stat().st_mtime)
        except OSError:
            continue
    return max(times, default=None)


def aged(seconds: float | None) -> str:
    """Return an age in the largest unit that it fills: `40 s`, `3 min`, `5 h`, `12 d`; nothing for None."""
    if seconds is None:
        return ""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"
