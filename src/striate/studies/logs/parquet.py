"""Parquet, read by PyArrow: a table with typed columns. Columns of lists and structures are left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, reason
from striate.studies.logs.log import MOST_ROWS, Log, log_of, said, too_many


def read_parquet(path: Path) -> Log:
    """Return the rows of a Parquet file; raises DataError where it is none."""
    import pyarrow as arrow
    from pyarrow import parquet

    try:
        with open_regular(path) as file:
            opened = parquet.ParquetFile(file)
            if opened.metadata.num_rows > MOST_ROWS:
                raise too_many(said(path))
            schema = opened.schema_arrow
            plain = [field.name for field in schema if not arrow.types.is_nested(field.type)]
            table: Any = opened.read(columns=plain, use_threads=False)
            rows = [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
    except (OSError, ValueError, arrow.ArrowException) as error:
        raise DataError(f"{said(path)} cannot be read as Parquet ({reason(error)}); write it anew") from error
    return log_of("a Parquet table", rows, said(path))
