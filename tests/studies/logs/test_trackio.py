"""Trackio's database: what is not JSON in it is said."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from logged import laid
from striate.base.errors import DataError
from striate.studies.logs import trackio


def test_metrics_that_are_no_json_are_said(tmp_path: Path) -> None:
    path = laid("trackio.db", tmp_path)
    database = sqlite3.connect(path)
    database.execute("UPDATE metrics SET metrics = '{' WHERE id = 1")
    database.commit()
    database.close()
    with pytest.raises(DataError, match="not JSON"):
        trackio.read_database(path)
