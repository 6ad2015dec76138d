"""The runs of a study as jobs of Slurm, by submitit; the nodes share this machine's disk, where the study's folder lies.

Each job is one run, done by a worker of `pool` in a process of its own, which saves when Slurm takes the node away (SIGUSR2, by
which submitit asks for a checkpoint, or SIGTERM) and goes on from there when it is queued again. Which job does which run
stands in slurm/jobs.json of the study's folder: a study that is started again while its jobs are queued or running takes them
up, and no run is done by two. Beside it lie the logs of the jobs. One that ends without a word, as with its node, is given
again, twice at most.

submitit hands jobs and results over as pickles. They are read from a folder that this start of the study made and named itself
(slurm/NAME), never from one that was there: of a job that an earlier start left only the run's folder is read.
"""

from __future__ import annotations

import contextlib
import platform
import re
import secrets
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from striate.base.disk.files import make_folder, read_json, write_json
from striate.base.disk.lock import held
from striate.base.errors import RunError, StriateError, StudyError, reason
from striate.base.version import VERSION
from striate.studies.running.ended import done
from striate.studies.running.pool import BEAT, PATIENCE, Job, Source, Warn, Worker, in_turn
from striate.studies.running.process import INTERRUPTED

RECORD = "jobs.json"
FORM = re.compile(r"[0-9a-f]{16}/[0-9]{1,20}(_[0-9]{1,10})?")  # of what it says of a run: folder and number of its job
AGAIN = 2  # times that a run is given again whose job ended without a word
KILL_WAIT = 120.0  # seconds from Slurm's wish that a job end to the end itself, of which its KillWait of 30 is a part
MOST = 1000  # runs of one array, where the cluster does not say (Slurm's MaxArraySize is 1001 by default)


@dataclass
class Slurm:
    """An executor (`executor.Executor`) for the study in ``folder``.

    ``options`` are those of submitit (timeout_min, slurm_partition ...); ``threads`` are for each run. ``cluster`` is "slurm",
    or "local" for processes of this machine that behave like it.
    """

    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    threads: int = 1
    cluster: str = "slurm"

    def __call__(
        self, jobs: Sequence[Job] | Source, beat: Callable[[], None], warn: Warn, failures: dict[Path, str]
    ) -> None:
        """Do ``jobs`` as `executor.Executor` says."""
        source = jobs if callable(jobs) else in_turn(jobs)
        name = secrets.token_hex(8)
        queue = self._queue(name)
        running, again, tries = dict[Path, Any](), list[Job](), dict[Path, int]()
        given = dict[Path, Job]()
        try:
            while True:
                new, again = again, list[Job]()
                while (job := source([*running, *(one.folder for one in new)])) is not None:
                    new.append(job)
                given |= {job.folder: job for job in new}
                running |= self._submitted(queue, name, new)
                if not (running or again):
                    return
                beat()
                for path, job in list(running.items()):
                    if job.done() and not held(path):
                        del running[path]
                        why = self._ended(given[path], job, name, warn, failures)
                        tries[path] = tries.get(path, 0) + 1
                        if why and tries[path] <= AGAIN:
                            again.append(given[path])
                        elif why:
                            failures[path] = why
                time.sleep(BEAT)
        except BaseException:
            self._stop(running)
            raise

    def _queue(self, name: str) -> Any:
        """Return submitit's executor; raises StudyError where it is not installed, or there is no cluster."""
        try:
            import submitit
        except ImportError as error:
            raise StudyError("runs on Slurm need submitit; install it, as with the extra slurm") from error
        make_folder(self.folder / "slurm" / name)
        try:
            queue = submitit.AutoExecutor(self.folder / "slurm" / name, cluster=self.cluster)
            queue.update_parameters(**({"cpus_per_task": self.threads, "timeout_min": 24 * 60} | dict(self.options)))
        except (RuntimeError, AssertionError) as error:
            raise StudyError(
                f"there is no Slurm on this machine ({reason(error)}); start the study on a login node"
            ) from error
        except (NameError, TypeError, ValueError) as error:
            raise StudyError(f"submitit does not take these options: {reason(error)}") from error
        return queue

    def _submitted(self, queue: Any, name: str, new: Sequence[Job]) -> dict[Path, Any]:
        """Return the cluster's job of each run: one that an earlier start of the study left there, or a new one."""
        path = self.folder / "slurm" / RECORD
        record = dict[str, str]()
        with contextlib.suppress(OSError, ValueError):  # lost, its jobs hold their runs' folders, and are waited for
            told = read_json(path)
            record = {run: place for run, place in told.items() if FORM.fullmatch(str(place))}
        names = {job.folder: job.folder.relative_to(self.folder).as_posix() for job in new}
        found = {job.folder: self._left(queue, record[names[job.folder]]) for job in new if names[job.folder] in record}
        alive = {place: job for place, job in found.items() if not job.done() or held(place)}
        fresh = [job for job in new if job.folder not in alive]
        most = array_size() if self.cluster == "slurm" else MOST
        for start in range(0, len(fresh), most):
            part = fresh[start : start + most]
            for job, theirs in zip(part, queue.map_array(Errand(self.threads), part), strict=True):
                alive[job.folder] = theirs
                record[names[job.folder]] = f"{name}/{theirs.job_id}"
            write_json(path, record)
        return alive

    def _left(self, queue: Any, place: str) -> Any:
        name, _, number = place.partition("/")
        return queue.job_class(folder=self.folder / "slurm" / name, job_id=number)

    def _ended(self, one: Job, job: Any, name: str, warn: Warn, failures: dict[Path, str]) -> str:
        """Take what a job reports; return why where it reports nothing, and the run has not ended all the same."""
        path = one.folder
        try:
            if Path(job.paths.folder).name != name:
                raise RunError("an earlier start of the study gave it out")
            told = job.result()
        except Exception as error:
            said = reason(error)[:300]
            return "" if _done(one) else f"the job {job.job_id} ended without a word ({said}); its logs lie in slurm"
        for text in told["warnings"]:
            warn(path, text)
        if told["reason"]:
            failures[path] = told["reason"]
        return ""

    def _stop(self, running: Mapping[Path, Any]) -> None:
        """Cancel the jobs; the runs under way save first."""
        for job in running.values():
            job.cancel(check=False)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(held(path) for path in running):
            time.sleep(BEAT)


@dataclass
class Errand:
    """What a job does: one run, by a worker in a process of its own. submitit carries it to the node and calls it there."""

    threads: int
    version: str = VERSION
    python: str = platform.python_version()

    def __call__(self, job: Job) -> dict[str, Any]:
        """Do the run of ``job``; return {"reason": why it failed, "warnings": what it warned of}."""
        here = (VERSION, platform.python_version())
        if here != (self.version, self.python):
            there = f"{platform.node()} has striate {here[0]} on Python {here[1]}"
            told = (
                f"{there}, and the study striate {self.version} on Python {self.python}; install the same on all nodes"
            )
            return {"reason": told, "warnings": []}
        warnings, worker = list[str](), Worker(self.threads)
        under_way.append(worker)
        try:
            worker.take(job)
            while (why := worker.result(lambda path, text: warnings.append(text))) is None:
                select.select([worker.results], [], [], BEAT)
        except BaseException:
            _save(worker)
            raise
        finally:
            under_way.remove(worker)
            worker.close()
        if why == INTERRUPTED:
            # Slurm told every process of the job to end, as `scontrol requeue` and `scancel` do. It kills what is left soon
            # after, and a job that it queues again begins anew; a result would say that this run is over.
            time.sleep(KILL_WAIT)
            raise RunError("the job was told to end")
        return {"reason": why, "warnings": warnings}

    def checkpoint(self, job: Job) -> Any:
        """Save, for the node is taken away, and return what is to be done when there is one again; submitit calls it."""
        import submitit

        for worker in under_way:
            _save(worker)
        return submitit.helpers.DelayedSubmission(Errand(self.threads, self.version, self.python), job)


under_way: list[Worker] = []


def _save(worker: Worker) -> None:
    worker.process.terminate()
    try:
        worker.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.process.kill()


def _done(one: Job) -> bool:
    try:
        return done(one.folder, tested=one.test, rated=one.rate is not None)
    except StriateError:
        return False


def array_size() -> int:
    """Return how many runs the cluster takes in one array: its MaxArraySize bounds the index, which counts from 0."""
    try:
        told = subprocess.run(
            ["scontrol", "show", "config"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return MOST
    found = [line.partition("=")[2].strip() for line in told.splitlines() if line.startswith("MaxArraySize")]
    return max(1, int(found[0]) - 1) if found and found[0].isdecimal() else MOST


def options_of(settings: Sequence[str]) -> dict[str, Any]:
    """Return KEY=VALUE texts as options of submitit: its own names as they are, others as Slurm's (partition, account ...).

    Raises StudyError for one that is none.
    """
    found = dict[str, Any]()
    for text in settings:
        name, equals, value = text.partition("=")
        if not (equals and name.isidentifier() and value):
            raise StudyError(f'"{text}" is not an option of Slurm; write KEY=VALUE, for example partition=gpu')
        own = name in ("timeout_min", "mem_gb", "gpus_per_node", "cpus_per_task", "name") or name.startswith("slurm_")
        found[name if own else f"slurm_{name}"] = int(value) if value.isdecimal() else value
    return found
