"""Where the cache lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.data.cache.place import VARIABLE, cache_folder, decoded_folder


def test_a_variable_names_the_cache_and_else_the_system_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == Path.home() / ".cache" / "striate"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "theirs"))
    assert cache_folder() == tmp_path / "theirs" / "striate"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    assert decoded_folder() == tmp_path / "own" / "decoded"
    assert not decoded_folder().exists()
