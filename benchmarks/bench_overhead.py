"""What the training loop costs beyond the bare forward pass, backward pass and optimizer step: at most 3 %.

Both do the same updates of the same net on the same images, at batch 32; the bare one finds its batch ready and keeps
nothing.   python benchmarks/bench_overhead.py [--pairs 9] [--updates 60]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from bench_throughput import OPTIONS, images
from pairs import Way, alternate, ceilings, ratio

from striate.training.engines.pytorch import TorchEngine
from striate.training.engines.setup import Setup, set_up
from striate.training.loop import Progress, epoch_updates
from striate.training.recipe.recipe import Recipe


def loop(updates: int) -> Callable[[], float]:
    """Return a measurement of Striate's loop: seconds for that many updates of one epoch, augmentation and all."""
    setup = _setup()

    def measure() -> float:
        progress = Progress(step=setup.feed.steps - updates)
        began = time.perf_counter()
        epoch_updates(setup, progress, stop=lambda: False, watch=None)
        return time.perf_counter() - began

    return measure


def bare(updates: int) -> Callable[[], float]:
    """Return a measurement of the three calls alone."""
    setup = _setup()
    ready, labels = setup.feed.batch(1, 0)
    engine = setup.engine
    assert isinstance(engine, TorchEngine)
    engine.net.train()

    def measure() -> float:
        began = time.perf_counter()
        for _ in range(updates):
            with torch.autocast(engine.device.type, torch.bfloat16, enabled=engine.dtype == torch.bfloat16):
                logits = engine.net(ready)
            F.cross_entropy(logits.float(), labels).backward()
            engine.optimizer.step()
            engine.optimizer.zero_grad()
        return time.perf_counter() - began

    return measure


def _setup() -> Setup:
    recipe = Recipe(net="convnet-cs7150", net_options=OPTIONS, flip=True, pad_crop=4, batch_size=32)
    return set_up(recipe, images(), print)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--updates", type=int, default=60)
    given = parser.parse_args()
    ceilings()
    figures = alternate({"loop": Way(loop, (given.updates,)), "bare": Way(bare, (given.updates,))}, given.pairs)
    ratio("loop / bare forward, backward and step", figures["loop"], figures["bare"])


if __name__ == "__main__":
    main()
