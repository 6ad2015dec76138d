"""Features over 100 images x 9 channels, in forward passes of the same net and images: at most 4.

Both run in one process, in turn: the ratio is what one look costs, windows, four rules and heatmaps included.
python benchmarks/bench_features.py [--pairs 7] [--images 100]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from pairs import Way, alternate, ceilings, ratio, seconds

from striate.nets import build
from striate.probes import probe

NETS: dict[str, dict[str, tuple[int, ...]]] = {
    "convnet-cs7150": {"conv1": (3, 8, 26), "conv2": (3, 37, 49), "conv4": (25, 51, 55)},
    "resnet20": {"conv1": (3, 8, 13), "layer2.1": (3, 8, 26), "layer3.2": (25, 51, 55)},
}


def both(name: str, images: int, look: bool) -> Callable[[], float]:
    """Return a measurement of one look at all feature maps, or of one bare forward pass: seconds."""
    torch.manual_seed(0)
    net = build(name, {}, (32, 32, 3), 10).eval()
    x = torch.randn(images, 3, 32, 32)

    def bare() -> None:
        with torch.inference_mode():
            net(x)

    def features() -> None:
        probe.features(net, x, taps=list(NETS[name]), channels=NETS[name])

    return lambda: seconds(features if look else bare)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--images", type=int, default=100)
    given = parser.parse_args()
    ceilings()
    for name in NETS:
        ways = {"features": Way(both, (name, given.images, True)), "forward": Way(both, (name, given.images, False))}
        figures = alternate(ways, given.pairs)
        ratio(f"{name}: features of 9 maps / one forward", figures["features"], figures["forward"])


if __name__ == "__main__":
    main()
