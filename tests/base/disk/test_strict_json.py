"""JSON of ours: strict, for people too, and every number comes back; what no program of ours writes is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.base.disk.files import (
    dump_json,
    parse_json,
    read_json,
    write_json,
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
keys = st.text().filter(lambda key: key != "nonfinite")  # the one word that is taken
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=10)


def strict(text: str) -> Any:
    """Parse as a parser does that knows no more than the standard: NaN and Infinity are refused."""

    def refuse_constant(word: str) -> None:
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse_constant)


@given(values)
def test_json_is_strict_and_every_value_survives(value: Any) -> None:
    text = dump_json(value)
    strict(text)
    assert text.endswith("\n")
    assert repr(parse_json(text)) == repr(value)


UNREADABLE = {
    "[" * 100_000: "nested more than 64 deep",
    "[" * 65 + "]" * 65: "nested more than 64 deep",
    '{"a": 1, "b": 2, "a": 3}': "'a' comes twice",
    "9" * 5000: "digits",
    "1e999": "1e999 is too large a number",
    "NaN": "NaN is not JSON",
    '{"nonfinite": "9"}': "nan, inf or -inf",
    '{"nonfinite": [1]}': "nan, inf or -inf",
    "\0": "Expecting value",
    "": "Expecting value",
}


@pytest.mark.parametrize("text", UNREADABLE, ids=range(len(UNREADABLE)))
def test_json_that_no_program_of_ours_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=UNREADABLE[text]):
        parse_json(text)
    assert parse_json("[" * 64 + "]" * 64)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [float, np.float64])
def test_non_finite_numbers_survive(tmp_path: Path, number: float, kind: type[float]) -> None:
    write_json(tmp_path / "x.json", {"loss": kind(number), "list": (1.5, [kind(number)])})
    strict((tmp_path / "x.json").read_text())
    back = read_json(tmp_path / "x.json")
    assert repr(back) == repr({"loss": number, "list": [1.5, [number]]})


def test_json_is_written_for_people_too() -> None:
    assert dump_json({"b": [1, float("nan")], "a": "\u00e9"}) == (
        '{\n  "b": [\n    1,\n    {\n      "nonfinite": "nan"\n    }\n  ],\n  "a": "\u00e9"\n}\n'
    )


@pytest.mark.parametrize(
    "text", ["\x1b[31m", "\x9b31m", "\x7f", "\u202eabc", "\udcff", "\u2028", "\U000e0001", "a\tb\r\n\0"]
)
def test_json_holds_nothing_that_a_terminal_could_act_on(text: str) -> None:
    written = dump_json({text: [text]})
    assert all(c.isprintable() or c == "\n" for c in written)
    assert json.loads(written) == {text: [text]}


def test_what_json_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json(tmp_path / "x.json", {"when": object()})
    assert list(tmp_path.iterdir()) == []
