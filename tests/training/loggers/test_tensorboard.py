"""The event file is read back by TensorBoard's own reader."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from striate.training.folder.tables import Row
from striate.training.loggers.logging import Known
from striate.training.loggers.tensorboard import EventFile


def test_tensorboard_reads_the_scalars(tmp_path: Path) -> None:
    with closing(EventFile(Known(tmp_path, {}, "", 0))) as events:
        events.write([Row(3, 1, "train", "loss", 0.5), Row(3, 1, "val", "accuracy", 0.25)])
        events.write([Row(6, 2, "train", "loss", 0.125)])
    found = EventAccumulator(str(tmp_path)).Reload()
    assert [(e.step, e.value) for e in found.Scalars("loss/train")] == [(3, 0.5), (6, 0.125)]
    assert [(e.step, e.value) for e in found.Scalars("accuracy/val")] == [(3, 0.25)]


KILLED = """
import os, sys
from pathlib import Path
from striate.training.loggers.tensorboard import EventFile
from striate.training.loggers.logging import Known
from striate.training.folder.tables import Row
events = EventFile(Known(Path(sys.argv[1]), {}, "", int(sys.argv[2])))
for step in range(int(sys.argv[2]) + 1, int(sys.argv[3]) + 1):
    events.write([Row(step, step, "val", "accuracy", step / 64)])
os.kill(os.getpid(), 9)
"""


def test_two_kills_leave_every_step_once(tmp_path: Path) -> None:
    """The first before anything was saved, so that the second session starts again from 0; the third continues from 15."""
    (tmp_path / "killed.py").write_text(KILLED)
    folder = tmp_path / "events"
    folder.mkdir()
    for start, last in ((0, 20), (0, 30)):
        words = [sys.executable, str(tmp_path / "killed.py"), str(folder), str(start), str(last)]
        ended = subprocess.run(words, check=False)
        assert ended.returncode == -9
    with closing(EventFile(Known(folder, {}, "", 15))) as events:
        for step in range(16, 41):
            events.write([Row(step, step, "val", "accuracy", step / 64)])
    found = EventAccumulator(str(folder)).Reload()
    assert [(e.step, e.value) for e in found.Scalars("accuracy/val")] == [(n, n / 64) for n in range(1, 41)]


def test_a_file_of_the_same_second_is_read_behind_the_one_before(tmp_path: Path) -> None:
    for _ in range(3):
        with closing(EventFile(Known(tmp_path, {}, "", 0))):
            pass
    stamps = [int(path.name.split(".")[3]) for path in sorted(tmp_path.iterdir())]
    assert len(set(stamps)) == 3


def test_where_there_is_no_file_all_is_told_again(tmp_path: Path) -> None:
    with closing(EventFile(Known(tmp_path, {}, "", 15))) as events:
        assert events.has() == 0
    with closing(EventFile(Known(tmp_path, {}, "", 15))) as events:
        assert events.has() == 15
