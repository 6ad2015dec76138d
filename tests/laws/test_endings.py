"""However a command is ended, what it did is kept, and what it was doing is told: real processes, real signals."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from striate.app import cli
from striate.base.disk.files import read_json
from striate.training.folder.run import open_run

STRIATE = (sys.executable, "-m", "striate")
SMALL = ("--set", "widths=[[2]]", "--set", "hidden=[]", "--set", "batch_size=512")
PATIENCE = 120.0  # seconds: far more than it takes


def until(there: Callable[[], bool]) -> None:
    """Wait until ``there``; a process that never gets there fails the test."""
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.05)


def trained(folder: Path) -> Callable[[], bool]:
    """Return what tells whether a run in ``folder`` has ended an epoch."""

    def there() -> bool:
        return any(read_json(path)["epoch"] for path in folder.rglob("status.json"))

    return there


def start(*words: str, before: tuple[str, ...] = (), cwd: Path) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, without a terminal."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*before, *STRIATE, *words], cwd=cwd, start_new_session=True, **quiet)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_saves_and_the_run_goes_on_from_there(tmp_path: Path, number: signal.Signals) -> None:
    with start("train", "--epochs", "9999", "--out", "run", *SMALL, cwd=tmp_path) as process:
        until(trained(tmp_path / "run"))
        os.killpg(process.pid, number)
        assert process.wait(PATIENCE) == 130
    run = open_run(tmp_path / "run")
    assert run.status == "interrupted"
    assert f"after update {run.step}" in run.reason
    assert (run.folder / f"checkpoints/step-{run.step:08d}.json").is_file()


@pytest.mark.slow
def test_a_closed_terminal_saves_though_nothing_can_be_said_any_more(tmp_path: Path) -> None:
    """With a real terminal, of which the other end is closed: the system sends SIGHUP, and every write to it fails."""
    process, terminal = pty.fork()
    if not process:
        os.chdir(tmp_path)
        os.execvp(STRIATE[0], [*STRIATE, "train", "--epochs", "9999", "--out", "run", *SMALL])
    os.set_blocking(terminal, False)

    def there() -> bool:
        with contextlib.suppress(BlockingIOError):
            os.read(terminal, 2**16)  # or the command waits for someone to read
        return trained(tmp_path / "run")()

    until(there)
    os.close(terminal)
    os.waitpid(process, 0)
    run = open_run(tmp_path / "run")
    assert (run.status, f"after update {run.step}" in run.reason) == ("interrupted", True)
    assert (run.folder / f"checkpoints/step-{run.step:08d}.json").is_file()


@pytest.mark.slow
def test_under_nohup_a_closed_terminal_is_ignored(tmp_path: Path) -> None:
    words = ("train", "--epochs", "9999", "--out", "run", *SMALL)
    with start(*words, before=("nohup",), cwd=tmp_path) as process:
        until(trained(tmp_path / "run"))
        os.killpg(process.pid, signal.SIGHUP)
        step = open_run(tmp_path / "run").epoch
        until(lambda: open_run(tmp_path / "run").epoch > step)
        assert open_run(tmp_path / "run").status == "running"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
    run = open_run(tmp_path / "run")
    assert (run.status, run.reason) == ("interrupted", "its process has ended without a word")
    assert read_json(tmp_path / "run/status.json")["status"] == "running"  # who looks writes nothing


@pytest.mark.slow
def test_a_study_saves_the_runs_of_all_its_workers(tmp_path: Path) -> None:
    words = ("study", "learning-rates", "--epochs", "9999", "--seeds", "1", "--workers", "2", "--out", "s", *SMALL)
    with start(*words, cwd=tmp_path) as process:
        until(trained(tmp_path / "s"))
        process.send_signal(signal.SIGHUP)
        assert process.wait(PATIENCE) == 130
        begun = [open_run(path.parent) for path in (tmp_path / "s").rglob("status.json")]
        assert {run.status for run in begun} <= {"interrupted", "diverged"}
        assert "interrupted" in {run.status for run in begun}
        assert (tmp_path / "s/report.html").is_file()
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)  # nobody is left


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("trial", ["lr_range", "overfit"])
def test_a_trial_ends_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trial: str, number: signal.Signals
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--range-test", "--out", "ramp"] if trial == "lr_range" else ["--overfit-batch"]
    monkeypatch.setattr(f"striate.training.trials.{trial}.images_of", lambda *_, **__: signal.raise_signal(number))
    monkeypatch.setattr(sys, "argv", ["striate", "train", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 130
    assert list(tmp_path.iterdir()) == []
