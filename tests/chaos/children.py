"""Trials in processes of their own, forked from one that has imported everything, so that each begins at once."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = "STRIATE_CHAOS"  # in the environment of every process of a part, so that those left behind are found
CRASHED = 121
PATIENCE = 300.0  # seconds for one trial, after which it hangs; a busy machine is slow
MEMORY = 1500 << 20  # bytes that one trial may take beyond what this process has


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, minus the signal that killed it; and what it printed."""

    code: int
    out: str = ""
    err: str = ""
    slow: bool = False
    memory: int = 0

    @property
    def killed(self) -> bool:
        """Whether it was killed while it lived."""
        return self.code == -signal.SIGKILL

    @property
    def told(self) -> str:
        """All that it printed, on one line: where a terminal folds a sentence, what is looked for in it may be cut in two."""
        return " ".join(f"{self.out} {self.err}".split())

    def defect(self) -> str:
        """Return what no user should ever see of it: a traceback, our own fault, no end, no bound; else nothing."""
        if self.slow:
            return f"more than {PATIENCE:g} seconds"
        if self.memory > MEMORY:
            return f"{self.memory >> 20:,} MB of memory"
        text = self.out + self.err
        if "defect of striate" in text or "Traceback" in text or self.code == CRASHED or self.code < 0:
            return f"exit {self.code}: {text[-600:]!r}"
        return ""


def fork(work: Callable[[], object], place: Path) -> int:
    """Do ``work`` in a child whose output goes to files beside ``place``; an int that it returns is its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = CRASHED
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, kind in ((1, "out"), (2, "err")):
            file = os.open(f"{place}.{kind}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, number)
            os.close(file)
        code = done if isinstance(done := work(), int) else 0
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="backslashreplace"))
    finally:
        os._exit(code)


def wait(pid: int, place: Path, patience: float = PATIENCE) -> Ended:
    """Return how the child ended; one that does not end in time is killed."""
    deadline, slow = time.monotonic() + patience, False
    while not (found := os.wait4(pid, os.WNOHANG))[0]:
        if time.monotonic() > deadline and not slow:
            slow = True
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
    texts = [_text(Path(f"{place}.{kind}")) for kind in ("out", "err")]
    memory = (found[2].ru_maxrss - resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024
    return Ended(os.waitstatus_to_exitcode(found[1]), *texts, slow, memory)


def ended(work: Callable[[], object], place: Path) -> Ended:
    """Do ``work`` in a child, and return how it ended."""
    return wait(fork(work, place), place)


def several(commands: Sequence[Sequence[str]], folder: Path, place: Path) -> list[Ended]:
    """Run commands in ``folder``, one after another in one child, and return how each ended."""

    def work() -> None:
        os.chdir(folder)
        for number, words in enumerate(commands):
            for descriptor, kind in ((1, "out"), (2, "err")):
                file = os.open(f"{place}-{number}.{kind}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(file, descriptor)
                os.close(file)
            code = command(*words)
            Path(f"{place}-{number}.code").write_text(str(code))

    for path in place.parent.glob(f"{place.name}-*.*"):
        path.unlink()
    whole, ends = ended(work, place), list[Ended]()
    for number in range(len(commands)):
        texts = [_text(Path(f"{place}-{number}.{kind}")) for kind in ("out", "err", "code")]
        ends.append(
            Ended(int(texts[2] or whole.code or CRASHED), texts[0], texts[1] + whole.err, whole.slow, whole.memory)
        )
    return ends


def _text(path: Path) -> str:
    return path.read_text("utf-8", "backslashreplace") if path.exists() else ""


def command(*words: str) -> int:
    """Run a command of the command line in this process, and return its exit code."""
    from striate.app import cli

    sys.argv = ["striate", *words]
    try:
        cli.main()
    except SystemExit as left:
        sys.stdout.flush()
        sys.stderr.flush()
        return left.code if isinstance(left.code, int) else 0
    return 0


def marked(mark: str) -> list[int]:
    """Return the processes that live with ``mark`` in their environment, but this one and those above it."""
    above = {os.getpid(), os.getppid()}
    return [pid for path in Path("/proc").iterdir() if path.name.isdigit() and (pid := int(path.name)) not in above
            and _bears(path, f"{MARK}={mark}".encode())]  # fmt: skip


def _bears(process: Path, words: bytes) -> bool:
    try:
        ended_already = (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return not ended_already and words in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def left_over(mark: str, patience: float = 30.0) -> list[int]:
    """Return the marked processes that have not ended by themselves in that many seconds, and end them."""
    deadline = time.monotonic() + patience
    while (found := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return found
