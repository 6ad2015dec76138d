"""One command with one seed: started, watched, and written down, so that it is run once and nothing it said is lost.

Each try has a folder of its own with stdout, stderr and, once the command has ended, result.json. A try without that was
interrupted. When its time is over, or Striate is stopped, the command and everything that it started are ended: by SIGTERM, and
5 seconds later by SIGKILL. Where Striate itself is killed, a process that watches for that ends them in the same way.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from striate.base.disk.files import make_folder, write_json
from striate.base.disk.foreign import open_regular
from striate.base.disk.sealed_json import Form, read_own, sealed
from striate.base.errors import StudyError, printable
from striate.studies.gate.command_line import Command

GRACE = 5.0  # seconds between SIGTERM and SIGKILL
NUMBER = re.compile("[0-9]{1,9}")
WATCH = f"""
import os, signal, sys, time
group = 0
for line in sys.stdin.buffer:
    group = int(line)
for number in (signal.SIGTERM, signal.SIGKILL) if group else ():  # the end of the pipe: who held it is gone
    try:
        os.killpg(group, number)
    except OSError:
        break
    time.sleep({GRACE})
"""
Watch = Callable[[int], None]
"""Told the group of processes that is to be ended where this process is killed; 0 for none."""
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
            return f"was ended after {self.seconds:.0f} seconds, its `timeout`"
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


def run(command: Command, seed: int, place: Path, timeout: float | None, watch: Watch = lambda group: None) -> Try:
    """Run ``command`` with ``seed`` in a new folder within ``place``; raises StudyError where it cannot be started.

    ``place`` lies in the gate's own folder, within which no link is followed.
    """
    number = int(_tries(place)[-1].name) + 1 if _tries(place) else 1
    folder = place / str(number)
    make_folder(folder, within=place.parents[2])
    words, began = command.words(seed), time.monotonic()
    with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                env={**os.environ, "STRIATE_SEED": str(seed)},
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise StudyError(
                f'the {command.side} cannot be started ("{printable(words[0])}": {why}); mend the command'
            ) from error
        ended: Ended = "exit"
        try:
            watch(process.pid)
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            ended, code = "timeout", _end(process)
        except BaseException:
            _end(process)
            raise
    _kill(process.pid, signal.SIGKILL)  # what it started and left behind holds no seed of ours
    watch(0)
    seconds = time.monotonic() - began
    record: dict[str, Any] = {
        "command": command.text,
        "shell": command.shell,
        "seed": seed,
        "ended": ended,
        "code": code,
        "seconds": seconds,
        "stdout": _digest(folder / "stdout"),
        "stderr": _digest(folder / "stderr"),
    }
    write_json(folder / "result.json", sealed(record))
    return Try(folder, ended, code, seconds)


def _tries(place: Path) -> list[Path]:
    found = (
        [path for path in place.glob("*") if NUMBER.fullmatch(path.name) and path.is_dir()] if place.is_dir() else []
    )
    return sorted(found, key=lambda path: int(path.name))


@contextlib.contextmanager
def watching() -> Generator[Watch]:
    """While the block runs, have a process ready that ends what a command started when this process is killed."""
    words = [sys.executable, "-I", "-S", "-c", WATCH]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True, bufsize=0
    )
    assert process.stdin is not None
    pipe = process.stdin

    def watch(group: int) -> None:
        with contextlib.suppress(OSError):
            pipe.write(b"%d\n" % group)

    try:
        yield watch
    finally:
        watch(0)
        pipe.close()
        process.wait()


def _end(process: subprocess.Popen[bytes]) -> int:
    _kill(process.pid, signal.SIGTERM)
    try:
        return process.wait(GRACE)
    except subprocess.TimeoutExpired:
        _kill(process.pid, signal.SIGKILL)
        return process.wait()


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
