"""From a function's record to an answer: strict JSON, and one sentence for what cannot be had."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from striate.base.errors import StriateError
from striate.reports.kit.scripting import jsonable

Route = Callable[[Request], Awaitable[Response]]


def json_answer(value: Any, status: int = 200) -> Response:
    """Return ``value`` as an answer; half a character, as a name on disk may hold, becomes "?"."""
    text = json.dumps(jsonable(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def looking(function: Callable[[Mapping[str, str]], Any]) -> Route:
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


async def answered(compute: Callable[[], Any]) -> Response:
    """Return the answer of ``compute``; what it refuses is a sentence with status 400, what went away meanwhile too."""
    try:
        made = await run_in_threadpool(compute)
    except (StriateError, OSError, MemoryError) as error:
        return json_answer({"error": str(error) or type(error).__name__, "kind": type(error).__name__}, 400)
    return made if isinstance(made, Response) else json_answer(made)
