"""Training throughput of the CS 7150 network with batch norm, crop and flip: Striate against two PyTorch loops.

    idiomatic   dataset of PIL images, torchvision transforms, DataLoader with 2 workers, float32, default layout, Adam
    tuned       the same net in float32, channels_last, images in memory, augmented as whole batches, Adam

Same net, same augmentation, same batches of 32 and of 128. CIFAR-10 where it is found, else random pixels, on which the
speed does not depend.   python benchmarks/bench_throughput.py [--pairs 7] [--images 3200]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from pairs import Way, alternate, ceilings, ratio
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from striate.base.errors import DataError
from striate.data import ImageSet, Split, load
from striate.data.augment.geometry import flip, pad_crop
from striate.nets import build
from striate.nets.measure.anatomy import anatomy
from striate.training.engines.denormals import denormals_flushed
from striate.training.engines.setup import set_up
from striate.training.loop import Progress, epoch_updates
from striate.training.recipe.recipe import Recipe

NET: str = "convnet-cs7150"
OPTIONS: dict[str, Any] = {"norm": "batch"}
SHAPE = (32, 32, 3)
Step = Callable[[], int]


def images() -> ImageSet:
    """Return CIFAR-10, or random pixels of its shape."""
    try:
        return load("cifar10", download=False)
    except DataError:
        rng = np.random.default_rng(0)
        split = Split(rng.integers(0, 256, (10_000, *SHAPE), dtype=np.uint8), rng.integers(0, 10, 10_000))
        return ImageSet("random", tuple("abcdefghij"), split, split, split, "", "made here")


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """Images as torchvision's own CIFAR-10 dataset serves them: one PIL image at a time, through its transforms."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize((0.4914, 0.4822, 0.4465), (0.247, 0.243, 0.262)),
            ]
        )

    def __len__(self) -> int:
        return len(self.split.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.split.images[index])), int(self.split.labels[index])


def idiomatic(data: ImageSet, batch: int, net: nn.Module | None = None) -> Step:
    """Return a step of the loop that tutorials teach, on the device of ``net``."""
    net = net or build(NET, OPTIONS, SHAPE, 10)
    where = next(net.parameters()).device
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    criterion = torch.nn.CrossEntropyLoss()
    loader = DataLoader(Pictures(data.train), batch_size=batch, shuffle=True, num_workers=2)

    def endless() -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        while True:
            yield from loader

    batches, running = endless(), [0.0]

    def step() -> int:
        inputs, labels = (part.to(where) for part in next(batches))
        optimizer.zero_grad()
        loss = criterion(net(inputs), labels)
        loss.backward()
        optimizer.step()
        running[0] += loss.item()
        return len(labels)

    return step


def tuned(data: ImageSet, batch: int) -> Step:
    """Return a step of a float32 loop that does by hand what can be done in plain PyTorch."""
    net = build(NET, OPTIONS, SHAPE, 10).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    rng = np.random.default_rng(0)
    mean, std = torch.full((1, 3, 1, 1), 120.0), torch.full((1, 3, 1, 1), 64.0)

    def step() -> int:
        chosen = rng.integers(0, len(data.train.labels), batch)
        pixels = torch.from_numpy(pad_crop(flip(data.train.images[chosen], rng), 4, rng)).permute(0, 3, 1, 2)
        loss = F.cross_entropy(net((pixels.float() - mean) / std), torch.from_numpy(data.train.labels[chosen]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        return batch

    return step


def ours(
    data: ImageSet, batch: int, count: int, precision: str, net: str = NET, options: dict[str, Any] = OPTIONS
) -> Callable[[], float]:
    """Return a measurement of Striate's own loop: images per second over about ``count`` images of an epoch."""
    recipe = Recipe(net=net, net_options=options, data=data.name, flip=True, pad_crop=4)
    setup = set_up(recipe.change(batch_size=batch, epochs=1000, precision=precision), data, print)
    updates = max(1, count // batch)

    def measure() -> float:
        progress = Progress(step=setup.feed.steps - updates)
        began = time.perf_counter()
        with denormals_flushed():
            epoch_updates(setup, progress, stop=lambda: False, watch=None)
        return progress.images / (time.perf_counter() - began)

    return measure


def rate(make: Callable[[ImageSet, int], Step], batch: int, count: int) -> Callable[[], float]:
    """Return a measurement of a loop that is given step by step, as `ours` does."""
    step = make(images(), batch)

    def measure() -> float:
        began, seen = time.perf_counter(), 0
        while seen < count:
            seen += step()
        return seen / (time.perf_counter() - began)

    return measure


def striate(batch: int, count: int, precision: str) -> Callable[[], float]:
    """Return the measurement of `ours`; a function of plain values, so that it can be made in another process."""
    return ours(images(), batch, count, precision)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--images", type=int, default=3200)
    parser.add_argument("--precision", default="auto")
    given = parser.parse_args()
    multiply, _ = ceilings()
    flops = 3 * 2 * anatomy(build(NET, OPTIONS, SHAPE, 10), SHAPE).macs
    for batch in (32, 128):
        ways = {make.__name__: Way(rate, (make, batch, given.images)) for make in (idiomatic, tuned)}
        ways["striate"] = Way(striate, (batch, given.images, given.precision))
        figures = alternate(ways, given.pairs)
        print(f"batch {batch}: images/s " + ", ".join(f"{n} {statistics.median(f):.0f}" for n, f in figures.items()))
        ratio("striate / idiomatic", figures["striate"], figures["idiomatic"])
        ratio("striate / tuned float32", figures["striate"], figures["tuned"])
        share = statistics.median(figures["striate"]) * flops / 1e9 / multiply
        print(f"  striate's multiply-adds run at {share:.0%} of this machine's sgemm rate")


if __name__ == "__main__":
    main()
