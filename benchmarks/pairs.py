"""How every benchmark here measures: two ways of doing one thing in turn, A B A B ..., and the ratio pair by pair.

Single times on a shared machine drift by half; the ratio of neighbours does not. The machine's own ceilings, one large
matrix multiplication and one large copy, are printed first, and what is measured is given as a share of them too.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

import torch


def ceilings() -> tuple[float, float]:
    """Return and print this machine's float32 matrix-multiply rate (GFLOP/s) and copy rate (GB/s, read plus written)."""
    a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
    source = torch.randn(2**25)
    target = torch.empty_like(source)
    multiply = 2 * 2048**3 / fastest(lambda: torch.mm(a, b)) / 1e9
    copy = 2 * source.nbytes / fastest(lambda: target.copy_(source)) / 1e9
    print(
        f"this machine: {multiply:.0f} GFLOP/s in sgemm, {copy:.1f} GB/s in copying, {torch.get_num_threads()} threads"
    )
    return multiply, copy


def fastest(action: Callable[[], object], times: int = 7) -> float:
    """Return the shortest of several times of ``action`` in seconds, the first of which does not count."""
    return min([seconds(action) for _ in range(times)][1:])


def seconds(action: Callable[[], object]) -> float:
    """Return how long ``action`` took, in seconds."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Way:
    """One way of doing the thing: ``make(*given)`` returns a measurement, made and called in a process of its own.

    Its own process, so that no way profits from what another does to the allocator, the caches or the threads.
    """

    make: Callable[..., Callable[[], float]]
    given: tuple[object, ...] = ()
    threads: int = 0  # 0: PyTorch's own choice


def alternate(ways: dict[str, Way], pairs: int) -> dict[str, list[float]]:
    """Measure each way once in turn, ``pairs`` times over, after one round that does not count; return the figures."""
    context = multiprocessing.get_context("spawn")
    figures: dict[str, list[float]] = {name: [] for name in ways}
    pipes, processes = {}, []
    for name, way in ways.items():
        pipes[name], theirs = context.Pipe()
        processes.append(context.Process(target=_serve, args=(way, theirs)))
        processes[-1].start()
        theirs.close()
    for _ in range(pairs + 1):
        for name, pipe in pipes.items():
            pipe.send(True)
            figures[name].append(pipe.recv())
    for pipe in pipes.values():
        pipe.send(False)
    for process in processes:
        process.join()
    return {name: values[1:] for name, values in figures.items()}


def _serve(way: Way, pipe: Connection) -> None:
    if way.threads:
        torch.set_num_threads(way.threads)
    measure = way.make(*way.given)
    while pipe.recv():
        pipe.send(measure())


def ratio(name: str, ours: list[float], theirs: list[float]) -> float:
    """Print and return the median of ours / theirs, pair by pair, with the smallest and largest pair."""
    quotients = [a / b for a, b in zip(ours, theirs, strict=True)]
    median = statistics.median(quotients)
    print(f"  {name:<44} {median:5.2f}   ({min(quotients):.2f} to {max(quotients):.2f}, {len(quotients)} pairs)")
    return median
