"""MLflow: its database (mlflow.db, the store since version 3), and its older store of plain files (mlruns).

In the database a NaN is the number 0 with is_nan set, and an infinity the largest number of all. A metric that was logged again
for the same step keeps both values; the later one counts. Logged without a step, all values have step 0: they are then taken
in the order of their times, and a note says so. Runs that were deleted are left out.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from striate.base.disk.files import read_text
from striate.base.errors import DataError, reason
from striate.studies.logs.log import MOST_ROWS, Log, Steps, said, too_many, within
from striate.studies.logs.sqlite import asked, reading

LARGEST = 1.7976931348623157e308
TABLES = {
    "metrics": {"key", "value", "timestamp", "run_uuid", "step", "is_nan"},
    "runs": {"run_uuid", "name", "experiment_id", "lifecycle_stage", "start_time"},
    "params": {"run_uuid", "key", "value"},
    "experiments": {"experiment_id", "name"},
}
SHORT = 1 << 20  # bytes of a parameter

Value = tuple[str, str, float, int, int]  # run, metric, value, step, time


def read_database(path: Path) -> Log:
    """Return the runs in the database of MLflow that is in use no more; raises DataError where it is none."""
    steps = Steps(said(path))
    with reading(path) as database:
        runs = asked(
            database,
            "SELECT r.run_uuid, r.name, e.name FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id"
            " WHERE r.lifecycle_stage = 'active' ORDER BY r.start_time, r.run_uuid",
            steps.where,
        )
        known = {str(run): (name, experiment) for run, name, experiment in runs}
        for run, (name, experiment) in known.items():
            steps.run(run, {"name": name, "experiment": experiment})
        for run, key, value in asked(database, "SELECT run_uuid, key, value FROM params", steps.where):
            if str(run) in known:
                steps.run(str(run), {str(key): value})
        told = asked(
            database,
            "SELECT run_uuid, key, value, is_nan, step, timestamp FROM metrics ORDER BY run_uuid, key, step, timestamp",
            steps.where,
        )
        values = [
            (str(run), str(key), _value(value, is_nan, steps), _whole(step, steps), _whole(time, steps))
            for run, key, value, is_nan, step, time in told
            if str(run) in known
        ]
    return _logged(steps, values)


def _whole(value: object, steps: Steps) -> int:
    if not isinstance(value, int):  # a column of SQLite may hold anything
        raise DataError(f"{steps.where} has a step or a time that is not a whole number; export the runs anew")
    return value


def _value(value: object, is_nan: object, steps: Steps) -> float:
    if not isinstance(value, (int, float)):
        raise DataError(f"{steps.where} has a metric whose value is not a number; export the runs anew")
    if is_nan:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) >= LARGEST else float(value)


def run_folders(folder: Path) -> list[Path]:
    """Return the folders of experiments in ``folder``, or it itself, that hold metrics."""
    return [
        place for place in (folder / "mlruns", folder) if any(place.glob("*/metrics")) or any(place.glob("*/*/metrics"))
    ]


def read_folder(folder: Path) -> Log:
    """Return the runs in a folder mlruns of MLflow, or in one of its experiments; raises DataError where there are none."""
    steps, values = Steps(said(folder)), list[Value]()
    places = sorted({path.parent for path in folder.glob("*/metrics")} | {p.parent for p in folder.glob("*/*/metrics")})
    for place in within(places, steps.where):
        if re.search(r"^lifecycle_stage: *deleted", _read(place / "meta.yaml"), re.MULTILINE):
            continue
        run = place.name
        steps.run(run, {"name": _read(place / "tags" / "mlflow.runName").strip() or run})
        for path in sorted((place / "params").glob("*")):
            steps.run(run, {path.name: _read(path).strip()})
        root = place / "metrics"
        for path in sorted(root.rglob("*")):
            if path.is_file():
                values += _lines(run, str(path.relative_to(root)), path)
                if len(values) > MOST_ROWS:
                    raise too_many(steps.where)
    return _logged(steps, values)


def _lines(run: str, metric: str, path: Path) -> Iterable[Value]:
    for place, line in enumerate(_read(path, 1 << 28).splitlines(), 1):
        words = line.split()
        try:
            step, time = int(words[2]) if len(words) > 2 else 0, int(words[0])
            if max(abs(step), abs(time)) >= 1 << 63:
                raise ValueError("a number of more than 64 bits")
            yield run, metric, float(words[1]), step, time
        except (ValueError, IndexError) as error:
            raise DataError(f"{said(path)}, line {place}, is no time, value and step; correct it there") from error


def _read(path: Path, limit: int = SHORT) -> str:
    if not path.is_file():
        return ""
    try:
        return read_text(path, limit)
    except (OSError, ValueError) as error:
        raise DataError(f"{said(path)} cannot be read ({reason(error)}); restore it, or remove its run") from error


def _logged(steps: Steps, values: list[Value]) -> Log:
    if len(values) > MOST_ROWS:
        raise too_many(steps.where)
    many = Counter((run, metric) for run, metric, *_ in values)
    stepless = {key for key, count in many.items() if count > 1} - {
        (run, metric) for run, metric, _, step, _ in values if step
    }
    values.sort(key=lambda value: (value[0], value[1], value[3], value[4]))
    place = Counter[tuple[str, str]]()
    for run, metric, value, step, _ in values:
        counted = (run, metric) in stepless
        steps.put(run, place[run, metric] if counted else step, metric, value)
        place[run, metric] += 1
    notes = [
        f"{metric} was logged without steps, and is counted in the order of its times" for _, metric in sorted(stepless)
    ]
    return steps.log("MLflow", *dict.fromkeys(notes))
