"""The event file is read back by TensorBoard's own reader."""

from __future__ import annotations

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from striate.training.events import EventFile
from striate.training.tables import Row


def test_tensorboard_reads_the_scalars(tmp_path: Path) -> None:
    with EventFile(tmp_path, 0) as events:
        events.write([Row(3, 1, "train", "loss", 0.5), Row(3, 1, "val", "accuracy", 0.25)])
        events.write([Row(6, 2, "train", "loss", 0.125)])
    found = EventAccumulator(str(tmp_path)).Reload()
    assert [(e.step, e.value) for e in found.Scalars("loss/train")] == [(3, 0.5), (6, 0.125)]
    assert [(e.step, e.value) for e in found.Scalars("accuracy/val")] == [(3, 0.25)]
