"""The bound of memory: a quarter of what there is, of the container's where that is less."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from striate.data import memory


def test_a_quarter_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_BOUNDS", ())
    assert memory.limit() == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    monkeypatch.delattr(os, "sysconf")
    assert memory.limit() == 4 << 30


@pytest.mark.parametrize(("content", "share"), [("4000\n", 1000), ("max\n", None), ("", None), ("\xff", None)])
def test_a_container_may_have_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, share: int | None
) -> None:
    (tmp_path / "memory.max").write_text(content, encoding="latin-1")
    monkeypatch.setattr(memory, "_BOUNDS", (tmp_path / "memory.max", tmp_path / "absent"))
    monkeypatch.setattr(memory, "_machine", lambda: 80_000)
    assert memory.limit() == (share or 20_000)


def test_bytes_are_said_in_words() -> None:
    assert [memory.gigabytes(n) for n in (3_932_160_000, 100_000_000, 2_500_000)] == ["3.9 GB", "0.1 GB", "2.5 MB"]
