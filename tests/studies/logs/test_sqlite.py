"""A database is read and never written, whatever its schema would do."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.studies.logs import sqlite as module
from striate.studies.logs.sqlite import asked, reading, tables


def made(path: Path) -> Path:
    database = sqlite3.connect(path)
    database.executescript(
        "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4); CREATE VIEW v AS SELECT * FROM t"
    )
    database.close()
    return path


def test_tables_are_plain_and_nothing_can_be_written(tmp_path: Path) -> None:
    path = made(tmp_path / "odd ?name#.db")
    before = path.read_bytes()
    with reading(path) as database:
        assert tables(database) == {"t": {"a", "b"}}
        assert list(asked(database, "SELECT a FROM t", "x")) == [
            (1,),
            (3,),
        ]
    with pytest.raises(DataError, match="cannot be read as a database"), reading(path) as database:
        database.execute("INSERT INTO t VALUES (5, 6)")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_more_rows_than_are_read_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 1)
    with pytest.raises(DataError, match="x has more than"), reading(made(tmp_path / "x.db")) as database:
        list(asked(database, "SELECT a FROM t", "x"))


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 2000)
    for name, words in (("x.db", "cannot be read"), ("absent.db", "absent")):
        with pytest.raises(DataError, match=words), reading(tmp_path / name) as database:
            tables(database)


def test_a_question_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 0.05)
    endless = f"SELECT t0.a FROM {', '.join(f't AS t{n}' for n in range(30))} WHERE t0.a + t29.a < 0"
    with pytest.raises(DataError, match="interrupted"), reading(made(tmp_path / "x.db")) as database:
        list(database.execute(endless))


@pytest.mark.parametrize("made_by", ["CREATE VIEW v2 AS SELECT a FROM t", "CREATE TABLE v2 (b, a AS (b + 1))"])
def test_what_a_schema_would_compute_is_no_table(made_by: str, tmp_path: Path) -> None:
    path = made(tmp_path / "x.db")
    sqlite3.connect(path).executescript(made_by)
    with reading(path) as database:
        assert tables(database) == {"t": {"a", "b"}}
    with pytest.raises(DataError, match=r"not authorized|prohibited"), reading(path) as database:
        list(asked(database, "SELECT a FROM v", "x"))
    with pytest.raises(DataError, match="not authorized"), reading(path) as database:
        list(asked(database, "SELECT zeroblob(5)", "x"))


def test_what_lies_beside_a_database_is_a_file_or_absent_and_nothing_is_made_there(tmp_path: Path) -> None:
    path = made(tmp_path / "x.db")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    with reading(path) as database:
        assert list(asked(database, "SELECT a FROM t", "x")) == [(1,), (3,)]
        assert [p.name for p in tmp_path.iterdir()] == ["x.db"]
    os.mkfifo(tmp_path / "x.db-wal")
    with pytest.raises(DataError, match="is a named pipe"), reading(path):
        pass
