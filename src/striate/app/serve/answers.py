"""From a function's record to an answer: strict JSON, and one sentence for what cannot be had.

looking     GET: what a function makes of the query
changing    POST: what a function makes of a JSON object
receiving   POST: what a function makes of a file
working     GET of what takes a while: it ends when its window goes, or when its time is over
telling     the same, which tells how far it is by lines of JSON: {"done", "of"}, and at the end {"result"} or {"error"}
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from striate.app.serve.pulse import Pulse
from striate.base.errors import StriateError, printable, reason
from striate.reports.kit.scripting import jsonable

Route = Callable[[Request], Awaitable[Response]]
Query = Mapping[str, str]
SECONDS = 120.0  # that work may take
GRACE = 2.0  # seconds in which what was stopped may end by itself
EVERY = 0.1  # seconds between two looks at work that goes on
_ORPHANS: set[asyncio.Task[Any]] = set()  # work whose window is gone, until it notices


def json_answer(value: Any, status: int = 200) -> Response:
    """Return ``value`` as an answer; half a character, as a name on disk may hold, becomes "?"."""
    return Response(_text(value), status, media_type="application/json")


def _text(value: Any) -> bytes:
    text = json.dumps(jsonable(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def looking(function: Callable[[Query], Any]) -> Route:
    """Return the route that answers with what ``function`` makes of the query, computed beside the loop."""

    @functools.wraps(function)
    async def route(request: Request) -> Response:
        return await answered(lambda: function(dict(request.query_params)))

    return route


def changing(function: Callable[[Mapping[str, Any]], Any]) -> Route:
    """Return the route that answers with what ``function`` makes of the JSON object that was posted."""

    @functools.wraps(function)
    async def route(request: Request) -> Response:
        try:
            given = json.loads(await request.body() or b"{}")
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            return json_answer({"error": "a JSON object is expected"}, 400)
        return await answered(lambda: function(cast("Mapping[str, Any]", given)))

    return route


def receiving(function: Callable[[bytes, str], Any]) -> Route:
    """Return the route that answers with what ``function`` makes of the file that was posted, and of its name."""

    @functools.wraps(function)
    async def route(request: Request) -> Response:
        content, name = await request.body(), request.query_params.get("name", "")
        return await answered(lambda: function(content, name))

    return route


def working(function: Callable[[Query, Pulse], Any], seconds: float = SECONDS) -> Route:
    """Return the route that answers with what ``function`` makes of the query and of the pulse that it has to call."""

    async def route(request: Request) -> Response:
        query, pulse = dict(request.query_params), Pulse(seconds)
        work = asyncio.ensure_future(answered(lambda: function(query, pulse)))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=EVERY)
                if work.done():
                    break
                if pulse.late(GRACE):  # a single step of it takes this long: it ends after that, unheard
                    return json_answer(refusal(StriateError(pulse.words)), 400)
                if await request.is_disconnected():
                    break
        finally:
            _leave(work, pulse)
        return work.result() if work.done() else Response(status_code=499)

    return route


def telling(function: Callable[[Query, Pulse], Any], seconds: float = SECONDS) -> Route:
    """Return the route of what tells how far it is; its answer is lines of JSON."""

    async def lines(query: Query) -> AsyncGenerator[bytes]:
        pulse, told = Pulse(seconds), (0, 0)
        work = asyncio.ensure_future(run_in_threadpool(function, query, pulse))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=EVERY)
                if pulse.progress != told:
                    told = pulse.progress
                    yield _text({"done": told[0], "of": told[1]}) + b"\n"
                if not work.done() and pulse.late(GRACE):
                    yield _text(refusal(StriateError(pulse.words))) + b"\n"
                    return
            try:
                yield _text({"result": work.result()}) + b"\n"
            except (StriateError, OSError, MemoryError) as error:
                yield _text(refusal(error)) + b"\n"
            except Exception as error:
                yield _text(defect(error)) + b"\n"
                raise
        finally:
            _leave(work, pulse)

    async def route(request: Request) -> Response:
        return StreamingResponse(lines(dict(request.query_params)), media_type="application/x-ndjson")

    return route


def _leave(work: asyncio.Task[Any], pulse: Pulse) -> None:
    """Have work that goes on notice that nobody waits; until then it is held, and how it ends is of no interest."""
    pulse.gone = True
    if work.done():
        return
    _ORPHANS.add(work)
    work.add_done_callback(_ORPHANS.discard)
    work.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


async def answered(compute: Callable[[], Any]) -> Response:
    """Return the answer of ``compute``; what it refuses is a sentence with status 400, what went away meanwhile too."""
    try:
        made = await run_in_threadpool(compute)
    except (StriateError, OSError, MemoryError) as error:
        return json_answer(refusal(error), 400)
    return made if isinstance(made, Response) else json_answer(made)


def refusal(error: Exception) -> dict[str, str]:
    """Return what is answered in place of what cannot be had."""
    text = str(error)
    if isinstance(error, OSError):
        what = (
            "the system refused"
            if error.filename is None
            else f'"{printable(str(error.filename)[-120:])}" cannot be used'
        )
        text = f"{what} ({reason(error)})"
    return {"error": text or type(error).__name__, "kind": type(error).__name__}


def defect(error: Exception) -> dict[str, str]:
    """Return what is answered where striate itself is wrong."""
    return {"error": f"this is a defect of striate ({type(error).__name__}: {printable(str(error))})", "kind": "defect"}
