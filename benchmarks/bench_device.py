"""What Striate does on a GPU, against the processor and against the loop that tutorials teach; the smallest form with --dry.

cases        training, equal bytes, resuming, probes, export, bfloat16: what holds and what does not, each by itself
throughput   resnet20 on 32 x 32 images in batches of 128: images a second, as ratios of alternating rounds
    idiomatic   DataLoader with 2 workers over PIL images and torchvision's transforms, float32
    striate     the loop of `striate train`, in float32 and in bfloat16
    resident    the bound: one batch that stays on the device; plain, channels_last in bfloat16, compiled, as a CUDA graph
studies      one study: its runs one after another, and several at a time on the one device

python benchmarks/bench_device.py [cases|throughput|studies|all] [--rounds 3] [--images 6400] [--runs 30] [--workers 8] [--dry]
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bench_throughput as loops
import torch
import torch.nn.functional as F
from device_cases import CASES, cases
from pairs import Way, alternate, ratio, seconds
from torch import nn

import striate as st
from striate.data import load
from striate.nets import build
from striate.studies.running.pool import Job, cores, run_jobs
from striate.training.engines.machine import device, multiplies_bfloat16

BATCH = 128


def resnet() -> nn.Module:
    """Return resnet20 on the device."""
    return build("resnet20", {}, loops.SHAPE, 10).to(device())


def idiomatic(count: int) -> Callable[[], float]:
    """Return a measurement of the loop of the tutorials: images a second."""
    return timed(loops.idiomatic(loops.images(), BATCH, resnet()), count)


def ours(count: int, precision: str) -> Callable[[], float]:
    """Return the measurement of the loop of `striate train`: images a second."""
    return loops.ours(loops.images(), BATCH, count, precision, net="resnet20", options={})


def resident(count: int, kind: str) -> Callable[[], float]:
    """Return a measurement of steps on one batch that never leaves the device: what no loop can exceed by much."""
    net, where = resnet(), device()
    tuned = kind != "plain"
    pixels, labels = torch.randn(BATCH, 3, 32, 32, device=where), torch.randint(0, 10, (BATCH,), device=where)
    if tuned:
        net, pixels = net.to(memory_format=torch.channels_last), pixels.to(memory_format=torch.channels_last)
    forward = torch.compile(net) if kind == "compiled" else net
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, capturable=where.type == "cuda")

    def update() -> None:
        optimizer.zero_grad(set_to_none=kind != "graph")
        with torch.autocast(where.type, torch.bfloat16, enabled=tuned):
            loss = F.cross_entropy(forward(pixels), labels)
        loss.backward()
        optimizer.step()

    def step() -> int:
        replay()
        return BATCH

    replay: Callable[[], object] = update
    if kind == "graph":
        replay = captured(update)
    return timed(step, count)


def captured(update: Callable[[], None]) -> Callable[[], object]:
    """Return the replay of ``update`` as a CUDA graph, after the three warm-up steps on a side stream that PyTorch asks for."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            update()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        update()
    return graph.replay


def timed(step: Callable[[], int], count: int) -> Callable[[], float]:
    """Return a measurement of ``step``: images a second over about ``count`` images."""

    def measure() -> float:
        finish()
        began, seen = time.perf_counter(), 0
        while seen < count:
            seen += step()
        finish()
        return seen / (time.perf_counter() - began)

    return measure


def finish() -> None:
    """Wait for the device."""
    if device().type == "cuda":
        torch.cuda.synchronize()


def throughput(rounds: int, count: int) -> None:
    """Print images a second of each way, and the ratios."""
    ways = {"idiomatic": Way(idiomatic, (count,))}
    halves = multiplies_bfloat16(device())  # emulated it is far slower, and tells nothing
    ways |= {f"striate {name}": Way(ours, (count, name)) for name in ("float32", "bfloat16")[: 1 + halves]}
    kinds = ("plain", "tuned", "compiled", "graph") if device().type == "cuda" else ("plain", "tuned")[: 1 + halves]
    ways |= {f"resident {kind}": Way(resident, (count, kind)) for kind in kinds}
    figures = alternate(ways, rounds)
    for name, values in figures.items():
        print(f"{name:<20} {statistics.median(values):>10,.0f} images/s")
    for name in list(ways)[1:]:
        ratio(f"{name} / idiomatic", figures[name], figures["idiomatic"])


def studies(rounds: int, runs: int, workers: int, epochs: int, train_images: int) -> None:
    """Print how much faster the runs of a study are side by side."""
    known = loops.images()
    data = known.name if known.name in ("cifar10",) else "digits"
    recipe = st.Recipe(
        net="convnet-cs7150", net_options={"norm": "batch"}, data=data, epochs=epochs, train_images=train_images
    )
    load(data)

    def all_runs(at_once: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            jobs = [Job(recipe.change(seed=seed).to_json(), Path(folder, str(seed)), None) for seed in range(runs)]
            return seconds(lambda: run_jobs(jobs, at_once, max(1, cores() // at_once), lambda: None))

    alone, together = [], []
    for _ in range(rounds):
        alone.append(all_runs(1))
        together.append(all_runs(workers))
    print(f"{runs} runs of {epochs} epochs of {train_images} images of {data}, {workers} at a time")
    ratio("one after another / side by side", alone, together)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("cases", "throughput", "studies", "all"), nargs="?", default="all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=6400)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--dry", action="store_true", help="the same with the smallest numbers, to see that it runs")
    given = parser.parse_args()
    if given.dry:
        given.rounds, given.images, given.runs, given.workers = 1, BATCH, 2, 2
    name = torch.cuda.get_device_name() if device().type == "cuda" else f"no GPU, {platform.machine()}"
    print(f"{name}; {cores()} cores, Python {platform.python_version()}, torch {torch.__version__}", flush=True)
    failed = cases() if given.what in ("cases", "all") else 0
    if given.what in ("throughput", "all"):
        throughput(given.rounds, given.images)
    if given.what in ("studies", "all"):
        studies(given.rounds, given.runs, given.workers, *((1, 200) if given.dry else (3, 5000)))
    if failed:
        raise SystemExit(f"{failed} of {len(CASES)} cases failed")


if __name__ == "__main__":
    main()
