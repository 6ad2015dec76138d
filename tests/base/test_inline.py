"""What shows itself in notebooks asks for its card when it is first shown."""

from __future__ import annotations

from operator import methodcaller

import pytest

from striate.base import inline


class Thing(inline.Inline):
    pass


def test_the_card_is_made_by_what_lies_at_its_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "SHOWN", "builtins:repr")
    thing = Thing()
    assert methodcaller("_repr_html_")(thing) == repr(thing)
