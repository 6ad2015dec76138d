#!/usr/bin/env bash
# Two sessions of one run, begun in the same second, write two event files whose names differ in the process number alone.
# tensorboard 2.21.0 reads the files of a folder by their names as text, so process 10000 comes before 9999, and a start
# record of the earlier session, read second, removes every step of the later one: 10 of 20 points are gone. With the
# processes 9998 and 9999 all 20 are there. (A resumed run must therefore choose names that sort after the older ones.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tensorboard==2.21.0 "setuptools<81" numpy==2.4.6
"$folder/venv/bin/python" - "$folder" 2>/dev/null <<'PY'
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def session(path, steps, wall):
    with path.open("wb") as file:
        writer = RecordWriter(file)
        start = SessionLog(status=SessionLog.START)
        writer.write(Event(wall_time=wall, file_version="brain.Event:2").SerializeToString())
        writer.write(Event(wall_time=wall, step=steps[0], session_log=start).SerializeToString())
        for number, step in enumerate(steps, start=1):
            value = Summary(value=[Summary.Value(tag="loss", simple_value=1.0)])
            writer.write(Event(wall_time=wall + number / 1000, step=step, summary=value).SerializeToString())


def read(first, second):
    folder = Path(sys.argv[1], f"{first}-{second}")
    folder.mkdir()
    session(folder / f"events.out.tfevents.1700000000.host.{first}.0", range(1, 11), 1700000000.1)
    session(folder / f"events.out.tfevents.1700000000.host.{second}.0", range(11, 21), 1700000000.5)
    found = EventAccumulator(str(folder))
    found.Reload()
    return [event.step for event in found.Scalars("loss")]


print("processes 9998 and 9999:", len(read(9998, 9999)), "points")
lost = read(9999, 10000)
print("processes 9999 and 10000:", len(lost), "points, steps", lost[0], "to", lost[-1])
assert len(read(1000, 1001)) == 20
assert lost == list(range(1, 11)), lost
PY
