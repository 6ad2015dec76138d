"""Tables as texts: CSV, with the separator that its first line has most of, and JSON lines.

An empty cell is absent. Cells stay texts in CSV; what a column is to be, its use says. In JSON lines, objects within a row are
columns with a dot in their names, and NaN is what Python's json writes for it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.base.disk.files import read_text
from striate.base.errors import DataError, counted, reason
from striate.studies.logs.log import MOST_BYTES, MOST_ROWS, Log, Row, flat, log_of, said, too_many

SEPARATORS = (",", ";", "\t")


def read_csv(path: Path, kind: str = "a CSV table") -> Log:
    """Return the rows of a table in CSV; raises DataError saying in which line it is none."""
    try:
        text = read_text(path, MOST_BYTES).removeprefix("\ufeff")
    except (OSError, ValueError) as error:
        raise DataError(f"{said(path)} cannot be read as CSV ({reason(error)}); name a table in UTF-8") from error
    head = text.partition("\n")[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    columns: list[str] | None = None
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
            rows.append({name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()})
    except csv.Error as error:
        raise DataError(f"{said(path)}, line {reader.line_num}, is no CSV ({reason(error)}); mend it there") from error
    return log_of(kind, rows, said(path))


def _columns(cells: list[str], path: Path) -> list[str]:
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1)]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError(f'{said(path)} has two columns named "{twice}"; give each a name of its own')
    return names


def read_json_lines(path: Path) -> Log:
    """Return the rows of a file with one JSON object a line, or with one list of objects; raises DataError."""
    try:
        text = read_text(path, MOST_BYTES)
    except (OSError, ValueError) as error:
        raise DataError(f"{said(path)} cannot be read as JSON lines ({reason(error)}); name a text in UTF-8") from error
    rows: list[Row] = []
    if text.lstrip().startswith("["):
        return log_of("a JSON table", _listed(text, path), said(path))
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if len(rows) >= MOST_ROWS:
            raise too_many(said(path))
        try:
            rows.append(_row(_parsed(line)))
        except ValueError as error:
            raise DataError(
                f"{said(path)}, line {place}, is no JSON object ({reason(error)}); write one in each line"
            ) from error
    return log_of("JSON lines", rows, said(path))


def _listed(text: str, path: Path) -> list[Row]:
    try:
        rows = _parsed(text)
        if len(rows) > MOST_ROWS:
            raise too_many(said(path))
        return [_row(row) for row in rows]
    except ValueError as error:
        raise DataError(f"{said(path)} is no list of JSON objects ({reason(error)}); write one a line") from error


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _row(value: object) -> Row:
    if not isinstance(value, Mapping):
        raise ValueError(f"there is {type(value).__name__} where an object belongs")
    return flat({str(key): item for key, item in value.items()})
