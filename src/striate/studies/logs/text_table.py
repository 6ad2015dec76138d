"""Tables as texts: CSV, with the separator that its first line has most of, and JSON lines.

An empty cell is absent. Cells stay texts in CSV; what a column is to be, its use says. In JSON lines, objects within a row are
columns with a dot in their names, and NaN is what Python's json writes for it. A file is read line by line, and no more of a
line than anybody writes.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, counted, reason
from striate.studies.logs.log import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Cells,
    Log,
    Row,
    flat,
    log_of,
    refuse_twice,
    said,
    too_many,
)

SEPARATORS = (",", ";", "\t")
LONGEST = 1 << 24  # characters of a line
LISTED = 1 << 27  # bytes of a file with one list, which is read at once


def read_csv(path: Path, kind: str = "a CSV table") -> Log:
    """Return the rows of a table in CSV; raises DataError saying in which line it is none."""
    rows: list[Row] = []
    columns: list[str] | None = None
    room = Cells(said(path))
    with _opened(path, "CSV", "a table in UTF-8", newline="") as file:
        lines = _lines(file, path)
        head = next(lines, "")
        separator = max(SEPARATORS, key=head.count)
        reader = csv.reader(chain([head], lines), delimiter=separator, strict=True)
        try:
            for cells in reader:
                if not any(cells):
                    continue
                if columns is None:
                    columns = _columns(cells, path)
                    continue
                if len(cells) != len(columns):
                    raise DataError(
                        f"{said(path)} has {counted(len(cells), 'cell')} in line {reader.line_num}, and"
                        f" {counted(len(columns), 'column')};"
                        " write each row with as many cells as the first line has"
                    )
                if len(rows) >= MOST_ROWS:
                    raise too_many(said(path))
                row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}
                room.take(len(row))
                rows.append(row)
        except csv.Error as error:
            raise DataError(
                f"{said(path)}, line {reader.line_num}, is not CSV ({reason(error)}); correct it there"
            ) from error
    return log_of(kind, rows, said(path))


@contextmanager
def _opened(path: Path, what: str, todo: str, newline: str | None = "\n") -> Generator[TextIO]:
    """Open a text; what the system or the encoding says against it, while the block reads, becomes a DataError."""
    try:
        with open_regular(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline=newline) as file:
            if (size := os.fstat(raw.fileno()).st_size) > MOST_BYTES:
                raise DataError(f"{said(path)} has {size:,} bytes, and {MOST_BYTES:,} are read; export fewer rows")
            yield file
    except (OSError, ValueError) as error:
        raise DataError(f"{said(path)} cannot be read as {what} ({reason(error)}); name {todo}") from error


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    while line := file.readline(LONGEST):
        if len(line) == LONGEST:
            raise DataError(f"{said(path)} has a line of more than {LONGEST:,} characters; it is not a table of runs")
        yield line


def _columns(cells: list[str], path: Path) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise DataError(
            f"{said(path)} has {len(cells):,} columns, and {MOST_COLUMNS:,} are read; export those that are to be judged"
        )
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1)]
    refuse_twice(names, said(path))
    return names


def read_json_lines(path: Path) -> Log:
    """Return the rows of a file with one JSON object a line, or with one list of objects; raises DataError."""
    rows: list[Row] = []
    room = Cells(said(path))
    with _opened(path, "JSON lines", "a text in UTF-8") as file:
        if _begins_a_list(file, path):
            return log_of("a JSON table", _listed(file, path, room), said(path))
        for place, line in enumerate(_lines(file, path), 1):
            if not line.strip():
                continue
            if len(rows) >= MOST_ROWS:
                raise too_many(said(path))
            try:
                rows.append(_row(_parsed(line)))
            except ValueError as error:
                raise DataError(
                    f"{said(path)}, line {place}, is not a JSON object ({reason(error)}); write one in each line"
                ) from error
            room.take(len(rows[-1]))
    return log_of("JSON lines", rows, said(path))


def _begins_a_list(file: TextIO, path: Path) -> bool:
    first = next((line for line in _lines(file, path) if line.strip()), "")
    file.seek(0)
    return first.lstrip().startswith("[")


def _listed(file: TextIO, path: Path, room: Cells) -> list[Row]:
    text = file.read(LISTED)
    if len(text) == LISTED:
        raise DataError(f"{said(path)} is one list of more than {LISTED:,} characters; write one object a line")
    try:
        rows = _parsed(text)
        if len(rows) > MOST_ROWS:
            raise too_many(said(path))
        made = [_row(row) for row in rows]
    except ValueError as error:
        raise DataError(f"{said(path)} is not a list of JSON objects ({reason(error)}); write one a line") from error
    for row in made:
        room.take(len(row))
    return made


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _row(value: object) -> Row:
    if not isinstance(value, Mapping):
        raise ValueError(f"there is {type(value).__name__} where an object belongs")
    return flat({str(key): item for key, item in value.items()})
