"""TensorBoard event files beside the history, with the tags people expect: loss/train, accuracy/val, lr/train."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from striate.training.run import Row


class EventFile:
    """One event file of a run; a resumed run adds another, which TensorBoard joins by step."""

    def __init__(self, folder: Path, step: int) -> None:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        # The protocol modules are made at run time, so no type checker can see what is in them.
        self._event: Any = import_module("tensorboard.compat.proto.event_pb2")
        self._summary: Any = import_module("tensorboard.compat.proto.summary_pb2").Summary
        self._writer = EventFileWriter(str(folder))
        if step:
            # Tells TensorBoard to drop what an interrupted process wrote beyond the step that is continued from.
            start = self._event.SessionLog(status=self._event.SessionLog.START)
            self._writer.add_event(self._event.Event(step=step + 1, session_log=start))

    def write(self, rows: list[Row]) -> None:
        """Add the rows as scalars."""
        values = [self._summary.Value(tag=f"{row.metric}/{row.split}", simple_value=row.value) for row in rows]
        event = self._event.Event(wall_time=time.time(), step=rows[0].step, summary=self._summary(value=values))
        self._writer.add_event(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
