"""What changed in the folder, as server-sent events: at most a second late, and one look at the disk for all windows.

event: hello    data: when this server started, by which a window sees that it is another one
event: changed  data: the names of the runs and studies whose files differ from those of the last look

A window then asks again for what it shows. Between events a comment is sent, so that a dead connection is noticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from striate.app.serve.place import Place
from striate.base.disk.lock import NAME, held

EVERY = 0.5  # seconds between two looks
QUIET = 10.0  # seconds after which a comment is sent
SIGNS = ("recipe.json", "status.json", "history.csv", "test.json", "study.json", "verdict.json")
Seen = Mapping[str, tuple[object, ...]]


def signs(place: Place) -> Seen:
    """Return for each run and study what changes when it does: times and sizes of its files, and whether it is held."""
    found: dict[str, tuple[object, ...]] = {}
    for here, inner, files in os.walk(place.top):
        inner[:] = [name for name in inner if not name.startswith(".")]
        present = [name for name in SIGNS if name in files]
        if not present:
            continue
        if "study.json" not in present:
            inner.clear()
        sign: list[object] = [NAME in files and held(Path(here))]
        for name in present:
            with contextlib.suppress(OSError):
                stat = os.stat(os.path.join(here, name))
                sign.append((name, stat.st_mtime_ns, stat.st_size))
        found[place.name(Path(here))] = tuple(sign)
    return found


class Watcher:
    """The one who looks: while windows are open it compares the folder with what it was."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.started = time.time_ns()
        self._windows: set[asyncio.Queue[list[str]]] = set()
        self._task: asyncio.Task[None] | None = None

    async def stream(self, request: Request) -> StreamingResponse:
        """Answer one window with events until it closes."""
        return StreamingResponse(self._events(request), media_type="text/event-stream")

    async def _events(self, request: Request) -> AsyncIterator[str]:
        queue: asyncio.Queue[list[str]] = asyncio.Queue()
        self._windows.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            yield f"retry: 1000\nevent: hello\ndata: {self.started}\n\n"
            while not await request.is_disconnected():
                try:
                    names = await asyncio.wait_for(queue.get(), QUIET)
                    yield f"event: changed\ndata: {json.dumps(names)}\n\n"
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._windows.discard(queue)

    async def _look(self) -> None:
        before = await run_in_threadpool(signs, self.place)
        while self._windows:
            await asyncio.sleep(EVERY)
            now = await run_in_threadpool(signs, self.place)
            names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
            before = now
            if names:
                for window in self._windows:
                    window.put_nowait(names)
