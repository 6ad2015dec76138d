"""What is said to someone who waits: nothing at first, then how far it is, and a log is spared."""

from __future__ import annotations

import itertools
import sys
import time

import pytest

from striate.data import waiting
from striate.data.waiting import counted


def through(monkeypatch: pytest.MonkeyPatch, seconds: float, terminal: bool) -> list[int]:
    """Go through 100 items that take ``seconds`` each."""
    clock = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: next(clock) * seconds)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    return list(counted(range(100), "reading"))


def test_what_is_quick_is_not_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for terminal in (False, True):
        assert through(monkeypatch, 0.01, terminal) == list(range(100))
    assert capsys.readouterr().err == ""


def test_a_terminal_is_told_and_left_clean(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    through(monkeypatch, 1, terminal=True)
    told = capsys.readouterr().err
    assert told.startswith("\rreading: 2 of 100")
    assert told.endswith("\r\x1b[K")
    assert "\n" not in told


def test_a_log_is_told_once_a_minute(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    through(monkeypatch, 10, terminal=False)
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "reading: 5 of 100"
    assert 10 <= len(told) <= 100 * 10 / waiting.LOGGED
