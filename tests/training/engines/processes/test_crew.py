"""What a run on several processes refuses, and what becomes of it when one of them ends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from striate.base.disk.files import read_json
from striate.base.errors import RunError
from striate.training.engines.processes.crew import Other, check, threads_parted
from striate.training.engines.processes.group import Group
from striate.training.folder import checkpoints
from striate.training.folder.run import open_run
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe
from striate.training.train import resume, train

# 50 updates: parts of 12 and 13 images, and a last batch of 3, which is not cut.
RECIPE = Recipe(
    data="digits",
    train_images=103,
    batch_size=25,
    epochs=10,
    precision="float64",
    sync_batch_norm=True,
    optimizer="sgd",
    lr=0.05,
    flip=True,
    mixup=0.4,
    record_steps=True,
    record_gradients=True,
    net_options={"widths": [[4], [6]], "norm": "batch", "dropout": 0.0, "hidden": [8]},
)


@pytest.mark.parametrize(
    ("recipe", "size", "told"),
    [
        (Recipe(batch_size=5), 3, "3 processes need batches of at least 6 images, 2 for each, and batch_size is 5"),
        (Recipe(), 0, "processes is 0, and must be at least 1"),
        (Recipe(engine="scratch", net="softmax"), 2, "the engine scratch computes on one process, and 2 are asked for"),
    ],
)
def test_what_cannot_be_is_refused(recipe: Recipe, size: int, told: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=told):
        train(recipe, tmp_path / "run", processes=size)
    assert not (tmp_path / "run").exists()


def test_batches_of_two_images_a_process_are_enough() -> None:
    check(Recipe(batch_size=6), Group(size=3))


def test_a_device_for_each_process_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    with pytest.raises(RunError, match="2 processes on this machine need a device each, and it has 1"):
        check(Recipe(), Group(size=2))


def test_processes_share_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    had = list[int]()
    monkeypatch.setattr("torch.get_num_threads", lambda: had[-1] if had else 5)
    monkeypatch.setattr("torch.set_num_threads", had.append)
    with threads_parted(Group(size=2)):
        pass
    assert had == [2, 5]


def test_a_process_that_ends_before_it_has_joined_is_told_of() -> None:
    other = Other(1, 2, 1)
    try:
        other.process.kill()
        with pytest.raises(RunError, match="process 2 of 2 of this run ended by signal 9, probably for want of memory"):
            other.wait()
    finally:
        other.end(0)


def newest(folder: Path) -> tuple[bytes, bytes]:
    """Return the history and the tensors of the newest checkpoint."""
    step = checkpoints.steps(folder / "checkpoints", "step")[-1]
    return (folder / "history.csv").read_bytes(), (folder / f"checkpoints/step-{step:08d}.safetensors").read_bytes()


def kill_another(tick: Tick) -> None:
    if tick.step == 20 and tick.val is None:
        for task in Path("/proc/self/task").iterdir():
            for child in (task / "children").read_text().split():
                if b"processes.follow" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)


def stop(tick: Tick) -> None:
    if tick.step == 33 and tick.val is None:
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.slow
def test_two_processes_follow_the_curve_of_one_and_resume_to_the_same_bytes(tmp_path: Path) -> None:
    one, two = train(RECIPE, tmp_path / "one"), train(RECIPE, tmp_path / "two", processes=2)
    assert (one.step, two.step) == (50, 50)
    for known, found in zip(one.history(), two.history(), strict=True):
        assert (known.step, known.split, known.metric) == (found.step, found.split, found.metric)
        assert found.value == pytest.approx(known.value, rel=1e-9), known
    assert read_json(two.folder / "environment.json")["processes"] == 2

    folder = tmp_path / "cut"
    with pytest.raises(
        RunError, match="process 2 of 2 of this run ended by signal 9, probably for want of memory; resume"
    ):
        train(RECIPE, folder, processes=2, watch=kill_another)
    assert open_run(folder).status == "failed"
    assert resume(folder, processes=2, watch=stop).status == "interrupted"
    assert open_run(folder).step == 33
    assert resume(folder, processes=2).status == "finished"
    assert newest(folder) == newest(two.folder)
