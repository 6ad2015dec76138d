"""How a net is opened: what the person named is trusted first, and what says where it comes from is handed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from striate.app.inputs import opened_net
from striate.app.options.opening import Opening
from striate.app.options.own_code import OwnCode
from striate.app.options.shared import Source

SAID = {"weights": Path("w.pt"), "trained_on": "digits", "options": {"bias": False}, "data_dir": Path("d")}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(OwnCode, "let_in", lambda own, *words: found.append(words))
    monkeypatch.setattr(opened_net, "open_subject", lambda net, **how: found.append((net, how)))
    return found


OPENING = Opening(Source(Path("w.pt"), "digits", ["bias=false"], Path("d")), OwnCode())


def test_its_own_code_is_let_in_before_a_net_is_opened(seen: list[Any]) -> None:
    OPENING.open("run", "other")
    (words, (net, how)) = seen
    assert words == ("run", "other")
    assert (net, {name: how[name] for name in SAID}) == ("run", SAID)
    assert callable(how["warn"])


def test_what_opens_nets_itself_gets_the_same(seen: list[Any]) -> None:
    assert OPENING.given("a", "b") == SAID
    assert seen == [("a", "b")]
