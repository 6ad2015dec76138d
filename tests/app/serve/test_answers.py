"""Answers are JSON that every browser parses."""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from striate.app.serve.answers import answered
from striate.base.errors import RunError
from striate.reports.kit.scripting import jsonable


@dataclass(frozen=True)
class Pair:
    a: Any
    b: Any


def test_numbers_that_json_cannot_say_are_null_and_records_are_objects() -> None:
    value = {"x": math.nan, 1: [math.inf, 2.5, Pair(Path("p"), (True, None))]}
    assert jsonable(value) == {"x": None, "1": [None, 2.5, {"a": "p", "b": [True, None]}]}


def test_half_a_character_of_a_name_is_no_fault() -> None:
    answer = asyncio.run(answered(lambda: {"name": "a\udcff"}))
    assert json.loads(bytes(answer.body)) == {"name": "a?"}


def test_a_refusal_is_a_sentence_with_400_and_a_defect_is_raised() -> None:
    def refuse() -> None:
        raise RunError("no run in it")

    answer = asyncio.run(answered(refuse))
    assert (answer.status_code, json.loads(bytes(answer.body))) == (400, {"error": "no run in it", "kind": "RunError"})
    with pytest.raises(ZeroDivisionError):
        asyncio.run(answered(lambda: 1 // 0))
