"""Parquet: damage is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.studies.logs.parquet import read_parquet


def test_damage_is_said(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 not at all PAR1")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_parquet(tmp_path / "t.parquet")
