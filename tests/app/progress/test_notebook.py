"""The bar of a notebook: where it is drawn, and what it shows."""

from __future__ import annotations

import io
import sys
import types
from typing import Any

import pytest
from rich.console import Console

from striate.app.progress import bars
from striate.app.progress.notebook import NotebookBar, notebook
from striate.training.engines.evaluate import Score
from striate.training.loop import Tick


def fake(monkeypatch: pytest.MonkeyPatch, name: str, **held: Any) -> None:
    monkeypatch.setitem(sys.modules, name, types.SimpleNamespace(**held))


def test_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IPython", "marimo"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert notebook() is None
    fake(monkeypatch, "IPython", get_ipython=lambda: types.SimpleNamespace())  # IPython on a terminal
    fake(monkeypatch, "marimo", running_in_notebook=lambda: False)
    assert notebook() is None


def test_marimo_replaces_its_output(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    fake(
        monkeypatch,
        "marimo",
        running_in_notebook=lambda: True,
        Html=str,
        output=types.SimpleNamespace(replace=shown.append),
    )
    place = notebook()
    assert place is not None
    place("a")
    assert shown == ["a"]


def test_jupyter_displays_once_and_then_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Handle:
        def update(self, html: str) -> None:
            shown.append(f"update {html}")

    def display(html: str, display_id: bool) -> Handle:
        shown.append(f"display {html}")
        assert display_id
        return Handle()

    monkeypatch.delitem(sys.modules, "marimo", raising=False)
    fake(monkeypatch, "IPython", get_ipython=lambda: types.SimpleNamespace(kernel=object()))
    fake(monkeypatch, "IPython.display", HTML=str, display=display)
    place = notebook()
    assert place is not None
    place("a")
    place("b")
    assert shown == ["display a", "update b"]


def test_a_run_is_watched_by_a_bar_with_its_last_epoch_above(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(bars, "notebook", lambda: shown.append)
    with bars.watching_run(Console(file=io.StringIO())) as watch:
        watch(Tick(1, 2, 10, 10, 130.0, Score(1.5, 0.25, 1000)))
        watch(Tick(2, 2, 13, 10, 130.0, None))
    assert 'max="20" value="13"' in shown[-1]
    assert "validation accuracy 0.2500" in shown[-1]
    assert "epoch 2/2   130 images/s" in shown[-1]


def test_what_it_shows_is_text_and_comes_at_most_five_times_a_second() -> None:
    shown: list[str] = []
    bar = NotebookBar(shown.append)
    task = bar.add_task("<b>", total=None)
    for done in range(100):
        bar.update(task, completed=done)
    bar.draw()
    assert len(shown) < 50
    assert "&lt;b&gt;" in shown[-1]
    assert "<progress aria-label" in shown[-1]  # without an end, no share of it
