"""Grade a learner's file: in a process of its own, function by function, each with its time and memory.

A function that hangs or ends the process costs itself alone: the process is started again with those that are left.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from striate.base.errors import DataError, printable
from striate.scratch.exercises.catalog import exercises
from striate.scratch.exercises.verdict import IMPORT, STATUSES, Grade, Verdict

SECONDS, MEMORY = 5.0, 2 << 30
STARTING = 30.0  # seconds for Python and NumPy to be there
PRINTED = 2000  # characters of what the file printed that are kept
LONGEST = 1 << 20  # bytes of one record
ENDINGS = ("did not return", "ended its process")
TEXTS = ("said", "value", "expected", "returned")


def grade(file: str | Path, only: str | None = None, *, seconds: float = SECONDS, memory: int = MEMORY) -> Grade:
    """Grade the exercises in ``file``, a Python file, which is run: all that it has, or those of the name ``only``.

    Each may take ``seconds``, and ``memory`` bytes of addresses. Raises DataError for no such file or exercise.
    """
    place = Path(file)
    if not place.is_file():
        raise DataError(f"there is no file {printable(str(file))}; begin one with `striate exercise start NAME`")
    if place.suffix == ".ipynb":
        raise DataError(
            f"{printable(str(file))} is a notebook; save its functions in a Python file, which nbconvert makes of it"
        )
    left = [exercise.name for exercise in exercises(only)]
    found: dict[str, Verdict] = {}
    order = list(left)
    with tempfile.TemporaryFile() as printed:
        while left:
            ended = _run(place, left, seconds, memory, printed, found)
            found |= {name: verdict for name in left if (verdict := _waiting(name, found)) is not None}
            left = [name for name in left if name not in found]
            if left and ended:
                # Nothing was begun: it is the file itself that cannot be imported.
                found |= {name: Verdict(name, "failed", f"{IMPORT}it {ended}") for name in left}
                left = []
        printed.seek(0)
        kept = printed.read(PRINTED + 1)
        text = kept[:PRINTED].decode("utf-8", "replace") + ("\n..." if len(kept) > PRINTED else "")
    verdicts = [found[name] for name in order]
    if only is None and any(verdict.status != "absent" for verdict in verdicts):
        verdicts = [verdict for verdict in verdicts if verdict.status != "absent"]
    return Grade(str(file), tuple(verdicts), text)


def _waiting(name: str, found: Mapping[str, Verdict]) -> Verdict | None:
    """Return the verdict on a backward pass whose forward pass did not return or ended its process: it would, too."""
    before = name.replace("_backward", "_forward")
    ended = found.get(before) if before != name else None
    if ended is None or not ended.said.startswith(ENDINGS):
        return None
    return Verdict(name, "failed", f"waits for {before}, whose cache it takes: it {ended.said}")


def _run(
    place: Path, names: list[str], seconds: float, memory: int, printed: IO[bytes], found: dict[str, Verdict]
) -> str:
    """Run the process until it ends or has to be ended; return how it ended, where it had begun no exercise."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "striate.scratch.exercises.worker", str(place), str(writing), str(memory), *names]
    root = str(Path(__file__).parents[3])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=subprocess.STDOUT,
        pass_fds=(writing,),
        start_new_session=True,
        env=os.environ | one | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    os.close(writing)
    running: str | None = None
    hung = False
    try:
        for line in _lines(reading, seconds, STARTING + seconds * (len(names) + 1)):
            if line is None:
                hung = True
                break
            record = _record(line)
            if "begin" in record:
                running = record["begin"]
            elif (verdict := _verdict(record)) and verdict.name == running:
                found[verdict.name] = verdict
                running = None
    finally:
        os.close(reading)
        _end(process, hung)
    how = f"did not return within {seconds:g} s" if hung else _ending(process.returncode)
    if running and running not in found:
        found[running] = Verdict(running, "failed", how)
        return ""
    return how


def _lines(reading: int, seconds: float, most: float) -> Iterator[bytes | None]:
    """Yield each line of the pipe; None where no record came in time; end with the pipe.

    ``most`` is how many seconds all of them may take.
    """
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        deadline = time.monotonic() + STARTING
        end = time.monotonic() + most  # whatever comes through the pipe
        while True:
            left = min(deadline, end) - time.monotonic()
            if left <= 0 or len(rest) > LONGEST or not selector.select(left):
                yield None
                return
            piece = os.read(reading, 1 << 16)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if any(map(_record, whole)):
                deadline = time.monotonic() + seconds


def _record(line: bytes) -> dict[str, Any]:
    """Return what the worker tells; nothing for what a learner's file may have written into its pipe."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(record, dict):
        return {}
    told = cast("dict[str, Any]", record)
    if set(told) == {"begin"} and isinstance(told["begin"], (str, type(None))):
        return told
    return told if _verdict(told) else {}


def _verdict(record: dict[str, Any]) -> Verdict | None:
    texts = all(isinstance(record.get(name, ""), str) for name in TEXTS)
    inputs, mistake = record.get("inputs", {}), record.get("mistake")
    known = set(record) <= {"name", "status", "mistake", "inputs", *TEXTS} and {"name", "status"} <= set(record)
    if not known or not texts or record["status"] not in STATUSES or not isinstance(mistake, (str, type(None))):
        return None
    if not isinstance(inputs, dict):
        return None
    pairs = cast("dict[str, object]", inputs)
    if not isinstance(record["name"], str) or not all(isinstance(value, str) for value in pairs.values()):
        return None
    return Verdict(**record)


def _end(process: subprocess.Popen[bytes], hung: bool) -> None:
    """End the process and what it started: they are a group of their own."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(0 if hung else 5)  # a process that closed its pipe is about to end, and how is of interest
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ending(code: int) -> str:
    if code < 0:
        known = -code in {*signal.Signals}
        return f"ended its process with {signal.Signals(-code).name if known else f'signal {-code}'}"
    return f"ended its process with exit code {code}"
