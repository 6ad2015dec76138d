"""Which rows of a log are of one run, which run is of which arm, and what must be said because the log does not say it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from striate.base.catalog import unknown
from striate.base.errors import StudyError, counted, listed, printable
from striate.studies.judged.columns import Columns
from striate.studies.logs.log import RUN, Log, Row, number, shown
from striate.studies.logs.names import USUAL_PATTERN, by_pattern, usual

SEEDS = ("seed", "random_seed", "run_seed")
STEPS = ("step", "epoch", "global_step", "_step", "iteration", "iter")


@dataclass(frozen=True)
class Grouped:
    """The rows of each run, by (arm, seed as the log has it); ``step`` is the column that counts, None where there is none."""

    runs: Mapping[tuple[str, str], Sequence[Row]]
    step: str | None
    notes: tuple[str, ...] = field(default=())

    @property
    def arms(self) -> list[str]:
        """The names of the arms, in the order in which they first appear."""
        return list(dict.fromkeys(arm for arm, _ in self.runs))


def group(log: Log, columns: Columns) -> Grouped:
    """Return the runs of ``log``; raises StudyError with what is missing: a column, with the nearest name, or how to tell."""
    rows = [row for row in log.rows if _kept(row, columns.where, log)]
    if not rows:
        raise StudyError(f"no row is left with {listed(list(columns.where))}; {_there(log, columns.where)}")
    step = _step(log, columns)
    named = _named(log, rows, columns)
    arms = _arms(log, columns, named)
    seed = column(log, columns.seed, "`seed`") if columns.seed else None
    notes = [*log.notes, *_left(columns.where)]
    # Names that tell arm and seed are surer than a column that is merely called seed.
    if seed is None and not named:
        seed = next((name for name in SEEDS if name in log.columns), None)
    if arms is None:
        or_names = f"; or `names=PATTERN`, where the names of the runs say it, as {USUAL_PATTERN}" if log.run else ""
        raise StudyError(f"nothing says which arm a row is of; add `arm=COLUMN`, one of {shown(log.columns)}{or_names}")
    if named:
        first = next(iter(named))
        notes.append(
            f'arm and seed are read from the names of the runs: "{first}" is {named[first][0]}, seed {named[first][1]}'
        )
    elif seed is None:
        if log.run is None and step is not None:
            raise StudyError(f"nothing says which rows are of one run; add `seed=COLUMN`, one of {shown(log.columns)}")
        notes.append(
            "the log does not say the seeds: each run counts as one of its own, as if all had been drawn independently"
        )
    runs = dict[tuple[str, str], list[Row]]()
    owner = dict[tuple[str, str], Any]()
    for place, row in enumerate(rows, 1):
        key = _key(row, place, arms, seed, log, named)
        if key is None:
            continue
        mine = row.get(log.run) if log.run else None
        # Two runs under one arm and seed would count as one longer run, or as a repeat: either makes n untrue.
        if owner.setdefault(key, mine) != mine:
            raise StudyError(
                f'arm "{printable(key[0])}" has two runs with seed {printable(key[1])} ({printable(str(owner[key]))} and'
                f" {printable(str(mine))}), and a seed counts once; leave one out with `where`"
                f" '{log.run}!={printable(str(mine))}'"
            )
        runs.setdefault(key, []).append(row)
    if not runs:
        raise StudyError(f"no row has a value in {listed(arms)}, so there are no arms; name another column with `arm`")
    if step is None:
        _refuse_repeats(runs, log)
    notes += [*_armless(len(rows) - sum(map(len, runs.values()))), *_alike(dict.fromkeys(arm for arm, _ in runs))]
    return Grouped(runs, step, tuple(notes))


def _step(log: Log, columns: Columns) -> str | None:
    """Return the column that counts the rows of a run; raises StudyError where a step is named, and nothing counts any."""
    step = column(log, columns.step, "`step`") if columns.step else log.step
    if step is None and isinstance(columns.at, (int, float)):
        raise StudyError(
            f"`at` is {columns.at:g}, and nothing counts the rows of a run; add `step=COLUMN`, one of {shown(log.columns)}, or"
            " leave `at` out where each run has one row"
        )
    return step


def column(log: Log, name: str, option: str) -> str:
    """Return ``name`` where it is a column of the log; raises StudyError with the nearest one."""
    if name not in log.columns:
        raise StudyError(f"{option}: {unknown('column', name, log.columns, most=15)}")
    return name


def _kept(row: Row, where: Sequence[str], log: Log) -> bool:
    for condition in where:
        if (match := re.fullmatch(r"(?P<name>.+?)\s*(?P<sign>!?=)\s*(?P<value>.*)", condition)) is None:
            raise StudyError(
                f'"{printable(condition)}" is not COLUMN=VALUE or COLUMN!=VALUE; write `where` experiment=first'
            )
        equal = _equal(_text(row.get(column(log, match["name"], "`where`"), "")), match["value"])
        if equal is (match["sign"] == "!="):
            return False
    return True


def _left(where: Sequence[str]) -> list[str]:
    """Return that only some rows were judged, where it is so: what is left out may be what mattered."""
    return [f"only rows with {listed([printable(condition) for condition in where])} were judged"] if where else []


def _armless(rows: int) -> list[str]:
    """Return that some rows are of no arm, as those with an empty cell, or of a run whose name does not fit."""
    return [f"{counted(rows, 'row')} of no arm {'was' if rows == 1 else 'were'} left out"] if rows else []


def _alike(arms: Iterable[str]) -> list[str]:
    """Return which arms may be one that is written in several ways: a slip that takes runs from an arm in silence."""
    found: dict[str, list[str]] = {}
    for arm in arms:
        found.setdefault(re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", arm).casefold()), []).append(arm)
    return [
        f"{listed([_quoted(arm) for arm in several])} differ by capitals, spaces or the like alone, and were taken for "
        f"{len(several)} arms"
        for several in found.values()
        if len(several) > 1
    ]


def _quoted(arm: str) -> str:
    return f'"{printable(arm)}"'


def _equal(cell: str, value: str) -> bool:
    """Return whether a cell is what was written: 0.10 is 0.1."""
    if cell == value:
        return True
    one, other = number(cell), number(value)
    return one is not None and one == other


def _there(log: Log, where: Sequence[str]) -> str:
    """Return what the column of the first condition holds, as what to do."""
    name = re.split(r"\s*!?=", where[0])[0]
    found = list(dict.fromkeys(_text(row[name]) for row in log.rows if name in row))
    return f'"{printable(name)}" holds {shown(found)}; keep some of them with `where`'


def _named(log: Log, rows: Sequence[Row], columns: Columns) -> Mapping[str, tuple[str, str]]:
    """Return arm and seed by the name of a run, where nothing but the names says them, or a pattern is given."""
    if log.run is None and columns.names is None:
        return {}
    names = list(dict.fromkeys(_name(row, log) for row in rows))
    if columns.names is not None:
        return by_pattern(names, columns.names)
    if columns.arm or columns.seed or "arm" in log.columns:
        return {}
    return usual(names) or {}


def _name(row: Row, log: Log) -> str:
    return str(row.get("name", row.get(log.run or RUN, "")))


def _arms(log: Log, columns: Columns, named: Mapping[str, Any]) -> list[str] | None:
    if columns.arm is None:
        return ["arm"] if named or "arm" in log.columns else None
    if columns.arm in log.columns or "," not in columns.arm:
        return [column(log, columns.arm, "`arm`")]
    return [column(log, part.strip(), "`arm`") for part in columns.arm.split(",")]


def _key(
    row: Row, place: int, arms: Sequence[str], seed: str | None, log: Log, named: Mapping[str, tuple[str, str]]
) -> tuple[str, str] | None:
    """Return arm and seed of a row; None for one that is of no arm."""
    if named:
        told = named.get(_name(row, log))
        return (told[0], _seed(told[1])) if told else None
    cells = [_text(row.get(name, "")) for name in arms]
    if not all(cells):
        return None
    arm = cells[0] if len(cells) == 1 else ", ".join(f"{name}={cell}" for name, cell in zip(arms, cells, strict=True))
    if seed is None:
        return arm, _name(row, log) if log.run else f"row {place}"
    if not (told := _text(row.get(seed, ""))):
        raise StudyError(f'row {place} is of arm "{printable(arm)}" and has nothing in "{seed}"; write its seed there')
    return arm, _seed(told)


def _text(value: Any) -> str:
    """Return a cell as a name: 0.1 and "0.1" are one, 3.0 is 3."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def _seed(told: str) -> str:
    """Return a seed as one text, however it is written: 1, 01 and 1.0 are one."""
    match = re.fullmatch(r"0*(\d{1,18})(?:\.0*)?", told, re.ASCII)
    return match[1] if match else told


def _refuse_repeats(runs: Mapping[tuple[str, str], Sequence[Row]], log: Log) -> None:
    several = next((key for key, rows in runs.items() if len(rows) > 1), None)
    if several is None:
        return
    counts = next((name for name in STEPS if name in log.columns), None)
    todo = (
        f"add `step` {counts}"
        if counts
        else "leave one row for each arm and seed, or name what counts them with `step`"
    )
    raise StudyError(
        f'arm "{printable(several[0])}" has {len(runs[several])} rows with seed {printable(several[1])}; {todo}'
    )
