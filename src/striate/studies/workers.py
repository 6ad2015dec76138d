"""Runs side by side: one single-threaded process for each core, each run exactly once, none left behind.

Small nets gain little from a second thread, so two runs on one core each beat two runs one after the other on both.
A worker asks for nothing: its jobs come through a pipe, its results are the run folders. Workers die with their parent.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True)
class Job:
    """One run to be done: its recipe as JSON, its folder, where its data are."""

    recipe: dict[str, Any]
    folder: Path
    data_dir: Path | None


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    job: Job | None = None


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share(jobs: int, *, gpu: bool) -> tuple[int, int]:
    """Return (workers, threads of each) for that many runs: all cores used, and no more workers than runs."""
    workers = 1 if gpu else max(1, min(cores(), jobs))
    return workers, max(1, cores() // workers)


def run_jobs(jobs: Sequence[Job], workers: int, threads: int, beat: Callable[[], None]) -> dict[Path, str]:
    """Do the jobs; return the reason for each folder whose run failed. ``beat`` is called about twice a second.

    On KeyboardInterrupt every run under way saves its state before the interrupt is passed on.
    """
    waiting, failures = list(reversed(jobs)), dict[Path, str]()
    crew = [_start(threads) for _ in range(min(workers, len(jobs)))]
    try:
        while waiting or any(worker.job for worker in crew):
            for index, worker in enumerate(crew):
                if worker.job is None and waiting:
                    worker.job = waiting.pop()
                    worker.pipe.send(worker.job)
                elif worker.job is not None and (worker.pipe.poll() or not worker.process.is_alive()):
                    reason = _result(worker)
                    if reason:
                        failures[worker.job.folder] = reason
                    worker.job = None
                    if not worker.process.is_alive():
                        crew[index] = _start(threads)
            beat()
            wait([worker.pipe for worker in crew if worker.job], timeout=0.5)
    except BaseException:
        for worker in crew:
            worker.process.terminate()  # a request: the run under way saves first
        deadline = time.monotonic() + 60
        for worker in crew:
            worker.process.join(max(0.0, deadline - time.monotonic()))
        raise
    finally:
        for worker in crew:
            worker.pipe.close()
            worker.process.join(5)
    return failures


def _start(threads: int) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, threads, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _result(worker: _Worker) -> str:
    try:
        return str(worker.pipe.recv()) if worker.pipe.poll() else _death(worker.process)
    except EOFError:
        return _death(worker.process)


def _death(process: BaseProcess) -> str:
    process.join(5)
    why = ", probably for want of memory" if process.exitcode == -signal.SIGKILL else ""
    return f"the process of this run ended with code {process.exitcode}{why}"


def _work(pipe: Connection, threads: int, parent: int) -> None:
    """Do jobs until the pipe closes. Ctrl-C reaches the run through the loop's own handler, and is ignored between runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return
    import torch

    from striate.base.errors import StriateError
    from striate.data import ImageSet, load
    from striate.training.recipe import recipe_from_json
    from striate.training.run import open_run
    from striate.training.train import test, train

    torch.set_num_threads(threads)
    loaded: dict[tuple[str, int | None], ImageSet] = {}
    while True:
        try:
            job: Job = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            recipe = recipe_from_json(job.recipe)
            key = (recipe.data, recipe.image_size)
            if key not in loaded:
                loaded.clear()
                loaded[key] = load(recipe.data, data_dir=job.data_dir, image_size=recipe.image_size)
            run = train(recipe, job.folder, images=loaded[key], warn=lambda text: None)
            if run.status == "finished" and loaded[key].test is not None:
                test(job.folder, images=loaded[key])
            pipe.send("" if open_run(job.folder).status != "interrupted" else "interrupted")
            if run.status == "interrupted":
                return
        except StriateError as error:
            pipe.send(str(error))
        except Exception as error:
            pipe.send(f"{type(error).__name__}: {error}")
