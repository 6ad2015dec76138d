"""A Parquet file is as large in memory as what lies in it, whatever its dictionary and its run lengths could become."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from striate.data.readers import parquet as module
from striate.data.readers.parquet import opened, refuse_large


def test_texts_stay_a_dictionary_and_are_the_same(tmp_path: Path) -> None:
    words = [["x" * 1000, "y", None][n % 3] for n in range(3000)]
    parquet.write_table(arrow.table({"word": words, "number": range(3000)}), tmp_path / "t.parquet")
    file = opened(tmp_path / "t.parquet")
    column = file.read_row_group(0, columns=["word"]).column(0)
    assert arrow.types.is_dictionary(column.type)
    assert column.nbytes < 100_000 < sum(map(len, filter(None, words)))
    assert column.to_pylist() == words


def test_more_than_memory_holds_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet.write_table(arrow.table({"a": arrow.nulls(100_000, arrow.int8())}), tmp_path / "t.parquet")
    file = opened(tmp_path / "t.parquet")
    monkeypatch.setattr(module, "free_memory", lambda: 10)
    with pytest.raises(ValueError, match="100,000 rows"):
        opened(tmp_path / "t.parquet")
    with pytest.raises(OSError, match="would fill"):
        refuse_large(file, 0)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.parquet")
    with pytest.raises(OSError, match="not a regular file"):
        opened(tmp_path / "t.parquet")
