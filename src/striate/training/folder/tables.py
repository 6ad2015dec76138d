"""The two tables of a run, as text and as rows: history.csv and timing.csv.

history.csv        step, epoch, split, metric, value: numbers that read back to the last bit
timing.csv         step, epoch, seconds: seconds spent in updates up to there

Whatever stands in them is read within bounds, and what is no such table raises in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.disk.files import digest, read_text, write_text
from striate.base.errors import RunError, printable, reason
from striate.training.folder.forms import DONE

HISTORY, TIMING = "history.csv", "timing.csv"
HEADER, TIMING_HEADER = "step,epoch,split,metric,value", "step,epoch,seconds"
LIMIT = 2**29  # bytes
SPLITS = ("train", "val")
DIGITS = 12  # of a step or an epoch: Python itself refuses more than 4,300

Timing = tuple[int, int, float]


@dataclass(frozen=True)
class Row:
    """One number of a history: ``value`` of ``metric`` on ``split`` after update ``step``, in ``epoch``."""

    step: int
    epoch: int
    split: str
    metric: str
    value: float


def history_text(rows: list[Row]) -> str:
    """Return the rows as history.csv holds them."""
    return "\n".join([HEADER, *(f"{r.step},{r.epoch},{r.split},{r.metric},{r.value!r}" for r in rows)]) + "\n"


def history_rows(text: str) -> list[Row]:
    """Return the rows of what `history_text` made; raises ValueError naming the line that is none."""
    rows: list[Row] = []
    for number, cells in _lines(text, HEADER):
        if len(cells) != 5 or cells[2] not in SPLITS or not cells[3]:
            raise ValueError(f"line {number} is no row of {HEADER}")
        rows.append(
            Row(_whole(cells[0], number), _whole(cells[1], number), cells[2], cells[3], _real(cells[4], number))
        )
    return rows


def timing_text(rows: list[Timing]) -> str:
    """Return the rows as timing.csv holds them."""
    return "\n".join([TIMING_HEADER, *(f"{step},{epoch},{seconds:.6f}" for step, epoch, seconds in rows)]) + "\n"


def timing_rows(text: str) -> list[Timing]:
    """Return the rows of what `timing_text` made; raises ValueError naming the line that is none."""
    rows: list[Timing] = []
    for number, cells in _lines(text, TIMING_HEADER):
        if len(cells) != 3:
            raise ValueError(f"line {number} is no row of {TIMING_HEADER}")
        rows.append((_whole(cells[0], number), _whole(cells[1], number), _real(cells[2], number)))
    return rows


def write_history(folder: Path, rows: list[Row]) -> None:
    """Write all rows; numbers are written so that they read back to the last bit."""
    write_text(folder / HISTORY, history_text(rows))


def write_timing(folder: Path, rows: list[Timing]) -> None:
    """Write (step, epoch, seconds) rows."""
    write_text(folder / TIMING, timing_text(rows))


def read_history(folder: Path) -> list[Row]:
    """Return the rows that `write_history` wrote, none when there is no file yet; raises RunError for a damaged one."""
    try:
        return history_rows(text) if (text := table(folder, HISTORY)) else []
    except (OSError, ValueError) as error:
        raise _unreadable(folder, HISTORY, error) from error


def read_timing(folder: Path) -> list[Timing]:
    """Return the rows that `write_timing` wrote, none when there is no file yet; raises RunError for a damaged one."""
    try:
        return timing_rows(text) if (text := table(folder, TIMING)) else []
    except (OSError, ValueError) as error:
        raise _unreadable(folder, TIMING, error) from error


def table(folder: Path, name: str) -> str:
    """Return the text of a table, an empty one where there is no file; raises OSError or ValueError."""
    path = folder / name
    return read_text(path, LIMIT) if path.exists() else ""


def changed(folder: Path, status: Mapping[str, Any]) -> list[str]:
    """Return which tables are not those that ``status``, the status.json of a run that has ended, vouches for."""
    hashes = {name: str(status.get(name.partition(".")[0], "")) for name in (HISTORY, TIMING)}
    ended = status.get("status") in DONE
    return [name for name, sha in hashes.items() if ended and sha and sha != digest(table(folder, name).encode())]


def _unreadable(folder: Path, name: str, error: Exception) -> RunError:
    return RunError(
        f'"{printable(str(folder / name))}" cannot be read ({reason(error)}); striate resume {printable(str(folder))}'
        " puts it back where a checkpoint holds a copy"
    )


def _lines(text: str, header: str) -> list[tuple[int, list[str]]]:
    first, *rest = text.split("\n")
    if first != header:
        raise ValueError(f"its first line is not {header}")
    if not rest or rest[-1]:
        raise ValueError("its last line is cut off")
    return [(number, line.split(",")) for number, line in enumerate(rest[:-1], start=2)]


def _whole(cell: str, line: int) -> int:
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= DIGITS):
        raise ValueError(f'line {line} holds "{cell[:40]}" where a whole number belongs')
    return int(cell)


def _real(cell: str, line: int) -> float:
    try:
        return float(cell)
    except ValueError:
        raise ValueError(f'line {line} holds "{cell[:40]}" where a number belongs') from None
