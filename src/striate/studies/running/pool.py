"""Runs side by side: one single-threaded process for each core, each run exactly once, none left behind.

Small nets gain little from a second thread, so two runs on one core each beat two runs one after the other on both.
A worker's results are the run folders; what comes back through its pipe is only what a run warns of and how it failed.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.studies.running.process import INTERRUPTED
from striate.training.loggers.catalog import TENSORBOARD

Warn = Callable[[Path, str], None]
PATIENCE = 60.0  # seconds for the runs under way to save when they are asked to stop
BEAT = 0.5  # seconds


@dataclass(frozen=True)
class Job:
    """One run to be done: its recipe as JSON, its folder, where its data are, and whether it is then tested.

    ``source`` is the fingerprint of the source of a net of one's own; empty for other nets. ``rate`` is the file for the
    largest rate at which its recipe learns, None where no claim asks for that. ``images`` is the fingerprint that its images
    must have, for they may be read elsewhere; empty where any will do. ``sent`` is where such images lie that were sent to
    this machine, or would lie: they serve where it has none of its own; None where the study's machine does the run.
    ``log`` names the loggers that are told of its epochs.
    """

    recipe: dict[str, Any]
    folder: Path
    data_dir: str | Path | None
    test: bool = True
    source: str = ""
    rate: Path | None = None
    images: str = ""
    sent: Path | None = None
    log: tuple[str, ...] = (TENSORBOARD,)

    def line(self) -> bytes:
        """Return the job as the worker reads it."""
        data_dir = str(self.data_dir) if self.data_dir else None
        job = {"recipe": self.recipe, "folder": str(self.folder), "data_dir": data_dir, "test": self.test}
        rate, sent = str(self.rate) if self.rate else None, str(self.sent) if self.sent else None
        job |= {"source": self.source, "rate": rate, "images": self.images, "sent": sent, "log": self.log}
        return json.dumps(job).encode() + b"\n"


Source = Callable[[Collection[Path]], Job | None]
"""The folders of the runs under way -> the next job, None where there is none as long as these have not ended."""


class Worker:
    """A process that does one job at a time; what it prints goes to ``output``, a descriptor, where one is given."""

    def __init__(self, threads: int, output: int | None = None) -> None:
        self.job: Job | None = None
        self._unread = b""
        self.results, theirs = os.pipe()
        command = [sys.executable, "-m", "striate.studies.running.process", str(threads), str(os.getpid()), str(theirs)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": output, "stderr": output}
        self.process = subprocess.Popen(command, bufsize=0, pass_fds=(theirs,), **pipes)
        os.close(theirs)

    def take(self, job: Job) -> bool:
        """Hand over a job; return False when the worker is gone."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(job.line())
        except OSError:
            return False
        self.job = job
        return True

    def result(self, warn: Warn) -> str | None:
        """Return how the job ended (empty: well), or None while it goes on; ``warn`` is told of the run's warnings."""
        assert self.job is not None
        while select.select([self.results], [], [], 0)[0]:
            if not (found := os.read(self.results, 2**16)):
                code = self.process.wait()  # the pipe is closed and empty: the worker is gone without a word
                why = ", probably for want of memory" if code == -signal.SIGKILL else ""
                return f"the process of this run ended with code {code}{why}"
            *lines, self._unread = (self._unread + found).split(b"\n")
            for said in map(json.loads, lines):
                if "reason" in said:
                    return str(said["reason"])
                warn(self.job.folder, str(said["warning"]))
        return None

    def close(self) -> None:
        """Let the worker end, and wait for it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        os.close(self.results)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers_and_threads(runs: int, *, gpu: bool) -> tuple[int, int]:
    """Return (workers, threads of each) for a study of that many runs: all cores used, and no more workers than runs."""
    workers = 1 if gpu else max(1, min(cores(), runs))
    return workers, max(1, cores() // workers)


def run_jobs(
    jobs: Sequence[Job] | Source,
    workers: int,
    threads: int,
    beat: Callable[[], None],
    warn: Warn = lambda folder, text: None,
    failures: dict[Path, str] | None = None,
) -> dict[Path, str]:
    """Do the jobs; return the reason for each folder whose run failed, which are put into ``failures`` as they come.

    Jobs that depend on how others end come from a source, which is asked whenever a worker is free.
    ``beat`` is called about twice a second, ``warn`` with the folder of a run and what it warns of, as it comes.

    On KeyboardInterrupt every run under way saves its state before the interrupt is passed on.
    """
    failures = {} if failures is None else failures
    source = jobs if callable(jobs) else in_turn(jobs)
    if (waiting := source(())) is None:
        return failures
    # A source may name more jobs than it has shown so far, so its crew is whole from the start.
    crew = [Worker(threads) for _ in range(workers if callable(jobs) else min(workers, len(jobs)))]
    try:
        while waiting or any(worker.job for worker in crew):
            for place, worker in enumerate(crew):
                if worker.job is not None and not _ended(worker, warn, failures):
                    continue
                # A worker that died took its run with it, and not the places of the runs that wait.
                if worker.process.poll() is not None:
                    worker.close()
                    crew[place] = worker = Worker(threads)
                waiting = waiting or source([other.job.folder for other in crew if other.job])
                if waiting and worker.take(waiting):
                    waiting = None
            beat()
            # Until one of them says something, or the beat is due: nothing is polled.
            select.select([worker.results for worker in crew if worker.job], [], [], BEAT)
    # KeyboardInterrupt too: each run saves its state before this process goes.
    except BaseException:
        _stop(crew)
        raise
    finally:
        for worker in crew:
            worker.close()
    return failures


def _ended(worker: Worker, warn: Warn, failures: dict[Path, str]) -> bool:
    """Whether the job of a worker has ended; the worker is then free, or itself at an end."""
    assert worker.job is not None
    if (reason := worker.result(warn)) is None:
        return False
    if reason:
        failures[worker.job.folder] = reason
    worker.job = None
    if reason == INTERRUPTED:
        worker.process.wait()
    return True


def in_turn(jobs: Sequence[Job]) -> Source:
    """Return a source that gives ``jobs`` one after another."""
    waiting = list(reversed(jobs))
    return lambda running: waiting.pop() if waiting else None


def _stop(crew: Sequence[Worker]) -> None:
    """Ask every worker to end; the run under way saves first."""
    for worker in crew:
        worker.process.terminate()
    deadline = time.monotonic() + PATIENCE
    for worker in crew:
        try:
            worker.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.process.kill()
