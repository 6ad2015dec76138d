"""Parquet files of anyone's, opened so that what is read of them is no larger than what lies in them.

A dictionary page holds a text once and a number for each row, so that a megabyte can become a terabyte of equal texts, and a
run length can stand for a billion rows. Texts and bytes therefore stay in the form of a dictionary, and rows are counted
before any is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from striate.base.disk.foreign import amount, free_memory, open_regular

ROW = 600  # bytes of one row in memory, about


def opened(path: Path) -> Any:
    """Return ``path`` as a `pyarrow.parquet.ParquetFile` whose texts are read as dictionaries.

    Raises OSError, ValueError or an error of pyarrow where it is none, and ValueError for more rows than memory holds.
    """
    from pyarrow import parquet

    with open_regular(path):  # a pipe of that name would be waited for
        pass
    told: Any = parquet.ParquetFile(path)
    rows = told.metadata.num_rows
    if rows * ROW > free_memory():
        raise ValueError(f"it says that it has {rows:,} rows, for which memory is too small")
    columns = [told.schema.column(place) for place in range(len(told.schema))]
    texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    told.close()
    return parquet.ParquetFile(path, read_dictionary=texts)


def refuse_large(file: Any, group: int, times: int = 2) -> None:
    """Raise OSError where ``times`` the bytes of a row group, as the file tells them, do not fit into memory."""
    size = times * file.metadata.row_group(group).total_byte_size
    if size > (most := free_memory()):
        raise OSError(None, f"its row group would fill {amount(size)} of memory, and {amount(most)} may be used")
