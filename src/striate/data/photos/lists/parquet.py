"""Images in Parquet files, as Hugging Face's data sets come: a column of structs of bytes and path, and a column of labels.

The names of the classes stand in the metadata of the schema, under ``huggingface``; where a tool has dropped them, the labels
are the names, which is said. A column called group, subgroup or domain says to which group each image belongs. A row may hold a
path without bytes: then the image lies in a file beside. Files of a part are named train-..., validation-... and test-...;
where none is, a column called split may tell it. Only the bytes of the rows that are decoded are read.
Source: Hugging Face, Datasets, Image feature; observed with datasets 5.2.0.
"""

from __future__ import annotations

import functools
import io
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from striate.base.disk.foreign import amount, free_memory
from striate.base.errors import DataError, listed, printable, reason
from striate.data.photos.lists.columns import Columns, columns_of, tells_split, unread
from striate.data.photos.lists.rows import Row, survey_of
from striate.data.photos.source import Source, Stamp, changed
from striate.data.photos.survey import Survey
from striate.data.readers.parquet import opened, refuse_large
from striate.data.readers.parts import all_part_files

_GROUPS = 2  # row groups whose bytes are held at a time


@dataclass(frozen=True, eq=False)
class _Table:
    """One file: which columns count; and the names of the classes, groups and splits that are numbers."""

    path: Path
    file: Any
    columns: Columns
    names: tuple[str, ...] | None
    groups: tuple[str, ...] | None = None
    splits: tuple[str, ...] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def bytes_of(self, group: int) -> Any:
        """Return the column of bytes of a row group; raises OSError where it is damaged or too large."""
        with self.lock:
            return _group(self, group)


@functools.lru_cache(maxsize=_GROUPS)
def _group(table: _Table, group: int) -> Any:
    return _parts(_column(table, group, table.columns.image))[0]


def _column(table: _Table, group: int, name: str) -> Any:
    """Return a column of a row group; raises OSError where it is damaged or too large."""
    refuse_large(table.file, group)
    try:
        return table.file.read_row_group(group, columns=[name]).column(0)
    except Exception as error:  # pyarrow's errors are those of each type of file
        raise OSError(None, f"its row group is damaged: {reason(error)}") from error


def _parts(column: Any) -> tuple[Any, Any]:
    """Return the bytes and the paths of a column of images; None for the paths where it holds bytes alone."""
    import pyarrow as pa
    from pyarrow import compute as untyped

    compute: Any = untyped
    if not pa.types.is_struct(column.type):
        return column, None
    return compute.struct_field(column, "bytes"), compute.struct_field(column, "path")


@dataclass(frozen=True)
class Cell:
    """The bytes of one row of a table."""

    table: _Table
    group: int
    row: int
    name: str

    def open(self) -> BinaryIO:
        """Return the bytes as a file; raises OSError."""
        return io.BytesIO(self.table.bytes_of(self.group)[self.row].as_py() or b"")

    def stamp(self) -> Stamp:
        """Return name and column, and size and time of the whole file; raises OSError."""
        told = os.stat(self.table.path)
        return f"{self.name}:{self.table.columns.image}", told.st_size, changed(told)


def survey_parquet(path: Path) -> Survey:
    """Return the images of a Parquet file, or of those in a folder; raises DataError where there are none."""
    files, notes = all_part_files(path, (".parquet",))
    tables = [(part, _opened(file)) for part, several in files.items() for file in several]
    first = tables[0][1]
    for _, table in tables:
        _refuse_unlike(table, first)
    lists = list(dict.fromkeys(table.names for part, table in tables if part == "train" and table.names))
    classes = tuple(dict.fromkeys(name for names in lists for name in names)) or None
    by_column = set(files) == {"train"} and bool(first.columns.split) and _tell_splits([table for _, table in tables])
    rows = [row for part, table in tables for row in _rows(part, table, by_column=by_column)]
    found = survey_of(path, rows, classes)
    others = tuple(dict.fromkeys(name for _, table in tables for name in table.columns.others)) + (
        (first.columns.split,) if first.columns.split and not by_column else ()
    )
    found.notes += [*notes, *unread(first.columns.image, first.columns.label, others)]
    if first.names is None:
        found.notes.append("the file does not name its classes, so their labels are their names")
    if len({table.names for _, table in tables}) > 1:
        found.notes.append("its files number their classes differently, and each is read by its own names")
    return found


def _refuse_unlike(table: _Table, first: _Table) -> None:
    """Raise DataError where two files of one set hold images, labels or splits in other columns, or one alone has names."""
    one, other = (printable(shown) for shown in (str(table.path), first.path.name))
    mine, theirs = ((each.image, each.label, each.split) for each in (table.columns, first.columns))
    if mine != theirs:
        told = [listed([printable(name) for name in names if name]) for names in (mine, theirs)]
        raise DataError(f"{one} has {told[0]} where {other} has {told[1]}; write both with the same columns")
    if (table.names is None) != (first.names is None):
        raise DataError(f"of {one} and {other} one alone names its classes; write both with names, or both without")


def _opened(path: Path) -> _Table:
    shown = printable(str(path))
    try:
        file = opened(path)
        if (rows := file.metadata.num_rows) > (size := path.stat().st_size):  # a run length can stand for any number
            raise ValueError(f"it says that it has {rows:,} images in {size:,} bytes")
        schema = file.schema_arrow
        classes = _classes(schema)
    except Exception as error:  # pyarrow's errors are those of each type of file
        raise DataError(f"{shown} is not a Parquet file, or is damaged ({reason(error)}); fetch it again") from error
    chosen = columns_of(schema, classes, shown)
    words = [chosen.label, chosen.group, chosen.split]
    names, groups, splits = (classes.get(name) or None for name in words)
    return _Table(path, file, chosen, names, groups, splits)


def _tell_splits(tables: list[_Table]) -> bool:
    """Return whether the columns of splits of all files hold words for one, and nothing else."""
    words: set[str | None] = set()
    for table in tables:
        for group in range(table.file.metadata.num_row_groups):
            try:
                words |= {_worded(value, table.splits) for value in _values(_column(table, group, table.columns.split))}
            except Exception as error:
                raise DataError(f"{printable(str(table.path))} is damaged ({reason(error)}); fetch it again") from error
    return tells_split(list(words))


def _rows(part: str, table: _Table, *, by_column: bool) -> Iterator[Row]:
    """Yield the rows of one file, of which labels and paths are read, and of the bytes only whether they are there."""
    for group in range(table.file.metadata.num_row_groups):
        try:
            held, paths = _parts(_column(table, group, table.columns.image))
            present = held.is_valid().to_pylist()
            absent = [None] * len(present)
            told = absent if paths is None else paths.to_pylist()
            labels, groups, splits = (
                _values(_column(table, group, name)) if name else absent
                for name in (table.columns.label, table.columns.group, table.columns.split)
            )
        except Exception as error:
            raise DataError(f"{printable(str(table.path))} is damaged ({reason(error)}); fetch it again") from error
        for row, (label, of, split, there, path) in enumerate(zip(labels, groups, splits, present, told, strict=True)):
            cell = Cell(table, group, row, f"{table.path.name}:{group}:{row}")
            where = _worded(split, table.splits) if by_column else part
            made = _row(table, cell, label, where or part, there=there, path=path)
            yield replace(made, group=_worded(of, table.groups) or "")


def _row(table: _Table, cell: Cell, label: Any, part: str, *, there: bool, path: str | None) -> Row:
    word = _worded(label, table.names)
    if there:
        return Row(cell.name, cell, word, part)
    if path is None:
        return Row(cell.name, None, word, part, "has no image: it is null")
    beside = Path(os.path.realpath(table.path.parent / path)) if os.path.isfile(table.path.parent / path) else None
    within = beside is not None and beside.is_relative_to(table.path.parent.resolve())
    source: Source | None = beside if within else None
    fault = (
        f"holds the path {printable(path)} without the bytes, and no such file lies beside" if source is None else ""
    )
    return Row(path, source, word, part, fault)


def _worded(value: Any, names: tuple[str, ...] | None) -> str | None:
    """Return a label or a group as it is called; None for none, which -1 stands for in a test set without labels."""
    if names is not None and isinstance(value, int):
        return names[value] if 0 <= value < len(names) else None
    if isinstance(value, float) and value.is_integer():  # what pandas makes of whole numbers where one is missing
        value = int(value)
    return None if value is None or value != value else str(value)


def records(path: Path) -> Iterator[dict[str, str]]:
    """Yield each row of a table without images, as a list of images is kept; raises DataError where it is damaged."""
    import pyarrow as pa

    try:
        file = opened(path)
        names = _classes(file.schema_arrow)
        plain = [column.name for column in file.schema_arrow if not pa.types.is_nested(column.type)]
        for group in range(file.metadata.num_row_groups):
            refuse_large(file, group)
            columns = [_values(column) for column in file.read_row_group(group, columns=plain).columns]
            for row in zip(*columns, strict=True):
                yield {key: _worded(value, names.get(key)) or "" for key, value in zip(plain, row, strict=True)}
    except Exception as error:  # pyarrow's errors are those of each type of file
        raise DataError(f"{printable(str(path))} is damaged ({reason(error)}); fetch it again") from error


def _values(column: Any) -> list[Any]:
    """Return the values of a column; raises OSError where a dictionary holds so long a text that its rows would fill memory."""
    import pyarrow as pa
    from pyarrow import compute as untyped

    compute: Any = untyped
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            longest = compute.max(compute.binary_length(chunk.dictionary)).as_py() or 0
            if (size := longest * len(chunk)) > free_memory():
                raise OSError(None, f"its texts would fill {amount(size)} of memory")
    return column.to_pylist()


def _classes(schema: Any) -> dict[str, tuple[str, ...]]:
    """Return the names of the classes of each column of ClassLabel that a schema tells of."""
    told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = told.get("info", {}).get("features", {}).items()
    kinds = {name: kind for name, kind in features if isinstance(kind, dict) and kind.get("_type") == "ClassLabel"}
    return {name: tuple(map(str, kind["names"])) if kind.get("names") else () for name, kind in kinds.items()}
