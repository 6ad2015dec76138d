"""Studies whose driver or workers are killed, and that go on to the same runs and verdicts; nobody is left behind.

Four in five studies fork their workers from the driver, which has imported all; the fifth starts them as programs, as users do.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from chaos import trained
from chaos.children import MARK, Ended, ended, fork, left_over, wait
from chaos.tally import Tally
from striate.base.disk.files import read_json
from striate.studies.claims.better import Better
from striate.studies.looks.plan import Until
from striate.studies.question import Arm, Study
from striate.studies.running import pool as workers
from striate.studies.running import process as worker
from striate.studies.running.execute import run_study

FIXED, UNTIL = "kills of studies: driver, worker, both", "kills of studies until decided"
CLAIM = Better("better", "b beats a", treatment=("b",), control="a", measure="test", margin=0.01)
STUDY = Study(
    *("s", "?", trained.BASE.change(epochs=8, train_images=600), (Arm("a"), Arm("b", {"lr": 0.02})), (CLAIM,), (0, 1))
)
# With two seeds the claim is open, with four it is not refuted either: both looks are taken.
STUDIES = {FIXED: STUDY, UNTIL: dataclasses.replace(STUDY, seeds=Until(2, 4))}
FEW = 6
VICTIMS = ("driver", "worker", "all")
Results = dict[str, bytes]


def asked(study: Study, folder: Path, forked: bool) -> int:
    """Do the study in ``folder`` as far as it is not done; return 3 where a run of it failed."""
    os.setsid()
    if forked:
        workers.subprocess = SimpleNamespace(
            Popen=Forked, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired
        )
    answer = run_study(study, folder, workers=2, warn=trained.quiet)
    for run, reason in answer.failures.items():
        os.write(2, f"{run}: {reason}\n".encode())
    return 3 if answer.failures else 0


def results(folder: Path) -> Results:
    """Return what a study is about: the results of its runs, and its verdicts."""
    found = {"verdicts": repr(read_json(folder / "verdict.json")["verdicts"]).encode()}
    for run in sorted(folder.glob("runs/*/*")):
        found |= {f"{run.parent.name}/{run.name}/{name}": content for name, content in trained.result(run).items()}
    return found


class Forked:
    """A worker that is forked from its driver, which has imported all, instead of started as a program; else as it is.

    It begins at once, and so most kills hit it at its work. As in a program, no file but its own is open in it.
    """

    def __init__(self, words: Sequence[str], *, pass_fds: tuple[int], **_: object) -> None:
        theirs, ours = os.pipe()
        self.stdin = os.fdopen(ours, "wb", buffering=0)
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid:
            os.close(theirs)
            return
        try:
            for name in os.listdir("/proc/self/fd"):
                if int(name) not in (1, 2, theirs, *pass_fds):
                    with contextlib.suppress(OSError):
                        os.close(int(name))
            sys.stdin = os.fdopen(theirs)
            worker.main(*map(int, words[-3:]))
            os._exit(0)
        finally:
            os._exit(1)

    def poll(self) -> int | None:
        """Return the exit code, None while it lives."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float = 600) -> int:
        """Wait for its end; raises TimeoutExpired."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("worker", timeout)
            time.sleep(0.01)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def children(driver: int) -> list[int]:
    """Return the processes that a driver has started: its workers."""
    found: list[int] = []
    for path in Path("/proc").iterdir():
        try:
            if path.name.isdigit() and int((path / "stat").read_text().rpartition(")")[2].split()[1]) == driver:
                found.append(int(path.name))
        except OSError:
            continue
    return found


def lives(driver: int) -> bool:
    """Return whether the process has not ended; one that nobody has waited for yet has."""
    try:
        return Path(f"/proc/{driver}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def rest(driver: int, seconds: float) -> None:
    """Sleep, but not beyond the end of the driver: there is nothing left to kill then."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and lives(driver):
        time.sleep(0.01)


def kill(
    rng: np.random.Generator, study: Study, folder: Path, place: Path, seconds: float, forked: bool
) -> tuple[int, Ended]:
    """Start the study and kill a part of it; return how many processes that lived were hit, and how its driver ended."""
    driver = fork(partial(asked, study, folder, forked), place)
    begun = time.monotonic()
    if rng.random() < 0.6:  # half of the time goes into starting the workers; rather hit them at their work
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("status.json")}
        while (
            lives(driver)
            and time.monotonic() - begun < 60
            and before == {path: path.stat().st_mtime_ns for path in folder.rglob("status.json")}
        ):
            time.sleep(0.01)
        rest(driver, rng.uniform(0, 0.4 * seconds))
    else:
        rest(driver, rng.uniform(0, seconds))
    victim = str(rng.choice(VICTIMS, p=(0.4, 0.35, 0.25)))
    hit = 0
    if victim == "driver":
        os.kill(driver, signal.SIGKILL)
    elif victim == "all":
        try:
            os.killpg(driver, signal.SIGKILL)
        except ProcessLookupError:  # it has no group of its own yet
            os.kill(driver, signal.SIGKILL)
    else:
        for pid in children(driver)[:1]:
            os.kill(pid, signal.SIGKILL)
            hit = 1
    end = wait(driver, place)
    return hit or int(end.killed), end


def run(count: int, seed: int, place: Path) -> list[Tally]:
    """Kill studies until ``count`` kills have hit: two in three of studies with fixed seeds, the others until decided.

    A few go to one kind alone, since each kind first takes two undisturbed studies.
    """
    trained.warm(place)
    shares = {FIXED: count - count // 3, UNTIL: count // 3} if count > FEW else {FIXED: count}
    return [_killed(part, share, seed, place / str(number)) for number, (part, share) in enumerate(shares.items())]


def _killed(part: str, count: int, seed: int, place: Path) -> Tally:
    place.mkdir()
    tally, study = Tally(part), STUDIES[part]
    times: dict[bool, float] = {}
    for forked in (True, False):
        began = time.monotonic()
        if (whole := ended(partial(asked, study, place / f"whole-{forked}", forked), place / "first")).code:
            raise RuntimeError(whole.err)
        times[forked] = time.monotonic() - began
    wanted = results(place / "whole-True")
    if trained.differing(results(place / "whole-False"), wanted):
        raise RuntimeError("two undisturbed studies differ")
    number = 0
    while tally.tried < count:
        rng = np.random.default_rng([seed, number])
        folder, hits, wrong, left = place / f"study-{number}", 0, "", 0
        forked = number % 5 != 4
        for turn in range(int(rng.integers(2, 5))):
            hit, end = kill(rng, study, folder, place / f"kill-{number}-{turn}", times[forked], forked)
            hits += hit
            if end.defect() and not end.killed:
                wrong = end.defect()
            left += len(left_over(os.environ.get(MARK, "")))
        last = ended(partial(asked, study, folder, forked), place / f"last-{number}")
        left += len(left_over(os.environ.get(MARK, "")))
        wrong = wrong or (f"exit {last.code}: {last.err[-600:]}" if last.code else "")
        off = 0 if wrong else trained.differing(results(folder), wanted)
        told = f"study {number} of seed {seed}: {wrong}"
        if wrong:
            tally.fault("defects", told, tried=hits)
        elif left:
            tally.fault("processes left", told, left, tried=hits)
        elif off:
            tally.fault("bytes differing", told, off, tried=hits)
        else:
            tally.hold(hits)
            shutil.rmtree(folder)
        number += 1
    return tally
