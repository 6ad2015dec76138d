"""TensorBoard event files beside the history, with the tags people expect: loss/train, accuracy/val, lr/train."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from striate.training.run import Row


class EventFile:
    """One event file of a run; a resumed run adds another, which TensorBoard joins by step."""

    def __init__(self, folder: Path, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._writer = EventFileWriter(str(folder))
        if step:
            # Tells TensorBoard to drop what an interrupted process wrote beyond the step that is continued from.
            self._writer.add_event(Event(step=step, session_log=SessionLog(status=SessionLog.START)))

    def write(self, rows: list[Row]) -> None:
        """Add the rows as scalars."""
        import time

        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        values = [Summary.Value(tag=f"{row.metric}/{row.split}", simple_value=row.value) for row in rows]
        self._writer.add_event(Event(wall_time=time.time(), step=rows[0].step, summary=Summary(value=values)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.close()
