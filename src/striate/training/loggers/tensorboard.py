"""TensorBoard event files beside the history, with the tags people expect: loss/train, accuracy/val, lr/train."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from striate.training.folder.tables import Row
from striate.training.loggers.logging import Known


class EventFile:
    """One event file of a run; a resumed run adds another, which TensorBoard joins by step.

    Each begins with a session start, which tells TensorBoard to drop what a session before it wrote beyond ``step``: an
    interrupted process may have written epochs that are done again. Every epoch is flushed, for the next moment may be the
    last of this process.
    """

    def __init__(self, known: Known) -> None:
        from tensorboard.summary.writer.record_writer import RecordWriter

        # The protocol modules are made at run time, so no type checker can see what is in them.
        self._event: Any = import_module("tensorboard.compat.proto.event_pb2")
        self._summary: Any = import_module("tensorboard.compat.proto.summary_pb2").Summary
        self.key = known.key  # which it has no use for
        self._has = known.step if any(known.folder.glob("events.out.tfevents.*")) else 0
        self._writer: Any = RecordWriter((known.folder / _name(known.folder)).open("xb"))
        self._add(self._event.Event(wall_time=time.time(), file_version="brain.Event:2"))
        start = self._event.SessionLog(status=self._event.SessionLog.START)
        self._add(self._event.Event(wall_time=time.time(), step=known.step + 1, session_log=start))

    def has(self) -> int:
        """Return where the run stands: every epoch is written whole at once, and readers drop what is beyond; 0 for no file."""
        return self._has

    def write(self, rows: Sequence[Row]) -> None:
        """Add the rows as scalars."""
        values = [self._summary.Value(tag=f"{row.metric}/{row.split}", simple_value=row.value) for row in rows]
        self._add(self._event.Event(wall_time=time.time(), step=rows[0].step, summary=self._summary(value=values)))

    def _add(self, event: Any) -> None:
        self._writer.write(event.SerializeToString())
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()


def _name(folder: Path) -> str:
    """Return a name that sorts after those that are there, for TensorBoard reads the files in the order of their names."""
    found = (re.match(r"events\.out\.tfevents\.(\d{10})\.", path.name) for path in folder.iterdir())
    after = max((int(match[1]) for match in found if match), default=0) + 1
    return f"events.out.tfevents.{max(int(time.time()), after):010d}.{socket.gethostname()}.{os.getpid()}.0"
