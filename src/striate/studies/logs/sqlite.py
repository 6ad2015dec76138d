"""A database that another program wrote: opened for reading alone, plain tables alone, and never for long."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from striate.base.disk.foreign import kind_of
from striate.base.errors import DataError, reason
from striate.studies.logs.log import MOST_ROWS, said, too_many

LONGEST = 120.0  # seconds of one question to the database


@contextlib.contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection]:
    """Open the database ``path``, which nothing is written to; what it says against being read becomes a DataError.

    A schema that a stranger wrote is not trusted: its views, triggers and functions are not used.
    """
    if (kind := kind_of(path)) != "file":
        raise DataError(f"{said(path)} is {kind}, and the file of a database is expected; name it")
    began = time.monotonic()
    try:
        database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        try:
            database.set_progress_handler(lambda: int(time.monotonic() - began > LONGEST), 100_000)
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA query_only = ON")
            database.text_factory = lambda text: text.decode("utf-8", "replace")
            yield database
        finally:
            database.close()
    except sqlite3.Error as error:
        raise DataError(
            f"{said(path)} cannot be read as a database of SQLite ({reason(error)}); name one that is whole and not in use"
        ) from error


def tables(database: sqlite3.Connection) -> dict[str, set[str]]:
    """Return the names of the plain tables, each with those of its columns."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: {str(row[1]) for row in database.execute("SELECT * FROM pragma_table_info(?)", (name,))} for name in names
    }


def asked(database: sqlite3.Connection, words: str, where: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that answer ``words``; raises DataError, naming ``where``, beyond `MOST_ROWS`."""
    for place, row in enumerate(database.execute(words)):
        if place >= MOST_ROWS:
            raise too_many(where)
        yield row
