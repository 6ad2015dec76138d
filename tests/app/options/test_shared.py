"""Options of several commands: the device is named for one command and what it starts, and for no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from striate.app.cli import app
from striate.training.engines import machine


def test_a_device_is_named_for_one_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []
    own = machine.device

    def device(*, by_hand: bool = False) -> object:
        seen.append(os.environ.get("STRIATE_DEVICE"))
        return own(by_hand=by_hand)

    monkeypatch.setattr(machine, "device", device)
    tiny = ["--data", "digits", "--epochs", "1", "--set", "train_images=60", "--out", str(tmp_path / "run")]
    for before in (None, "cuda:7"):
        monkeypatch.delenv("STRIATE_DEVICE", raising=False)
        if before is not None:
            monkeypatch.setenv("STRIATE_DEVICE", before)
        done = CliRunner().invoke(app, ["train", *tiny, "--device", "cpu"] if before is None else ["test", tiny[-1]])
        assert os.environ.get("STRIATE_DEVICE") == before
        assert (done.exit_code == 0) == (before is None)
    assert set(seen) == {"cpu", "cuda:7"}


def test_a_device_of_a_node_of_ray_is_asked_of_ray() -> None:
    done = CliRunner().invoke(app, ["study", "batchnorm", "--on", "ray", "--device", "cuda"])
    assert done.exit_code == 2
    assert "a run asks a node of Ray by --ray num_gpus=1" in " ".join(done.output.split())
