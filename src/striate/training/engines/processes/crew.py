"""The first process of a run on several: it starts the others on this machine, or joins those that torchrun started.

It alone writes files and speaks. What the others need to know, the recipe among it, it tells them once all have joined; when
one of them ends before its time, it says which and why.
"""

from __future__ import annotations

import datetime
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist

from striate.base.disk.strict_json import dump_json
from striate.base.errors import ProcessError, RunError
from striate.training.engines.machine import device
from striate.training.engines.processes.group import LEAST, VARIABLES, Group, launched, lost_told
from striate.training.recipe.recipe import Recipe

HOST = "127.0.0.1"
LONGEST = datetime.timedelta(minutes=30)  # that one process may keep the others waiting, as while it saves
PATIENCE = 10.0  # seconds for the others to end, or to say why they have


def check(recipe: Recipe, group: Group) -> None:
    """Raise RunError where ``recipe`` cannot be trained by that many processes, or this machine has no device for them."""
    if group.size < 1:
        raise RunError(f"processes is {group.size}, and must be at least 1")
    if group.size == 1:
        return
    if recipe.engine != "torch":
        raise RunError(
            f"the engine {recipe.engine} computes on one process, and {group.size} are asked for; leave out `processes`"
        )
    if recipe.batch_size < LEAST * group.size:
        raise RunError(
            f"{group.size} processes need batches of at least {LEAST * group.size} images, {LEAST} for each, and batch_size is"
            f" {recipe.batch_size}; take fewer `processes` or a larger batch_size"
        )
    here = int(os.environ.get("LOCAL_WORLD_SIZE", group.size)) if group.size > 1 else 1
    if device().type == "cuda" and here > (devices := torch.cuda.device_count()):
        raise RunError(
            f"{here} processes on this machine need a device each, and it has {devices}; take fewer `processes`"
        )


@contextmanager
def threads_parted(group: Group) -> Generator[None]:
    """Leave each process its share of the threads of this one while the block runs; torchrun has seen to that itself."""
    before = torch.get_num_threads()
    if group.size > 1 and launched() is None:
        torch.set_num_threads(max(1, before // group.size))
    try:
        yield
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)


@contextmanager
def leading(group: Group, job: Mapping[str, Any]) -> Generator[None]:
    """Lead ``group`` while the block runs: the others have joined, and been told ``job`` (JSON-able values).

    Raises RunError where one of them does not come, or ends before the block does.
    """
    if group.size == 1:
        yield
        return
    refuse_joined()
    if launched() is not None:
        with joined(group):
            group.told(dump_json(job).encode())
            yield
        return
    store = dist.TCPStore(  # pyright: ignore[reportPrivateImportUsage]
        HOST, 0, group.size, is_master=True, wait_for_workers=False
    )
    others = [Other(rank, group.size, store.port) for rank in range(1, group.size)]
    try:
        for other in others:
            other.wait()
        with joined(group, store):
            group.told(dump_json(job).encode())
            yield
        for other in others:
            other.end(PATIENCE)
    except ProcessError as error:
        if told := next((said for said in (other.fate() for other in others) if said), ""):
            raise RunError(told) from error
        raise
    finally:
        for other in others:
            other.end(0)


class Other:
    """Another process of the group, started by this one."""

    def __init__(self, rank: int, size: int, port: int) -> None:
        self.rank, self.size, self._said = rank, size, b""
        self.results, theirs = os.pipe()
        numbers = (port, rank, size, torch.get_num_threads(), os.getpid(), theirs)
        command = [sys.executable, "-m", "striate.training.engines.processes.follow", *map(str, numbers)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # what it has to say comes through the pipe, and the first process warns for all
            pass_fds=(theirs,),
            env={key: value for key, value in os.environ.items() if key not in VARIABLES},
        )
        os.close(theirs)

    def wait(self) -> None:
        """Wait until it is ready to join; raises RunError where it ends instead."""
        while b"\n" not in self._said:
            select.select([self.results], [], [])
            if not (found := os.read(self.results, 2**16)):
                raise RunError(self.fate())
            self._said += found
        if "reason" in json.loads(self._said.partition(b"\n")[0]):
            raise RunError(self.fate())

    def fate(self) -> str:
        """Return why it has ended before its time, a sentence; empty where it has not."""
        try:
            code = self.process.wait(PATIENCE if self.process.poll() is None and self._speaks() else 1.0)
        except subprocess.TimeoutExpired:
            return ""
        while self._speaks() and (found := os.read(self.results, 2**16)):
            self._said += found
        lines = [json.loads(line) for line in self._said.split(b"\n")[:-1]]
        if reasons := [str(line["reason"]) for line in lines if line.get("reason")]:
            return reasons[0]
        if code == 0:
            return ""
        why = ", probably for want of memory" if code == -signal.SIGKILL else ""
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        return (
            f"process {self.rank + 1} of {self.size} of this run ended {how}{why}; resume the run, and it goes on from its"
            " newest checkpoint"
        )

    def _speaks(self) -> bool:
        return bool(select.select([self.results], [], [], 0)[0])

    def end(self, patience: float) -> None:
        """Let it end within that many seconds, or end it."""
        deadline = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if self.process.poll() is None and patience == 0:
            self.process.kill()
        if patience == 0:
            self.process.wait()
            os.close(self.results)


@contextmanager
def joined(group: Group, store: Any = None) -> Generator[None]:
    """Be a member of ``group`` while the block runs: they meet at ``store``, a TCPStore, or where torchrun says."""
    on_cuda = device().type == "cuda"
    if on_cuda:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", group.rank)))
    backend = "cpu:gloo,cuda:nccl" if on_cuda else "gloo"
    loopback = store is not None and sys.platform == "linux" and "GLOO_SOCKET_IFNAME" not in os.environ
    if loopback:
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"  # a host name may resolve to an address that this machine does not have
    try:
        with lost_told():
            if store is None:
                dist.init_process_group(backend, timeout=LONGEST)
            else:
                dist.init_process_group(backend, timeout=LONGEST, store=store, rank=group.rank, world_size=group.size)
        yield
    finally:
        if loopback:
            del os.environ["GLOO_SOCKET_IFNAME"]
        if dist.is_initialized():
            dist.destroy_process_group()


def refuse_joined() -> None:
    """Raise RunError where this process is in a group of its own making."""
    if dist.is_initialized():
        raise RunError(
            "this process is in a group of torch.distributed already; leave it (destroy_process_group), or use one process"
        )
