"""The runs of a study on the nodes of a Ray cluster, which need not share a disk.

A run is a task of Ray (`errand`), done in a folder of the node; the files that change come home every minute and at its end, so
that the study's folder alone says what is done. Ray places the tasks and does nothing again: a run whose node or process is
lost goes on from what came home, elsewhere. What a lost one still sends is not taken, so each run is in the ledger once.

Images are read by each node from its own data folder where they have the study's fingerprint, and else sent there once. A node
that has other packages, or no room, is told of and gets no more runs. What a run printed, and where it was done, stands in
ray/ARM/SEED.log. Ray carries tasks and results as pickles: whoever may join a cluster may run anything on it.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from striate.base.disk.lock import locked
from striate.base.errors import StriateError, StudyError, reason
from striate.data.cache.sent import arrays_of
from striate.studies.running.pool import BEAT, PATIENCE, Job, Source, Warn, in_turn
from striate.studies.running.process import INTERRUPTED, WANTED
from striate.studies.running.ray.away import Away, ordered, places_of
from striate.studies.running.ray.cluster import as_ray_has_them, joined, offered, places
from striate.studies.running.ray.errand import errand
from striate.studies.running.ray.parcel import unpack
from striate.training.feed.images import images_of
from striate.training.interrupt import stop_requests
from striate.training.recipe.recipe import recipe_from_json

AGAIN = 2  # times that a run is given again whose process was lost on a node that lives
NODES = 20  # times that it is given again because its node was lost
EVERY = 60.0  # seconds between two parcels of a run
LOOK = 5.0  # seconds between two looks at which nodes there are


@dataclass
class Lost:
    """How often the processes and the nodes of a run were lost."""

    processes: int = 0
    nodes: int = 0


@dataclass
class Ray:
    """An executor (`executor.Executor`) for the study in ``folder``.

    ``address`` is HOST:PORT, or empty for the cluster of this machine; ``options`` are what each run asks of its node, of which
    num_cpus is its threads; ``most`` bounds the runs at a time.
    """

    folder: Path
    address: str = ""
    options: Mapping[str, float | str] = field(default_factory=dict[str, "float | str"])
    most: int | None = None
    every: float = EVERY
    task: Callable[..., Any] = errand

    def __call__(
        self, jobs: Sequence[Job] | Source, beat: Callable[[], None], warn: Warn, failures: dict[Path, str]
    ) -> None:
        """Do ``jobs`` as `executor.Executor` says."""
        with joined(self.address) as ray, stop_requests() as stopped:
            Session(self, ray, warn, failures).do(jobs if callable(jobs) else in_turn(jobs), beat, stopped)


class Session:
    """One start of a study on a cluster: which runs are away, which nodes get none, which images were sent."""

    def __init__(self, study: Ray, ray: Any, warn: Warn, failures: dict[Path, str]) -> None:
        self.study, self.ray, self.warn, self.failures = study, ray, warn, failures
        self.options = {"num_cpus": 1, **study.options}
        self.threads = int(self.options["num_cpus"])
        self.key = f"striate-stop-{secrets.token_hex(8)}"
        self.task = ray.remote(study.task)
        self.away, self.lost = dict[Path, Away](), dict[Path, Lost]()
        self.unfit, self.images = dict[str, str](), dict[str, Any]()
        self.seen, self.room, self.stopping = -LOOK, 0, False
        self.fit_at: float | None = None  # when there was a node that fits

    def do(self, source: Source, beat: Callable[[], None], stopped: Callable[[], bool]) -> None:
        """Do what ``source`` gives until there is nothing left; raises KeyboardInterrupt after all saved where ``stopped``."""
        told, waiting = -BEAT, source([])
        try:
            while waiting is not None or self.away:
                self._look()
                while waiting is not None and len(self.away) < self.room:
                    self._give(waiting)
                    waiting = source(list(self.away))
                if time.monotonic() - told >= BEAT:
                    beat()
                    told = time.monotonic()
                self._hear(BEAT)
                if stopped():
                    raise KeyboardInterrupt
                if waiting is None and len(self.away) < self.room:
                    waiting = source(list(self.away))
        except BaseException:
            self._stop()
            raise
        finally:
            for away in self.away.values():
                away.lock.close()

    def _look(self) -> None:
        """See which nodes there are. Twice as many runs are given as they can do, so that none waits for this process."""
        if time.monotonic() - self.seen < LOOK:
            return
        self.seen = time.monotonic()
        nodes = self.ray.nodes()
        room = places(nodes, self.options, self.unfit)
        if room:
            self.fit_at = self.seen
        elif self.unfit:
            raise StudyError(f"no node of the cluster is left for the runs: {next(iter(self.unfit.values()))}")
        elif self.fit_at is None or self.seen - self.fit_at > PATIENCE:
            asked = ", ".join(f"{name}={value}" for name, value in self.options.items())
            raise StudyError(f"no node of the cluster has {asked} for a run; they have: {offered(nodes)}")
        self.room = min(2 * room, self.study.most or 2 * room)

    def _give(self, job: Job) -> None:
        """Send a run to whichever node has room for it, with what came home of it before."""
        lock = contextlib.ExitStack()
        try:
            lock.enter_context(locked(job.folder, "checkpoints"))
        except StriateError as error:
            self.failures[job.folder] = str(error)
            return
        order = {
            **ordered(job, self.study.folder),
            "threads": self.threads,
            "images": [self.images[job.images]] if job.images in self.images else None,
            "every": self.study.every,
            "stop": self.key,
        }
        how = {"max_retries": 0, "num_returns": "streaming", **as_ray_has_them(self.options)}
        if self.unfit:
            how["label_selector"] = {"ray.io/node-id": f"!in({','.join(self.unfit)})"}
        self.away[job.folder] = Away(job, self.task.options(**how).remote(order), lock)

    def _hear(self, seconds: float) -> None:
        """Take what comes from the runs that are away within ``seconds``, one word of each at most."""
        if not self.away:
            time.sleep(seconds)
            return
        by = {id(away.results): away for away in self.away.values()}
        ready, _ = self.ray.wait([away.results for away in self.away.values()], num_returns=1, timeout=seconds)
        more = [away.results for away in self.away.values() if away.results not in ready]
        if ready and more:
            ready += self.ray.wait(more, num_returns=len(more), timeout=0)[0]
        for results in ready:
            self._take(by[id(results)])

    def _take(self, away: Away) -> None:
        try:
            said: Mapping[str, Any] = self.ray.get(next(away.results))
        except StopIteration:
            said = {"gone": "its task ended"}
        except Exception as error:
            said = {"gone": reason(error)}
        path = away.job.folder
        if "node" in said:
            away.node, away.host = str(said["node"]), str(said["host"])
            return
        for text in said.get("warnings", ()):
            self.warn(path, str(text))
        if "parcel" in said:
            unpack(said["parcel"], self.study.folder, places_of(away.job, self.study.folder))
        if not said.keys() & {"reason", "unfit", "gone"}:
            return
        del self.away[path]
        away.lock.close()
        away.log(self.study.folder, said, self.threads)
        self._ended(away, said)

    def _ended(self, away: Away, said: Mapping[str, Any]) -> None:
        """Take how a run ended; give it again where it is not the run's own doing."""
        if self.stopping:  # what did not come to save goes on from what it has saved before
            return
        job, why = away.job, str(said.get("reason", ""))
        lost = self.lost.setdefault(job.folder, Lost()) if "gone" in said else Lost()
        if "unfit" in said:
            if away.node not in self.unfit:
                self.unfit[away.node] = str(said["unfit"])
                self.warn(job.folder, f"{said['unfit']}; this node gets no more runs of the study")
            self.seen = -LOOK
            self._look()
        elif "gone" in said:
            self.seen = -LOOK
            if away.node and any(node["NodeID"] == away.node and node["Alive"] for node in self.ray.nodes()):
                lost.processes += 1
            else:
                lost.nodes += 1
            if lost.processes > AGAIN or lost.nodes > (NODES if away.node else AGAIN):
                where = f" on {away.host}" if away.host else ""
                self.failures[job.folder] = f"the process of this run{where} was lost: {str(said['gone'])[:300]}"
                return
        elif why == WANTED and job.images not in self.images:
            images = images_of(recipe_from_json(job.recipe), job.data_dir)
            self.images[job.images] = self.ray.put(arrays_of(images))
        elif why not in (INTERRUPTED, WANTED):
            if why:
                self.failures[job.folder] = why
            return
        self._give(job)

    def _stop(self) -> None:
        """Have the runs under way save and come home, and the others not begin."""
        self.stopping, bell = True, self.ray.experimental.internal_kv
        with contextlib.suppress(Exception):
            bell._internal_kv_put(self.key.encode(), b"1", namespace=b"striate")
        for path, away in list(self.away.items()):
            if not away.node:
                self.ray.cancel(away.results)
                away.lock.close()
                del self.away[path]
        deadline = time.monotonic() + PATIENCE
        while self.away and time.monotonic() < deadline:
            with contextlib.suppress(StriateError):
                self._hear(BEAT)
        with contextlib.suppress(Exception):
            bell._internal_kv_del(self.key.encode(), namespace=b"striate")
