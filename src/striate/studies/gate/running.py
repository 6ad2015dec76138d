"""Commands with seeds: started, watched, and written down, so that each is run once and nothing it said is lost.

Each try has a folder of its own with stdout, stderr and, once the command has ended, result.json. A try without that was
interrupted. When its time is over, or Striate is stopped, the command and everything that it started are ended: by SIGTERM, and
5 seconds later by SIGKILL. Where Striate itself is killed, a process that watches for that ends them in the same way.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from striate.base.disk.files import make_folder, write_json
from striate.base.disk.foreign import open_regular
from striate.base.disk.sealed_json import Form, read_own, sealed
from striate.base.errors import StudyError, counted, printable
from striate.studies.gate.command_line import Command
from striate.studies.gate.watching import GRACE, Watch, watching

PATIENCE = 0.05  # seconds for which all that are under way are watched in turn
NUMBER = re.compile("[0-9]{1,9}")
HELD = 'read -r go && exec "$@" </dev/null'  # a command that begins once it is watched, and never where that was killed
Ended = Literal["exit", "timeout"]


class ResultForm(Form):
    """What result.json must hold."""

    command: str
    seed: int
    ended: Ended
    code: int
    seconds: float
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Try:
    """How a command ended: its exit ``code``, negative for a signal, or the ``timeout`` that ended it."""

    folder: Path
    ended: Ended
    code: int
    seconds: float

    @property
    def failed(self) -> str:
        """Why it cannot count, for a sentence; empty where it ended well."""
        if self.ended == "timeout":
            return f"was ended after {counted(round(self.seconds), 'second')}, its `timeout`"
        if self.code < 0:
            return f"was ended by signal {-self.code}"
        return f"failed with exit code {self.code}{self._last_words()}" if self.code else ""

    def _last_words(self) -> str:
        from striate.studies.gate.measuring import read_output

        lines = [line.strip() for line in read_output(self.folder / "stderr").splitlines() if line.strip()]
        return f' ("{printable(lines[-1][:120])}")' if lines else ""


def tried(place: Path) -> Try | None:
    """Return the last try of the run in ``place`` that came to an end; raises StudyError where its files were changed."""
    for folder in reversed(_tries(place)):
        if not (folder / "result.json").exists():
            continue
        record = read_own(
            folder / "result.json", ResultForm, todo="remove its folder, and it is run again", kind=StudyError
        )
        for name in ("stdout", "stderr"):
            if _digest(folder / name) != record[name]:
                raise StudyError(
                    f'"{folder / name}" was changed after it was written; remove its folder, and it is run again'
                )
        return Try(folder, record["ended"], record["code"], record["seconds"])
    return None


class Running:
    """A command under way, with ``seed``, in a new folder within ``place``; raises StudyError where it cannot be started.

    ``place`` lies in the gate's own folder, within which no link is followed. ``watch`` ends it where this process is killed.
    """

    def __init__(self, command: Command, seed: int, place: Path, timeout: float | None, watch: Watch) -> None:
        number = int(_tries(place)[-1].name) + 1 if _tries(place) else 1
        self.command, self.seed, self.timeout, self.watch = command, seed, timeout, watch
        self.folder = place / str(number)
        make_folder(self.folder, within=place.parents[2])
        words, self.began = command.words(seed), time.monotonic()
        if shutil.which(words[0]) is None:
            raise self._unfit(words[0], "no program of this name that may be run")
        with open(self.folder / "stdout", "wb") as out, open(self.folder / "stderr", "wb") as err:
            try:
                self.process = subprocess.Popen(
                    ["/bin/sh", "-c", HELD, "sh", *words],
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                    env={**os.environ, "STRIATE_SEED": str(seed)},
                )
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                raise self._unfit(words[0], why) from error
        watch(self.process.pid)
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self.process.stdin as go:  # it was ended from elsewhere
            go.write(b"go\n")

    def _unfit(self, program: str, why: str) -> StudyError:
        return StudyError(
            f'the {self.command.side} cannot be started ("{printable(program)}": {why}); correct the command'
        )

    def ended(self, patience: float) -> Try | None:
        """Return how it ended, written down, or None where it is under way after ``patience`` seconds more."""
        left = math.inf if self.timeout is None else self.began + self.timeout - time.monotonic()
        ended: Ended = "exit"
        try:
            code = self.process.wait(max(0.0, min(patience, left)))
        except subprocess.TimeoutExpired:
            if patience < left:
                return None
            ended, code = "timeout", self.end()
        self.clear()
        seconds = time.monotonic() - self.began
        record: dict[str, Any] = {
            "command": self.command.text,
            "shell": self.command.shell,
            "seed": self.seed,
            "ended": ended,
            "code": code,
            "seconds": seconds,
            "stdout": _digest(self.folder / "stdout"),
            "stderr": _digest(self.folder / "stderr"),
        }
        write_json(self.folder / "result.json", sealed(record))
        return Try(self.folder, ended, code, seconds)

    def end(self) -> int:
        """End it, with everything that it started, and return its exit code."""
        _kill(self.process.pid, signal.SIGTERM)
        try:
            return self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            _kill(self.process.pid, signal.SIGKILL)
            return self.process.wait()

    def clear(self) -> None:
        """End what it started and left behind, which holds no seed of ours."""
        _kill(self.process.pid, signal.SIGKILL)
        self.watch(-self.process.pid)


Job = tuple[Command, int, Path]
"""A command, its seed, and the place of its tries."""


def run_jobs(jobs: Sequence[Job], workers: int, timeout: float | None, took: Callable[[Job, Try], bool]) -> None:
    """Run ``jobs`` in their order, ``workers`` of them side by side; raises StudyError where one cannot be started.

    ``took`` is told of each that has ended. Where it returns False, no further one begins, and those under way come to
    their ends. An exception, KeyboardInterrupt above all, ends them.
    """
    waiting, live = list(reversed(jobs)), dict[Running, Job]()
    with watching() as watch:
        try:
            while waiting or live:
                while waiting and len(live) < workers:
                    job = waiting.pop()
                    live[Running(*job, timeout, watch)] = job
                for running in list(live):
                    if (done := running.ended(PATIENCE / len(live))) is not None and not took(live.pop(running), done):
                        waiting.clear()
        finally:
            for running in live:
                _kill(running.process.pid, signal.SIGTERM)
            for running in live:
                running.end()
                running.clear()


def _tries(place: Path) -> list[Path]:
    found = (
        [path for path in place.glob("*") if NUMBER.fullmatch(path.name) and path.is_dir()] if place.is_dir() else []
    )
    return sorted(found, key=lambda path: int(path.name))


def _kill(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _digest(path: Path) -> str:
    made = hashlib.sha256()
    try:
        with open_regular(path) as file:
            while part := file.read(1 << 20):
                made.update(part)
    except OSError:
        return "absent"
    return made.hexdigest()
