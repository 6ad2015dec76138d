"""What changes is told, once and by name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from striate.app.serve import events
from striate.app.serve.events import Watcher, signs
from striate.app.serve.place import Place


class Open:
    """A window that stays open."""

    async def is_disconnected(self) -> bool:
        return False


def test_a_change_is_told_by_the_name_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "EVERY", 0.01)
    run = tmp_path / "a" / "run"
    run.mkdir(parents=True)
    (run / "recipe.json").write_text("{}")

    async def watched() -> list[str]:
        stream = Watcher(Place(tmp_path))._events(Open())  # type: ignore[arg-type]
        told = [await anext(stream)]
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.1)
        (run / "history.csv").write_text("x")
        told.append(await asyncio.wait_for(waiting, 20))
        await stream.aclose()
        return told

    hello, changed = asyncio.run(watched())
    assert hello.startswith("retry: 1000\nevent: hello\n")
    assert changed == 'event: changed\ndata: ["a/run"]\n\n'


def test_signs_are_of_runs_and_studies_alone(tmp_path: Path) -> None:
    for name in ("study/runs/arm/0/status.json", "study/study.json", "other/notes.txt", ".hidden/recipe.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    before = signs(Place(tmp_path))
    assert before.keys() == {"study", "study/runs/arm/0"}
    (tmp_path / "study" / "verdict.json").write_text("{}")
    after = signs(Place(tmp_path))
    assert {name for name in after if before[name] != after[name]} == {"study"}
