"""A folder of photographs: reading it, reading it again, training from it, and how much memory that takes.

    first    the first read against torchvision's ImageFolder + Resize(antialias) + CenterCrop + DataLoader with 2 workers
    again    the second start over the first
    epoch    an epoch of training, images mapped from the cache against images in memory
    memory   peak resident memory of a process that reads and trains on a large set, over the set's size
    pixels   how far scaled decoding is from full decoding, and the accuracy of a net on both, over seeds

Photographs are generated: smooth noise at several scales, quality 90. Each part in alternating pairs, each in its own process.
python benchmarks/bench_folder.py [--pairs 3] [--small 2000] [--large 200] [--gigabytes 4] [--seeds 3] [--only first,again,...]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pairs import ratio
from PIL import Image

PARTS = ("first", "again", "epoch", "memory", "pixels")

# Both have imported what they need before the clock starts: a few photographs are read first.
STRIATE = """
import json, sys, time
from striate.data import load
load(sys.argv[3], image_size=int(sys.argv[2]))
began = time.perf_counter()
images = load(sys.argv[1], image_size=int(sys.argv[2]))
print(json.dumps(time.perf_counter() - began))
"""
TORCHVISION = """
import json, sys, time, torch
from torchvision import datasets
from torchvision.transforms import v2
side = int(sys.argv[2])
def read(place):
    steps = v2.Compose([v2.Resize(side, antialias=True), v2.CenterCrop(side), v2.PILToTensor()])
    data = datasets.ImageFolder(place + "/train", steps)
    return torch.cat([batch for batch, _ in torch.utils.data.DataLoader(data, batch_size=32, num_workers=2)])
read(sys.argv[3])
began = time.perf_counter()
images = read(sys.argv[1])
print(json.dumps(time.perf_counter() - began))
"""
EPOCH = """
import json, sys, time, torch
import numpy as np
from dataclasses import replace
from striate.data import Split, load
from striate.training.engines.setup import set_up
from striate.training.recipe.recipe import Recipe
images = load(sys.argv[1], image_size=int(sys.argv[2]))
if sys.argv[3] == "memory":
    images = replace(images, train=Split(np.array(images.train.images), images.train.labels))
setup = set_up(Recipe(data=sys.argv[1], image_size=int(sys.argv[2]), batch_size=64, precision="float32"), images, print)
with setup.engine.training():
    for epoch in (1, 2):
        began = time.perf_counter()
        for step in range(setup.feed.steps):
            setup.engine.update(*setup.feed.batch(epoch, step), 1e-4, epoch, step)
print(json.dumps(time.perf_counter() - began))
"""
MEMORY = """
import json, resource, sys
from striate.data import load
from striate.training.engines.setup import set_up
from striate.training.recipe.recipe import Recipe
images = load(sys.argv[1], image_size=int(sys.argv[2]))
recipe = Recipe(data=sys.argv[1], image_size=int(sys.argv[2]), net_options={"widths": [[4], [4], [4]]}, batch_size=16)
setup = set_up(recipe, images, print)
with setup.engine.training():
    for step in range(setup.feed.steps):
        setup.engine.update(*setup.feed.batch(1, step), 1e-4, 1, step)
size = sum(split.images.nbytes for split in (images.train, images.test) if split)
print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, size]))
"""


def photograph(rng: np.random.Generator, width: int, height: int, tone: float = 0.0) -> NDArray[np.uint8]:
    """Return a generated photograph, uint8 (height, width, 3): noise at four scales, brighter by ``tone`` on its left."""
    made = np.zeros((height, width, 3))
    for step in (4, 16, 64, 256):
        coarse = rng.normal(size=(max(2, height // step), max(2, width // step), 3)).astype(np.float32)
        planes = [Image.fromarray(coarse[..., c]).resize((width, height), Image.Resampling.BICUBIC) for c in range(3)]
        made += np.stack([np.asarray(plane) for plane in planes], axis=-1) * step**0.5
    made[:, : width // 2] += tone * made.std()
    made -= made.min()
    return (made / made.max() * 255).astype(np.uint8)


def folder(root: Path, count: int, width: int, height: int) -> Path:
    """Write ``count`` photographs in two classes, which differ a little, and return the folder."""
    rng = np.random.default_rng(0)
    for number in range(count):
        place = root / "train" / ("left", "even")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        tone = 0.7 * (number % 2 == 0)
        Image.fromarray(photograph(rng, width, height, tone)).save(place / f"{number}.jpg", quality=90)
    return root


def copies(root: Path, photographs: Path, gigabytes: float, side: int) -> Path:
    """Write links to ``photographs``, as often as their arrays fill ``gigabytes``, and return the folder."""
    files = sorted(photographs.glob("train/*/*.jpg"))
    for number in range(int(gigabytes * 1e9 / (3 * side * side))):
        file = files[number % len(files)]
        place = root / "train" / file.parent.name
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.jpg").hardlink_to(file)
    return root


def told(program: str, *given: object, cache: Path) -> float | list[float]:
    """Return what ``program`` printed last as JSON, run in a process of its own with ``cache`` as its cache."""
    surroundings = {**os.environ, "STRIATE_CACHE": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, given)], env=surroundings, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def seconds(program: str, *given: object, cache: Path) -> float:
    """Return the seconds that ``program`` says it took."""
    value = told(program, *given, cache=cache)
    assert isinstance(value, float)
    return value


def bench_first(place: Path, side: int, pairs: int, work: Path) -> None:
    """Print first read and second start against torchvision and the first."""
    theirs, first, again = [], [], []
    few = folder(work / f"few-{place.name}", 60, 500, 375)
    for pair in range(pairs):
        cache = work / f"cache-{place.name}-{pair}"
        theirs.append(seconds(TORCHVISION, place, side, few, cache=cache))
        first.append(seconds(STRIATE, place, side, few, cache=cache))
        again.append(seconds(STRIATE, place, side, few, cache=cache))
    ratio(f"first read of {place.name} to {side} px: torchvision / striate", theirs, first)
    ratio(f"second start of {place.name}: second / first", again, first)


def bench_epoch(place: Path, side: int, pairs: int, work: Path) -> None:
    """Print the speed of an epoch from the mapped array over that of one in memory."""
    mapped, memory = [], []
    for _ in range(pairs):
        memory.append(seconds(EPOCH, place, side, "memory", cache=work / "cache"))
        mapped.append(seconds(EPOCH, place, side, "mapped", cache=work / "cache"))
    ratio(f"an epoch of {place.name} at {side} px: speed mapped / in memory", memory, mapped)


def bench_memory(place: Path, side: int, gigabytes: float, work: Path) -> None:
    """Print the peak resident memory over the size of the set."""
    large = copies(work / "many", place, gigabytes, side)
    value = told(MEMORY, large, side, cache=work / "cache-many")
    assert isinstance(value, list)
    peak, size = value
    print(f"peak resident memory, reading and training: {peak / 1e9:.2f} GB of {size / 1e9:.2f}: {peak / size:.3f}")


def bench_pixels(place: Path, side: int, seeds: int, work: Path) -> None:
    """Print how the pixels of scaled decoding differ from full decoding, and a net's accuracy on both."""
    os.environ["STRIATE_CACHE"] = str(work / "cache-pixels")
    import striate as st
    from striate.training.feed.images import images_of

    base = st.Recipe(data=str(place), image_size=side, net="convnet", epochs=5, batch_size=32)
    sets = {how: images_of(base.change(decoding=how)) for how in ("scaled", "full")}
    apart = np.abs(
        np.asarray(sets["scaled"].train.images[:500], dtype=int) - np.asarray(sets["full"].train.images[:500])
    )
    print(
        f"pixels, scaled against full, {place.name} to {side} px: mean {apart.mean():.3f}, largest {apart.max()} of 255"
    )
    for how, images in sets.items():
        scores: list[float] = []
        for seed in range(seeds):
            run = st.train(base.change(decoding=how, seed=seed), work / f"run-{place.name}-{how}-{seed}", images=images)
            scores.append(st.test(run.folder, images=images).accuracy)
        print(
            f"test accuracy, decoded {how}: {np.mean(scores):.4f} (n = {seeds}: {', '.join(f'{s:.3f}' for s in scores)})"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--small", type=int, default=2000, help="photographs of 500 x 375")
    parser.add_argument("--large", type=int, default=200, help="photographs of 3000 x 2250")
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    only = given.only.split(",")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        small = folder(work / "500x375", given.small, 500, 375)
        parts: dict[str, Callable[[], None]] = {
            "epoch": lambda: bench_epoch(small, 64, given.pairs, work),
            "memory": lambda: bench_memory(small, 224, given.gigabytes, work),
            "pixels": lambda: bench_pixels(small, 64, given.seeds, work),
        }
        if {"first", "again"} & set(only):
            bench_first(small, 64, given.pairs, work)
            bench_first(folder(work / "3000x2250", given.large, 3000, 2250), 224, given.pairs, work)
        for part, run in parts.items():
            if part in only:
                run()


if __name__ == "__main__":
    main()
