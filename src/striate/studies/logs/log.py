"""A log as rows: what every reader returns, whatever the program wrote.

A row is a mapping from the names of columns to values, without those that it lacks: an empty cell is absent, and no number
that is missing. In the log of a program that has runs (TensorBoard, MLflow, ...) there is a row for each run and step, with
the metrics of that step and, on each, the run's name and configuration.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, SupportsFloat

from striate.base.disk.foreign import free_memory
from striate.base.errors import DataError, printable

MOST_ROWS = 1_000_000
MOST_COLUMNS = 10_000
MOST_BYTES = 1 << 30  # of one file
MOST_FILES = 10_000  # in one folder
MOST_CELLS = 20_000_000  # of all rows
CELL = 200  # bytes of one in memory, about
RUN, STEP = "run", "step"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Log:
    """``kind`` names the program; ``columns`` come in the order in which they first appear.

    ``step`` is the column that counts, where the program has one, and ``run`` the one that tells runs apart, None in a plain
    table. ``notes`` are sentences on what a reader should know: values that were written twice, runs that share a name.
    """

    kind: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    step: str | None = None
    run: str | None = None
    notes: tuple[str, ...] = ()


def log_of(kind: str, rows: Sequence[Row], where: str, **more: Any) -> Log:
    """Return the log of ``rows``; raises DataError where there are none, or more columns than anybody reads."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    if not rows or not columns:
        raise DataError(f"{where} holds no rows; name a log with one for each run, or for each of its steps")
    if len(columns) > MOST_COLUMNS:
        raise DataError(f"{where} has {len(columns):,} columns, and {MOST_COLUMNS:,} are read; export fewer")
    return Log(kind, columns, rows, **more)


def said(path: object) -> str:
    """Return a path as it stands in a sentence."""
    return f'"{printable(str(path))}"'


def shown(columns: Sequence[str], most: int = 15) -> str:
    """Return the names of ``columns`` for a sentence; of more than ``most``, how many there are besides."""
    names = [printable(name) for name in columns[:most]]
    return ", ".join(names) + (f" and {len(columns) - most} more" if len(columns) > most else "")


def refuse_twice(names: Sequence[str], where: str) -> None:
    """Raise DataError where two columns have one name, for one of them would be dropped."""
    if twice := next((name for name, count in Counter(names).items() if count > 1), None):
        raise DataError(f'{where} has two columns named "{printable(twice)}"; give each a name of its own')


def too_many(where: str) -> DataError:
    """Return the error of a log with more rows than are read."""
    return DataError(f"{where} has more than {MOST_ROWS:,} rows; export the runs and the columns that are to be judged")


def within(paths: Sequence[Path], where: str) -> Sequence[Path]:
    """Return ``paths`` as they are; raises DataError where they are more than anybody reads."""
    if len(paths) > MOST_FILES:
        raise DataError(f"{where} has {len(paths):,} runs, and {MOST_FILES:,} are read; name a folder with fewer")
    return paths


class Cells:
    """Counts the cells of a log while they are read: many small ones take far more memory than bytes in the file."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.most = self.left = min(MOST_CELLS, free_memory() // CELL)

    def take(self, count: int) -> None:
        """Count some more; raises DataError beyond what fits into memory."""
        self.left -= count
        if self.left < 0:
            raise DataError(
                f"{self.where} has more than {self.most:,} cells; export the runs and the columns that are to be judged"
            )


def number(value: Any) -> float | None:
    """Return a cell as a number, also NaN and infinity in the words in which programs write them; None for another."""
    if isinstance(value, str):
        return None if "_" in value else _float(value.strip())  # float("1_0") is 10
    # Whole numbers, decimals and fractions, and the scalars of NumPy and PyTorch, which are no float of Python's own.
    return _float(value) if isinstance(value, SupportsFloat) else None


def _float(value: SupportsFloat | str) -> float | None:
    try:
        made = float(value)
    except (ValueError, TypeError, OverflowError, RuntimeError):  # no number, or one beyond all floats
        return None
    return shortest(made) if type(value).__name__ in ("float32", "float16") else made


def flat(config: Mapping[str, Any], prefix: str = "", depth: int = 8) -> dict[str, Any]:
    """Return a configuration with the names of nested ones joined by dots; lists and what is nested deeper as texts."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and depth:
            found.update(flat(value, f"{name}.", depth - 1))
        elif value is not None:
            found[name] = value if isinstance(value, str) or number(value) is not None else str(value)
    return found


def shortest(value: float) -> float:
    """Return a number that float32 holds as the shortest one that float32 takes for it: 0.1 for 0.10000000149.

    Programs that log the numbers of a network write them so; any other number is returned as it is.
    """
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        return value
    if not math.isfinite(value) or struct.unpack("<f", packed)[0] != value:
        return value
    short = (float(f"{value:.{digits}g}") for digits in (6, 7, 8))
    return next((one for one in short if struct.pack("<f", one) == packed), value)


class Steps:
    """The rows of runs while they are read: one for each run and step, a value that comes again in place of the last."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.superseded = 0
        self._cells = Cells(where)
        self._rows: dict[tuple[str, float], dict[str, Any]] = {}
        self._late: dict[str, list[float]] = {}  # the steps of each run, negative, as a heap: the last one first
        self._runs: dict[str, dict[str, Any]] = {}

    def run(self, key: str, config: Mapping[str, Any] | None = None) -> None:
        """Say what holds of every row of the run ``key``: its name, its configuration."""
        self._cells.take(len(config or {}))
        self._runs.setdefault(key, {}).update(config or {})

    def put(self, key: str, step: float, metric: str, value: float) -> None:
        """Add one value; raises DataError beyond the bounds, and where the step is not a number that has an order."""
        if not math.isfinite(step):
            raise DataError(f"{self.where} has a value at step {step}, which is not a place in a run; leave it out")
        row = self._rows.get((key, step))
        if row is None:
            if len(self._rows) >= MOST_ROWS:
                raise too_many(self.where)
            row = self._rows[key, step] = {}
            heappush(self._late.setdefault(key, []), -step)
        if metric not in row:
            self._cells.take(1)
        old = row.get(metric)
        self.superseded += old is not None and old != value and not (math.isnan(old) and math.isnan(value))
        row[metric] = value

    def has(self, key: str) -> bool:
        """Return whether there is a run ``key``."""
        return key in self._runs

    def drop(self, key: str) -> None:
        """Forget the run ``key``, which is a part of another one."""
        self.purge(key, -math.inf)
        self._runs.pop(key, None)

    def purge(self, key: str, step: float) -> None:
        """Forget what the run ``key`` has from ``step`` on, which its restart does again."""
        late = self._late.get(key, [])
        while late and -late[0] >= step:
            del self._rows[key, -heappop(late)]

    def log(self, kind: str, *notes: str) -> Log:
        """Return the log, its rows run by run and by step. A name of the configuration that is a metric's gets a prefix."""
        metrics = {metric for row in self._rows.values() for metric in row} | {STEP}
        order = {key: place for place, key in enumerate(self._runs)}
        rows: list[Row] = []
        for key, step in sorted(self._rows, key=lambda at: (order.get(at[0], len(order)), at[1])):
            config = {
                (f"config.{k}" if k in metrics else k): v for k, v in self._runs.get(key, {}).items() if v is not None
            }
            self._cells.take(len(config))
            rows.append({RUN: key, **config, STEP: step, **self._rows[key, step]})
        if self.superseded:
            notes += (
                f"{self.superseded} value{'s were' if self.superseded > 1 else ' was'} written again for the same run and"
                " step, as by a restarted run, and the last one counts",
            )
        return log_of(kind, rows, self.where, step=STEP, run=RUN, notes=notes)
