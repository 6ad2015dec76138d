"""Parquet, read by PyArrow: a table with typed columns. Columns of lists and structures are left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from striate.base.errors import DataError, reason
from striate.studies.logs.log import MOST_COLUMNS, MOST_ROWS, Cells, Log, Row, log_of, refuse_twice, said, too_many

BATCH = 10_000  # rows


def read_parquet(path: Path) -> Log:
    """Return the rows of a Parquet file; raises DataError where it is none."""
    import pyarrow as arrow

    from striate.data.readers.parquet import opened, refuse_large

    try:
        file = opened(path)
        if file.metadata.num_rows > MOST_ROWS:
            raise too_many(said(path))
        schema = file.schema_arrow
        plain = [field.name for field in schema if not arrow.types.is_nested(field.type)]
        refuse_twice(schema.names, said(path))
        if len(plain) > MOST_COLUMNS:
            raise DataError(f"{said(path)} has {len(plain):,} columns, and {MOST_COLUMNS:,} are read; export fewer")
        for group in range(file.metadata.num_row_groups):
            refuse_large(file, group)
        rows = list(_rows(file, plain, Cells(said(path))))
    except (OSError, ValueError, arrow.ArrowException) as error:
        raise DataError(f"{said(path)} cannot be read as Parquet ({reason(error)}); write it anew") from error
    return log_of("a Parquet table", rows, said(path))


def _rows(file: Any, columns: list[str], room: Cells) -> Iterator[Row]:
    for batch in file.iter_batches(batch_size=BATCH, columns=columns, use_threads=False):
        names: list[str] = list(batch.schema.names)
        for cells in zip(*(_values(column) for column in batch.columns), strict=True):
            row = {name: value for name, value in zip(names, cells, strict=True) if value is not None}
            room.take(len(row))
            yield row


def _values(column: Any) -> list[Any]:
    """Return the values of a column; equal texts are one object."""
    if not hasattr(column, "dictionary"):
        return column.to_pylist()
    words = column.dictionary.to_pylist()
    return [None if place is None else words[place] for place in column.indices.to_pylist()]
