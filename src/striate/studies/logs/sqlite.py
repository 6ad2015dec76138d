"""A database that another program wrote: opened for reading alone, plain tables alone, and never for long.

What a stranger's schema would have computed is refused: views, triggers, columns that are made by an expression, functions. So
a small file cannot become a large answer. The files that SQLite opens beside a database, its journal and its log, are regular
ones or absent; where there is no log the database is read as one that cannot change, and nothing is made beside it.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from striate.base.disk.files import kind_of as written_kind
from striate.base.disk.foreign import kind_of
from striate.base.errors import DataError, reason
from striate.studies.logs.log import MOST_ROWS, said, too_many

LONGEST = 120.0  # seconds of all questions to a database
LARGEST = 1 << 24  # bytes of one value
BESIDE = ("-journal", "-wal", "-shm")
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA}


@contextlib.contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection]:
    """Open the database ``path``, which nothing is written to; what it says against being read becomes a DataError.

    A schema that a stranger wrote is not trusted: its views, triggers and functions are not used.
    """
    if (kind := kind_of(path)) != "file":
        raise DataError(f"{said(path)} is {kind}, and the file of a database is expected; name it")
    for beside in (path.with_name(path.name + ending) for ending in BESIDE):
        if (there := written_kind(beside)) not in ("", "a file"):
            raise DataError(
                f"{said(beside)} is {there}, and belongs to a database; remove it, or copy the database alone"
            )
    began = time.monotonic()
    still = "" if any(path.with_name(path.name + ending).exists() for ending in BESIDE[:2]) else "&immutable=1"
    try:
        database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro{still}", uri=True)
        try:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
            database.set_progress_handler(lambda: int(time.monotonic() - began > LONGEST), 100_000)
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA query_only = ON")
            database.set_authorizer(_allowed)
            database.text_factory = lambda text: text.decode("utf-8", "replace")
            yield database
        finally:
            database.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataError(
            f"{said(path)} cannot be read as a database of SQLite ({reason(error)}); name one that is whole and not in use"
        ) from error


def _allowed(action: int, _first: str | None, _second: str | None, _schema: str | None, within: str | None) -> int:
    """Allow what reads a table for a question of ours; ``within`` is the view or trigger that would read it."""
    return sqlite3.SQLITE_OK if action in ALLOWED and within is None else sqlite3.SQLITE_DENY


def tables(database: sqlite3.Connection) -> dict[str, set[str]]:
    """Return the names of the plain tables, each with those of its columns; none whose columns are made by an expression."""
    every = database.execute("PRAGMA main.table_list")
    listed = [row[1] for row in every if row[2] == "table" and not row[1].startswith("sqlite_")]
    found: dict[str, set[str]] = {}
    for name in listed:
        quoted = str(name).replace('"', '""')
        columns = list(database.execute(f'PRAGMA main.table_xinfo("{quoted}")'))
        if not any(row[6] for row in columns):  # one that an expression makes
            found[name] = {str(row[1]) for row in columns}
    return found


def asked(database: sqlite3.Connection, words: str, where: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that answer ``words``; raises DataError, naming ``where``, beyond `MOST_ROWS`."""
    for place, row in enumerate(database.execute(words)):
        if place >= MOST_ROWS:
            raise too_many(where)
        yield row
