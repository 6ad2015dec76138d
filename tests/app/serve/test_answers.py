"""Answers are JSON that every browser parses."""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from striate.app.serve import answers
from striate.app.serve.answers import answered, telling, working
from striate.app.serve.pulse import Pulse
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


async def _windowed(route: Any, *, gone: bool = False) -> Response:
    """Ask ``route`` as a window does that waits, or that is ``gone`` at once."""

    async def receive() -> dict[str, Any]:
        if gone:
            return {"type": "http.disconnect"}
        await asyncio.sleep(3600)
        raise AssertionError

    scope = {"type": "http", "method": "GET", "query_string": b"a=1", "headers": []}
    return await route(Request(scope, receive))


def test_work_answers_as_soon_as_it_is_done() -> None:
    made = asyncio.run(_windowed(working(lambda query, pulse: {"made": [query["a"], pulse.seconds]}, 7)))
    assert json.loads(bytes(made.body)) == {"made": ["1", 7]}

    def refuse(query: object, pulse: Pulse) -> None:
        raise RunError("no run in it")

    assert json.loads(bytes(asyncio.run(_windowed(working(refuse))).body)) == {
        "error": "no run in it",
        "kind": "RunError",
    }


def _until_stopped(ended: threading.Event) -> Any:
    def work(query: object, pulse: Pulse) -> None:
        try:
            while True:
                pulse()
                time.sleep(0.005)
        finally:
            ended.set()

    return work


def test_work_whose_window_is_gone_ends() -> None:
    ended = threading.Event()
    asyncio.run(_windowed(working(_until_stopped(ended)), gone=True))
    assert ended.wait(10)


def test_work_that_takes_too_long_is_stopped_and_says_so() -> None:
    ended = threading.Event()
    made = asyncio.run(_windowed(working(_until_stopped(ended), 0.05)))
    assert "longer than 0.05 s and was stopped" in json.loads(bytes(made.body))["error"]
    assert ended.wait(10)


def test_a_step_that_cannot_be_stopped_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "GRACE", 0.05)
    release = threading.Event()

    async def asked() -> Response:
        try:
            return await _windowed(working(lambda query, pulse: release.wait(30), 0.05))
        finally:
            release.set()

    assert "was stopped" in json.loads(bytes(asyncio.run(asked()).body))["error"]


def _lines(function: Any, **given: float) -> list[Any]:
    async def read() -> list[Any]:
        answer = await _windowed(telling(function, **given))
        assert isinstance(answer, StreamingResponse)
        return [json.loads(line) async for line in answer.body_iterator]

    return asyncio.run(read())


def test_what_is_told_is_how_far_it_is_and_then_the_answer() -> None:
    def work(query: object, pulse: Pulse) -> str:
        for done in range(3):
            pulse(done, 2)
            time.sleep(0.15)
        return "made"

    told = _lines(work)
    assert told[-1] == {"result": "made"}
    assert told[0] in ({"done": 0, "of": 2}, {"done": 1, "of": 2})
    assert [line["done"] for line in told[:-1]] == sorted({line["done"] for line in told[:-1]})


def test_what_is_told_ends_with_why_there_is_no_answer() -> None:
    def refuse(query: object, pulse: Pulse) -> None:
        raise RunError("no run in it")

    assert _lines(refuse) == [{"error": "no run in it", "kind": "RunError"}]
    assert "was stopped" in _lines(_until_stopped(threading.Event()), seconds=0.05)[-1]["error"]
