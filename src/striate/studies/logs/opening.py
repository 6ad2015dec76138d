"""The only place where a path, or a table in memory, becomes a log: by its name, and by what lies in it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from striate.base.disk.foreign import kind_of
from striate.base.errors import DataError, printable
from striate.studies.logs import sqlite
from striate.studies.logs.catalog import PROGRAMS
from striate.studies.logs.log import MOST_ROWS, Log, Row, flat, log_of, refuse_twice, said, too_many

*_FIRST, _LAST = (program.logs for program in PROGRAMS.values())
ACCEPTED = f"{', '.join(_FIRST)}, or {_LAST}"
FILES = {ending: reader for program in PROGRAMS.values() for ending, reader in program.files.items()}


def read_log(table: object) -> Log:
    """Return the log at a path, or of a table in memory: a frame of pandas or Polars, an Arrow table, columns by name, rows.

    Raises DataError for anything else, with what is accepted.
    """
    if isinstance(table, (str, os.PathLike)):
        return _at(Path(cast("str", table)))
    rows = _rows(table)
    if len(rows) > MOST_ROWS:
        raise too_many("the table")
    filled = (flat({str(k): v for k, v in row.items()}) for row in rows)
    return log_of("a table", [row for row in filled if row], "the table")


def _at(path: Path) -> Log:
    kind = kind_of(path)
    if kind == "folder":
        return _folder(path)
    if kind != "file":
        raise DataError(f"{said(path)} is {kind}; name {ACCEPTED}")
    if reader := FILES.get(path.suffix.lower()):
        return reader(path)
    if _begins(path, b"SQLite format 3\0"):
        return _database(path)
    raise DataError(f"{said(path)} is not a log that is known by its name; name {ACCEPTED}")


def _begins(path: Path, head: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(head)) == head


def _folder(folder: Path) -> Log:
    for program in PROGRAMS.values():
        if program.called and (folder / program.called).is_file():
            return _database(folder / program.called)
    for program in PROGRAMS.values():
        if program.folder is not None and program.lies is not None and program.lies(folder):
            return program.folder(folder)
    databases = sorted(folder.glob("*.db"))
    if len(databases) == 1:
        return _database(databases[0])
    several = f" ({len(databases)} databases lie in it, name one)" if databases else ""
    raise DataError(f"{said(folder)} holds no log that is known{several}; name {ACCEPTED}")


def _database(path: Path) -> Log:
    with sqlite.reading(path) as database:
        there = sqlite.tables(database)
    for program in PROGRAMS.values():
        read, needed = program.database, program.tables
        if read is not None and all(columns <= there.get(name, set()) for name, columns in needed.items()):
            return read(path)
    raise DataError(f"{said(path)} is a database of none of the programs whose logs are read; name {ACCEPTED}")


def _rows(table: object) -> list[Row]:
    """Return the rows of a table in memory. No library of frames is imported: what is called is what they all have."""
    made: Any = table
    if hasattr(made, "to_pylist") and hasattr(made, "schema"):  # PyArrow
        refuse_twice(made.schema.names, "the table")
        return list(made.to_pylist())
    if hasattr(made, "collect") and hasattr(made, "collect_schema"):  # a lazy frame of Polars
        made = made.collect()
    if hasattr(made, "to_dicts"):  # Polars
        return list(made.to_dicts())
    if hasattr(made, "columns") and hasattr(made, "to_dict"):  # pandas
        return _pandas(made)
    if isinstance(made, Mapping):
        columns = {str(name): _column(name, values) for name, values in cast("Mapping[Any, Any]", made).items()}
        if len({len(values) for values in columns.values()}) > 1:
            raise DataError("the columns of the table differ in length; give each a value for every row")
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    if isinstance(made, Sequence) and all(isinstance(row, Mapping) for row in cast("Sequence[object]", made)):
        return list(cast("Sequence[Row]", made))
    raise DataError(
        f"a table cannot be made of {type(table).__name__}; give a frame, columns by name, a list of rows, or a path"
    )


def _column(name: object, values: object) -> list[Any]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise DataError(
            f'the column "{printable(str(name))}" of the table is {type(values).__name__}; give a list of values, one a row'
        )
    return list(cast("Iterable[Any]", values))


def _pandas(frame: Any) -> list[Row]:
    """Return the rows of a frame of pandas, where nan is how an empty cell looks, with what its index is called."""
    levels = [name for name in frame.index.names if name is not None]
    names = [_joined(name) for name in frame.columns]
    refuse_twice([*map(_joined, levels), *names], "the table")
    named = frame.set_axis(names, axis=1)
    kept = [(_joined(name), list(frame.index.get_level_values(name))) for name in levels]
    rows = [{name: v for name, v in row.items() if _filled(v)} for row in named.to_dict(orient="records")]
    return [{**{name: values[place] for name, values in kept}, **row} for place, row in enumerate(rows)]


def _joined(name: Any) -> str:
    """Return the name of a column; one of several levels has dots between them."""
    return ".".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _filled(value: Any) -> bool:
    """Return whether a cell of pandas is filled."""
    return type(value).__name__ not in ("NAType", "NaTType") and not (isinstance(value, float) and math.isnan(value))
