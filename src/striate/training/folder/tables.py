"""The two tables of a run, as text and as rows: history.csv and timing.csv.

history.csv        step, epoch, split, metric, value: numbers that read back to the last bit
timing.csv         step, epoch, seconds: seconds spent in updates up to there

A run that goes on appends to them, so that an epoch costs the same however many came before; each session begins by writing
them whole. A kill may leave a part of a line at the end, which is not read: what is not in a checkpoint is done again.
Whatever stands in them is read within bounds, and what is no such table raises in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.disk.files import digest, grow, read_text, write_text
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
            raise ValueError(f"line {number} is not a row of {HEADER}")
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
            raise ValueError(f"line {number} is not a row of {TIMING_HEADER}")
        rows.append((_whole(cells[0], number), _whole(cells[1], number), _real(cells[2], number)))
    return rows


def read_history(folder: Path) -> list[Row]:
    """Return the rows of history.csv, none when there is no file yet; raises RunError for a damaged one."""
    try:
        return history_rows(text) if (text := table(folder, HISTORY)) else []
    except (OSError, ValueError) as error:
        raise _unreadable(folder, HISTORY, error) from error


def read_timing(folder: Path) -> list[Timing]:
    """Return the rows of timing.csv, none when there is no file yet; raises RunError for a damaged one."""
    try:
        return timing_rows(text) if (text := table(folder, TIMING)) else []
    except (OSError, ValueError) as error:
        raise _unreadable(folder, TIMING, error) from error


class Growing:
    """The tables of a run that goes on, as they stand on the disk: what is new in them is appended."""

    def __init__(self, folder: Path, rows: list[Row], timing: list[Timing]) -> None:
        """Write both whole."""
        self._folder = folder
        self._ends = dict[str, tuple[int, int]]()  # rows and bytes that are written of each
        self._write(HISTORY, len(rows), history_text(rows))
        self._write(TIMING, len(timing), timing_text(timing))

    def add(self, rows: list[Row], timing: list[Timing]) -> None:
        """Append what is new in ``rows`` and ``timing``, durably; raises StorageError."""
        self._add(HISTORY, rows, history_text)
        self._add(TIMING, timing, timing_text)

    def _write(self, name: str, count: int, text: str) -> None:
        write_text(self._folder / name, text)
        self._ends[name] = count, len(text.encode())

    def _add(self, name: str, rows: list[Any], text: Callable[[list[Any]], str]) -> None:
        count, size = self._ends[name]
        new = text(rows[count:]).partition("\n")[2].encode()
        if grow(self._folder / name, new, size):
            self._ends[name] = len(rows), size + len(new)
        else:  # somebody removed or changed it meanwhile
            self._write(name, len(rows), text(rows))


def table(folder: Path, name: str) -> str:
    """Return the text of a table, an empty one where there is no file; raises OSError or ValueError.

    A last line that does not end, as where a run was killed while it wrote it, is left out.
    """
    path = folder / name
    text = read_text(path, LIMIT) if path.exists() else ""
    header = HEADER if name == HISTORY else TIMING_HEADER
    return text[: text.rfind("\n") + 1] if text.startswith(f"{header}\n") else text


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
