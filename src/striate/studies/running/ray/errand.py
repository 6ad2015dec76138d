"""What a node of a Ray cluster does: one run, by a worker of `pool` in a process of its own, in a folder of its own.

Ray calls `errand` as a task whose results come one by one: where it is, what the run warns of, the files that changed, and at
the end why it failed. Ray itself sets OMP_NUM_THREADS from the processors that a task asks for; the worker is told how many
threads it has. It stays for the next run of its place, for a new one loads PyTorch first. The task's own process never ends
itself: Ray would take that for a loss, and a run may be given again by whoever asked for it, and by nobody else.
"""

from __future__ import annotations

import contextlib
import os
import platform
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from striate.base.disk.files import kind_of
from striate.base.disk.lock import held, locked
from striate.base.errors import StorageError
from striate.base.version import VERSION
from striate.data.cache.sent import keep
from striate.studies.running.pool import BEAT, PATIENCE, Job, Worker
from striate.studies.running.process import INTERRUPTED
from striate.studies.running.ray.parcel import Stamp, packed, stamps, unpack

Said = dict[str, Any]
PREFIX = "striate-run-"
YOUNG = 60.0  # seconds in which a folder may not be held yet by who made it


def errand(asked: Mapping[str, Any]) -> Generator[Said]:
    """Do one run; yield what is to be told, the last with "reason".

    ``asked`` is the order that `away.ordered` makes of a job, with threads, images, every and stop.
    """
    import ray

    yield {"node": ray.get_runtime_context().get_node_id(), "host": socket.gethostname(), "process": os.getpid()}
    if why := unlike(asked["packages"]):
        yield {"unfit": why}
        return
    try:
        with _room() as root:
            yield from _done(asked, root, _asks_to_stop(asked["stop"]))
    except StorageError as error:
        yield {"unfit": f"{socket.gethostname()}: {error}"}


def packages() -> dict[str, str]:
    """Return the versions that must be the same on all nodes, for results to be the same."""
    from importlib.metadata import version

    return {
        "striate": VERSION,
        "Python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
    }


def unlike(theirs: Mapping[str, str]) -> str:
    """Return a sentence where this machine has other packages than the study; empty where they are the same."""
    here = packages()
    if different := [name for name in here if here[name] != theirs.get(name)]:
        there, study = (", ".join(f"{name} {told.get(name, '?')}" for name in different) for told in (here, theirs))
        return f"{socket.gethostname()} has {there}, and the study {study}; install the same on all nodes"
    return ""


def _done(asked: Mapping[str, Any], root: Path, stops: Callable[[], bool]) -> Generator[Said]:
    run, rate = root / asked["run"], asked["rate"]
    places = [asked["run"], *([rate] if rate else [])]
    unpack(asked["parcel"], root, places)
    known = stamps(root, root)
    here = Path(asked["data_dir"]) if asked["data_dir"] else None
    job = Job(
        *(asked["recipe"], run, here if here and here.is_dir() else None),
        test=asked["test"],
        source=asked["source"],
        rate=root / rate if rate else None,
        images=asked["fingerprint"],
        sent=_sent(asked["images"], asked["fingerprint"]),
    )
    warnings = list[str]()
    with _worker(asked["threads"]) as (worker, printed):
        worker.take(job)
        told, stopped = time.monotonic(), False
        while (why := worker.result(lambda path, text: warnings.append(text))) is None:
            if stops() and not stopped:
                worker.process.terminate()
                stopped = True
            if time.monotonic() - told > asked["every"] or warnings:
                parcel, known = _changed(root, known)
                yield {"parcel": parcel, "warnings": [warnings.pop(0) for _ in range(len(warnings))]}
                told = time.monotonic()
            select.select([worker.results], [], [], BEAT)
        if why == INTERRUPTED:
            worker.process.wait()  # it ends with that, and the next run gets another one
        parcel, _ = _changed(root, known)
        yield {"parcel": parcel, "warnings": warnings, "printed": printed(), "reason": why}


def _changed(root: Path, known: Mapping[str, Stamp]) -> tuple[dict[str, bytes | None], dict[str, Stamp]]:
    now = stamps(root, root)
    return packed(root, known, now), now


@contextlib.contextmanager
def _room() -> Generator[Path]:
    """Give an empty folder to one run, and remove those of runs whose process was killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            ours = kind_of(left) == "a folder" and left.stat().st_uid == os.getuid()
            if ours and not held(left) and time.time() - left.stat().st_mtime > YOUNG:
                shutil.rmtree(left, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise StorageError(f"no folder could be made in {tempfile.gettempdir()} ({error.strerror})") from error
    try:
        with locked(folder):
            yield folder / "study"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sent(images: Any, known: str) -> Path:
    """Return where images that were sent here lie, or would; they are written there once, where the study sends some."""
    shelf = Path(tempfile.gettempdir()) / f"striate-images-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        shelf.mkdir(mode=0o700)
    if kind_of(shelf) != "a folder" or shelf.stat().st_uid != os.getuid():
        raise StorageError(f"{shelf} is not a folder of this user's; remove it")
    place = shelf / known
    if images is not None and not place.exists():
        import ray

        record, arrays = ray.get(images[0])
        keep(place, record, arrays)
    return place


def _asks_to_stop(key: str) -> Callable[[], bool]:
    """Return what tells whether the study asks its runs to save and stop."""
    import ray

    library: Any = ray
    bell = library.experimental.internal_kv
    return lambda: bool(bell._internal_kv_exists(key.encode(), namespace=b"striate"))


_kept: dict[tuple[int, str | None], tuple[Worker, int]] = {}


@contextlib.contextmanager
def _worker(threads: int) -> Generator[tuple[Worker, Callable[[], bytes]]]:
    """Give a worker with so many threads, and what tells what it has printed since; it is kept for the next run."""
    key = threads, os.environ.get("CUDA_VISIBLE_DEVICES")  # which Ray sets
    worker, output = _kept.pop(key, (None, -1))
    if worker is None or worker.process.poll() is not None:
        if worker is not None:
            worker.close()
            os.close(output)
        with tempfile.TemporaryFile() as file:
            output = os.dup(file.fileno())
        worker = Worker(threads, output)
    start = os.fstat(output).st_size
    try:
        yield worker, lambda: os.pread(output, 2**20, start)
    except BaseException:
        worker.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(PATIENCE)
        worker.close()
        os.close(output)
        raise
    _kept[key] = worker, output
