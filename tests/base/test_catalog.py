"""A table of names, the sentence for a name that is none of them, and homes that are loaded when asked for."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from striate.base.catalog import Catalog, homes, later, loaded, unknown
from striate.base.errors import NetError


@dataclass(frozen=True)
class Thing:
    name: str


THINGS = Catalog("thing", NetError, (Thing("pear"), Thing("apple")))


def test_entries_come_by_name_and_in_their_order() -> None:
    assert THINGS.names == tuple(THINGS) == ("pear", "apple")
    assert THINGS.entry("apple") is THINGS["apple"]
    assert len(THINGS) == 2
    assert "plum" not in THINGS


def test_a_name_that_is_none_of_them_is_one_sentence() -> None:
    with pytest.raises(NetError) as error:
        THINGS.entry("aple")
    assert str(error.value) == 'thing "aple" is unknown (did you mean "apple"?); accepted are pear, apple'
    assert unknown("thing", "a\x1b", ("b",), "or a path") == ('thing "a\\x1b" is unknown; accepted are b, or a path')
    assert unknown("thing", "ppl", ("plum", "an apple")) == (
        'thing "ppl" is unknown (did you mean "an apple"?); accepted are plum, an apple'
    )
    assert unknown("thing", ["aple", "x"], ("apple", "fig")) == (
        'things "aple" (did you mean "apple"?), "x" are unknown; accepted are apple, fig'
    )
    assert unknown("thing", "x", "abcd", "or a path", most=2) == (
        'thing "x" is unknown; accepted are a, b, 2 more, or a path'
    )
    assert unknown("thing", "x", "abcd", see="things.list()") == 'thing "x" is unknown; see things.list()'
    assert unknown("thing", "aple", ("apple", "fig"), brief=True) == 'thing "aple" is unknown (did you mean "apple"?)'
    assert unknown("thing", "x", ("apple", "fig"), brief=True) == 'thing "x" is unknown; accepted are apple, fig'
    assert unknown("thing", "x", ()) == 'thing "x" is unknown; accepted are none'


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="two thing entries are named pear"):
        Catalog("thing", NetError, (Thing("pear"), Thing("pear")))


def test_a_home_is_loaded_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lazy_home.py").write_text("def double(x, *, plus=0):\n    return 2 * x + plus\n")
    monkeypatch.syspath_prepend(tmp_path)
    double = later("lazy_home:double")
    assert "lazy_home" not in sys.modules
    assert double(3, plus=1) == 7
    assert loaded("lazy_home") is sys.modules.pop("lazy_home")
    assert loaded("math:pi") == math.pi


def test_public_names_are_those_that_type_checkers_are_told(tmp_path: Path) -> None:
    file = tmp_path / "front.py"
    file.write_text("if TYPE_CHECKING:\n    from b.c import z as z, y\n    from a import x as w\nfrom d import no\n")
    assert homes(file) == {"w": "a:x", "y": "b.c:y", "z": "b.c:z"}
