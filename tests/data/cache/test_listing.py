"""What the cache keeps is listed, and only that is cleared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.base.disk.lock import locked
from striate.base.errors import DataError
from striate.data import load
from striate.data.cache.listing import clear, entries
from striate.data.cache.place import decoded_folder
from striate.data.photos import stack


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two data sets that are kept, called a and b."""
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stack, "CACHED", 0)
    rng = np.random.default_rng(0)
    for name in "ab":
        for label in ("cat", "dog"):
            (tmp_path / name / label).mkdir(parents=True)
            Image.fromarray(rng.integers(0, 256, (5, 5), np.uint8)).save(tmp_path / name / label / "1.png")
        load(tmp_path / name)
    return [tmp_path / name for name in "ab"]


def test_what_is_kept_is_listed(two: list[Path]) -> None:
    found = {entry.name: entry for entry in entries()}
    assert set(found) == {"a", "b"}
    assert found["a"].shape == (2, 5, 5, 1)
    assert found["a"].roots == (str(two[0]),)
    assert found["a"].size == sum(path.stat().st_size for path in found["a"].folder.glob("*.*"))
    (decoded_folder() / f"killed-{'0' * 16}").mkdir()
    (decoded_folder() / "foreign").mkdir()
    assert sorted(entry.name for entry in entries()) == ["a", "b", f"killed-{'0' * 16}"]


def test_one_or_all_are_cleared_and_what_is_foreign_stays(two: list[Path]) -> None:
    foreign = entries()[0].folder / "notes.txt"
    foreign.write_text("mine")
    cleared, freed, busy = clear("a")
    assert (cleared, busy) == (1, [])
    assert freed > 50
    assert [entry.name for entry in entries() if entry.shape] == ["b"]
    with pytest.raises(DataError, match='data set in the cache "c" is unknown'):
        clear("c")
    (other,) = [entry.folder for entry in entries() if entry.name == "b"]
    with locked(other):
        assert clear("b") == (0, 0, [other.name])
    clear()
    assert [entry for entry in entries() if entry.shape] == []
    assert foreign.read_text() == "mine"
    assert two[0].exists()


def test_an_empty_cache_has_nothing() -> None:
    assert entries() == []
    assert clear() == (0, 0, [])
