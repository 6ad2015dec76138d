"""Parquet: damage is said, and so is that PyArrow is not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.studies.logs.parquet import read_parquet


def test_damage_is_said(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 not at all PAR1")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_parquet(tmp_path / "t.parquet")


def test_without_pyarrow_it_is_said_how_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r'pip install "\.\[tables\]"'):
        read_parquet(tmp_path / "t.parquet")
