"""The mistakes of a run are those of the command, and how far it is is told."""

from __future__ import annotations

import json
import shlex
import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from striate.app.scoring.mistaking import mistaken, page_of_mistakes
from striate.app.serve.place import Place
from striate.app.serve.pulse import Pulse
from striate.app.serve.views.mistakes import mistakes_shown
from striate.base.errors import ProbeError, RunError


def test_they_are_those_of_the_command(client: TestClient, filled: Path) -> None:
    told = [json.loads(line) for line in client.get("/api/mistakes", params={"name": "<b>run"}).text.splitlines()]
    shown, page = told[-1]["result"], page_of_mistakes(mistaken(filled / "<b>run"))
    assert shown["words"] == list(page.words + page.notes)
    assert [g["title"] for g in shown["groups"]] == [group.title for group in page.groups]
    uris = [[panel.uri for panel in group.panels] for group in page.groups]
    assert [[panel["uri"] for panel in group["panels"]] for group in shown["groups"]] == uris
    assert len(shown["groups"][0]["charts"]) == 1
    assert shown["tables"][-1]["title"].startswith("Confusion")
    assert shlex.split(shown["command"]) == ["striate", "show", "mistakes", str(filled / "<b>run")]


def test_test_images_only_after_the_test_and_no_other_choice(filled: Path) -> None:
    for on, kind in (("test", RunError), ("train", ProbeError)):
        with pytest.raises(kind):
            mistakes_shown(Place(filled), threading.Lock(), {"name": "<b>run", "on": on})


def test_it_says_how_many_images_it_has_seen_and_stops_when_nobody_waits(filled: Path) -> None:
    pulse = Pulse()
    mistakes_shown(Place(filled), threading.Lock(), {"name": "<b>run"}, pulse)
    assert pulse.progress == (145, 145)
    lock = threading.Lock()
    pulse.gone = True
    with pytest.raises(ProbeError, match="nobody waits"):
        mistakes_shown(Place(filled), lock, {"name": "<b>run"}, pulse)
    assert not lock.locked()
