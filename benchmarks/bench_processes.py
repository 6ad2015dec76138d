"""One run on two processes of one thread each, against one process of two threads, and against bare DistributedDataParallel.

The same updates of the same net (convnet-cs7150, CIFAR-10, flips and crops) by Striate's loop; the bare one does forward
pass, backward pass and step of the same net on a batch that lies ready, each process on its half. At most 1.00 of one process,
and 1.05 of the bare one, are the targets where two cores are really two.
python benchmarks/bench_processes.py [--pairs 9] [--updates 30] [--batch 128]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection

import torch
import torch.distributed as dist
import torch.nn.functional as F
from bench_throughput import OPTIONS, images
from pairs import Way, alternate, ceilings, ratio
from torch.nn.parallel import DistributedDataParallel

from striate.training.engines.processes.group import ALONE, Group
from striate.training.engines.pytorch import TorchEngine
from striate.training.engines.setup import Setup, set_up
from striate.training.loop import Progress, epoch_updates
from striate.training.recipe.recipe import Recipe

SIZE = 2


def one(updates: int, batch: int) -> Callable[[], float]:
    """Return a measurement of the loop on one process: seconds for that many updates."""
    setup = _setup(batch, ALONE)
    return lambda: _loop(setup, updates)


def both(updates: int, batch: int, bare: bool) -> Callable[[], float]:
    """Return the same on two processes: the loop's, or with ``bare`` the three calls alone."""
    store = dist.TCPStore("127.0.0.1", 0, SIZE, is_master=True, wait_for_workers=False)
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    context.Process(target=_second, args=(theirs, store.port, updates, batch, bare), daemon=True).start()
    measure = _member(store, 0, updates, batch, bare)

    def measured() -> float:
        pipe.send(True)
        return measure()

    return measured


def _second(pipe: Connection, port: int, updates: int, batch: int, bare: bool) -> None:
    torch.set_num_threads(1)
    measure = _member(dist.TCPStore("127.0.0.1", port, SIZE, is_master=False), 1, updates, batch, bare)
    while pipe.recv():
        measure()


def _member(store: dist.TCPStore, rank: int, updates: int, batch: int, bare: bool) -> Callable[[], float]:
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    dist.init_process_group("gloo", store=store, rank=rank, world_size=SIZE, timeout=timedelta(minutes=10))
    group = Group(rank, SIZE)
    setup = _setup(batch, ALONE if bare else group)
    if not bare:
        return lambda: _loop(setup, updates)
    engine = setup.engine
    assert isinstance(engine, TorchEngine)
    net = DistributedDataParallel(engine.net.train())
    pixels, labels = (part[group.slice(batch)] for part in setup.feed.batch(1, 0))

    def measure() -> float:
        began = time.perf_counter()
        for _ in range(updates):
            F.cross_entropy(net(pixels), labels).backward()
            engine.optimizer.step()
            engine.optimizer.zero_grad()
        return time.perf_counter() - began

    return measure


def _loop(setup: Setup, updates: int) -> float:
    progress = Progress(step=setup.feed.steps - updates)
    began = time.perf_counter()
    epoch_updates(setup, progress, stop=lambda: setup.group.any(False), watch=None)
    return time.perf_counter() - began


def _setup(batch: int, group: Group) -> Setup:
    recipe = Recipe(net="convnet-cs7150", net_options=OPTIONS, flip=True, pad_crop=4, batch_size=batch)
    return set_up(recipe.change(precision="float32"), images(), print, group)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--updates", type=int, default=30)
    parser.add_argument("--batch", type=int, default=128)
    given = parser.parse_args()
    ceilings()
    how = (given.updates, given.batch)
    ways = {
        "one": Way(one, how, threads=2),
        "two": Way(both, (*how, False), threads=1),
        "bare": Way(both, (*how, True), threads=1),
    }
    figures = alternate(ways, given.pairs)
    ratio("two processes / one with two threads", figures["two"], figures["one"])
    ratio("two processes / bare DistributedDataParallel", figures["two"], figures["bare"])
    ratio("bare DistributedDataParallel / one", figures["bare"], figures["one"])


if __name__ == "__main__":
    main()
