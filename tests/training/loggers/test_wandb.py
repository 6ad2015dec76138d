"""W&B itself, offline: a run that is killed and goes on is one run with every epoch, and its bytes are those without it."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from striate.studies.logs.opening import read_log
from striate.training.folder.tables import Row
from striate.training.loggers.logging import Known
from striate.training.loggers.wandb import of_trackio

TRAIN = """
import os, sys
from striate.training.recipe.recipe import Recipe
from striate.training.train import train
recipe = Recipe(net_options={"widths": [[3]], "hidden": []}, batch_size=25, train_images=75, epochs=4)
def watch(tick):
    if tick.val is not None and tick.epoch == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
train(recipe, sys.argv[1], log=sys.argv[3:], watch=watch)
"""


@pytest.mark.slow
def test_a_killed_run_goes_on_as_one_run(tmp_path: Path) -> None:
    (tmp_path / "trains.py").write_text(TRAIN)

    def trained(name: str, kill: int, *log: str) -> int:
        words = [sys.executable, str(tmp_path / "trains.py"), str(tmp_path / name), str(kill), *log]
        return subprocess.run(words, capture_output=True, check=False).returncode

    assert [trained("logged", 2, "wandb"), trained("logged", 0), trained("plain", 0)] == [-9, 0, 0]
    rows = read_log(tmp_path / "logged" / "wandb").rows
    assert [row["step"] for row in rows] == [3, 6, 9, 12]
    assert len({row["run"] for row in rows}) == 1
    for name in ("history.csv", "checkpoints/step-00000012.safetensors"):
        assert (tmp_path / "logged" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
    losses = [line.split(",") for line in (tmp_path / "plain/history.csv").read_text().splitlines()]
    assert [row["loss/val"] for row in rows] == [float(row[-1]) for row in losses if row[2:4] == ["val", "loss"]]


def test_trackio_is_asked_for_the_run_and_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`with_real_programs.sh` asks the real one."""
    logged: list[Any] = []

    def init(**given: Any) -> Any:
        sys.stdout.write("* Trackio project initialized")
        logged.append(given)
        return SimpleNamespace(log=lambda values, step: logged.append((step, values)))

    storage = SimpleNamespace(get_max_step_for_run=lambda project, name: {("striate", "r-1"): 6}.get((project, name)))
    for name, holds in (
        ("trackio", {"init": init, "finish": lambda: sys.stdout.write("* Run finished")}),
        ("trackio.sqlite_storage", {"SQLiteStorage": storage}),
    ):
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        vars(module).update(holds)
        monkeypatch.setitem(sys.modules, name, module)
    run = of_trackio(Known(tmp_path / "r", {"lr": 0.1}, "r-1", 6))
    assert run.has() == 6
    run.write([Row(9, 3, "val", "loss", 0.5)])
    run.close()
    assert logged == [
        {"project": "striate", "name": "r-1", "config": {"lr": 0.1}, "resume": "allow", "embed": False},
        (9, {"loss/val": 0.5}),
    ]
    assert capsys.readouterr().out == ""
    assert of_trackio(Known(tmp_path / "r", {}, "new", 0)).has() == 0
