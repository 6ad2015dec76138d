"""Is the faster loop as good? The CS 7150 network with batch norm, crop and flip, trained by Striate and by the idiomatic loop.

The same images, batches of 32, Adam at 1e-3, several seeds; the difference of the final validation accuracies with its 95 % t
interval.   python benchmarks/bench_accuracy.py [--seeds 3] [--epochs 2] [--images 10000]
"""

from __future__ import annotations

import argparse
import dataclasses

import torch
import torch.nn.functional as F
from bench_throughput import OPTIONS, SHAPE, Pictures, images
from torch.utils.data import DataLoader

from striate.data import ImageSet, Split
from striate.nets import build
from striate.studies.claims.comparison import compare
from striate.training.engines.evaluate import evaluate
from striate.training.engines.setup import set_up
from striate.training.feed.batches import in_order, split
from striate.training.loop import Progress, epoch_updates
from striate.training.recipe.recipe import Recipe


def ours(data: ImageSet, recipe: Recipe) -> float:
    """Return the final validation accuracy of Striate's loop."""
    setup, progress = set_up(recipe, data, print), Progress()
    for _ in range(recipe.epochs):
        epoch_updates(setup, progress, stop=lambda: False, watch=None)
        progress.loss_sum, progress.correct, progress.images = 0.0, 0, 0
    return setup.engine.score(in_order(setup.splits.val, setup.splits.normalization, setup.device)).accuracy


def idiomatic(data: ImageSet, recipe: Recipe) -> float:
    """Return the final validation accuracy of the loop that tutorials teach."""
    torch.manual_seed(recipe.seed)
    net = build("convnet-cs7150", OPTIONS, SHAPE, 10)
    optimizer = torch.optim.Adam(net.parameters(), lr=recipe.lr)
    loader = DataLoader(Pictures(data.train), batch_size=recipe.batch_size, shuffle=True, num_workers=2)
    for _ in range(recipe.epochs):
        for inputs, labels in loader:
            optimizer.zero_grad()
            F.cross_entropy(net(inputs), labels).backward()
            optimizer.step()
    splits = split(data, recipe)
    return evaluate(net, in_order(splits.val, splits.normalization, torch.device("cpu"))).accuracy


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--images", type=int, default=10_000)
    given = parser.parse_args()
    whole = images()
    parts = [Split(whole.train.images[p], whole.train.labels[p]) for p in (slice(given.images), slice(-5000, None))]
    data = dataclasses.replace(whole, train=parts[0], val=parts[1])
    recipe = Recipe(net="convnet-cs7150", net_options=OPTIONS, flip=True, pad_crop=4, epochs=given.epochs)
    scores = [
        (ours(data, recipe.change(seed=seed)), idiomatic(data, recipe.change(seed=seed))) for seed in range(given.seeds)
    ]
    found = compare([a for a, _ in scores], [b for _, b in scores])
    print(
        f"{data.name}, {given.images} images, {given.epochs} epochs, {given.seeds} seeds: final validation accuracy "
        f"{found.mean_treatment:.4f} (striate) and {found.mean_control:.4f} (idiomatic), difference {found.effect:+.4f} "
        f"[{found.low:+.4f}, {found.high:+.4f}]"
    )


if __name__ == "__main__":
    main()
