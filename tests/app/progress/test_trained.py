"""Training from Python has a bar in a notebook, and is silent elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

import striate as st
from striate.app.progress import bars, trained


def test_a_bar_is_drawn_in_a_notebook_unless_somebody_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    for module in (trained, bars):
        monkeypatch.setattr(module, "notebook", lambda: shown.append)
    run = st.train(st.Recipe(net="shallownet", data="digits", epochs=1, train_images=64), tmp_path / "run")
    assert "epoch 1/1" in shown[-1]
    before = len(shown)
    ticks: list[object] = []
    assert st.resume(run.folder, epochs=2, watch=ticks.append).status == "finished"
    assert ticks
    assert len(shown) == before


def test_elsewhere_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trained, "notebook", lambda: None)
    with trained.watched(None) as watch, trained.beaten(None, 3) as beat:
        assert (watch, beat) == (None, None)


def test_a_study_has_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    for module in (trained, bars):
        monkeypatch.setattr(module, "notebook", lambda: shown.append)
    with trained.beaten(None, 3) as beat:
        assert beat is not None
        beat([None, None])
    assert 'max="6" value="0"' in shown[-1]
    assert "0/2 runs" in shown[-1]
