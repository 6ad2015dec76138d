"""Progress: a log hears of a long run once a minute, and of a short one nothing."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from striate.app.progress.bars import watching_download, watching_run, watching_study
from striate.training.engines.evaluate import Score
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_log_gets_the_epoch_that_ends_after_a_silent_minute(clock: list[float]) -> None:
    text = io.StringIO()
    with watching_run(Console(file=text)) as watch:
        for epoch, seconds in ((1, 59.0), (2, 1.0), (3, 59.0), (4, 60.0)):
            clock[0] += seconds
            watch(Tick(epoch, 4, 10, 10, 130.0, None))
            watch(Tick(epoch, 4, 10, 10, 130.0, Score(1.5, epoch / 8, 1000)))
    assert text.getvalue().splitlines() == [
        "epoch   2   validation accuracy 0.2500   loss 1.5000",
        "epoch   4   validation accuracy 0.5000   loss 1.5000",
    ]


def test_a_log_of_a_study_gets_what_is_done(clock: list[float]) -> None:
    text = io.StringIO()
    with watching_study(Console(file=text), 5) as beat:
        for _ in range(3):
            clock[0] += 30.0
            beat([None, None])
    assert text.getvalue().splitlines() == ["0/2 runs   0 of 10 epochs, 0.0/min"]


def test_a_study_says_that_it_searches_a_rate_after_a_run_has_ended(clock: list[float], tmp_path: Path) -> None:
    folders = [tmp_path / "runs" / arm / "0" for arm in ("bn", "plain")]
    runs: list[Any] = [SimpleNamespace(folder=f, status="finished", epoch=5, recipe=Recipe(epochs=5)) for f in folders]
    text = io.StringIO()
    with watching_study(Console(file=text), 5, {"bn"}) as beat:
        clock[0] += 60.0
        beat(runs)
        (tmp_path / "rates/bn").mkdir(parents=True)
        (tmp_path / "rates/bn/0.json").write_text("{}")
        clock[0] += 60.0
        beat(runs)
    assert " ".join(text.getvalue().split()) == (
        "2/2 runs 10 of 10 epochs, searching a rate 2/2 runs 10 of 10 epochs, 0.0/min"
    )


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_download_and_a_pipe_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for screen in (io.StringIO(), _Terminal()):
        monkeypatch.setattr(sys, "stderr", screen)
        with watching_download("train.gz", 512_000) as advance:
            advance(256_000)
            advance(256_000)
        assert ("train.gz" in screen.getvalue()) == screen.isatty()
        assert ("512.0/512.0 kB" in screen.getvalue()) == screen.isatty()


def test_what_is_piped_gets_no_moving_bar_where_colours_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a notebook's kernel has it
    text = io.StringIO()
    console = Console(file=text)
    assert console.is_terminal
    with watching_run(console) as watch:
        watch(Tick(1, 1, 10, 10, 130.0, Score(1.5, 0.5, 1000)))
    assert text.getvalue() == ""
