"""Event files: cut by a kill, damaged by a disk, restarted, and with hyperparameters in a folder below."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from torch.utils.tensorboard import SummaryWriter

from logged import laid
from striate.base.errors import DataError
from striate.studies.logs import tensorboard


def test_a_file_that_a_kill_cut_gives_what_is_before(tmp_path: Path) -> None:
    folder = laid("tensorboard", tmp_path)
    path = tensorboard.event_files(folder / "a" / "seed0")[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    log = tensorboard.read_folder(folder)
    assert "1 of the event files end within a record, as a killed run leaves it" in log.notes
    path.write_bytes(whole + b"\1\0")
    assert "end within a record" in " ".join(tensorboard.read_folder(folder).notes)


def test_a_bit_that_flipped_in_a_number_or_a_length_is_found(tmp_path: Path) -> None:
    folder = laid("tensorboard", tmp_path)
    path = tensorboard.event_files(folder / "a" / "seed0")[0]
    whole = path.read_bytes()
    number = whole.index(struct.pack("<f", 0.6))
    for place, words in ((number, "is damaged in record"), (0, "is not an event file, or is damaged")):
        spoiled = bytearray(whole)
        spoiled[place] ^= 1
        path.write_bytes(bytes(spoiled))
        with pytest.raises(DataError, match=words):
            tensorboard.read_folder(folder)


def test_a_restart_that_says_from_where_drops_what_it_does_again(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(6):
            writer.add_scalar("acc", step / 10, step)
    with SummaryWriter(str(tmp_path / "run"), purge_step=3, filename_suffix=".z") as writer:
        writer.add_scalar("acc", 0.9, 3)
    log = tensorboard.read_folder(tmp_path)
    assert [(row["step"], row["acc"]) for row in log.rows] == [(0, 0.0), (1, 0.1), (2, 0.2), (3, 0.9)]


def test_hyperparameters_below_a_run_are_the_runs(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "run")) as writer:
        writer.add_scalar("acc", 0.1, 1)
        writer.add_hparams({"lr": 0.5, "norm": True, "width": 8}, {"end": 0.1})
    log = tensorboard.read_folder(tmp_path)
    assert [dict(row) for row in log.rows] == [
        {"run": "run", "lr": 0.5, "norm": True, "width": 8, "step": 1, "acc": 0.1}
    ]
