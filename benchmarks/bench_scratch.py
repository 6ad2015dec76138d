"""The layers by hand against PyTorch on the processor, float32, on as many threads: how many times its rate they reach.

    convolution   3 x 3, 64 to 64 channels, 32 x 32, padding 1, 128 images: forward, and both gradients (dx, dw, db)
    max pooling   128 x 64 maps of 32 x 32, windows 2 at stride 2 and 3 at stride 2: forward and backward, each alone
    mnist step    conv 32 of 7 x 7, relu, pool 2, dense 100, relu, dense 10, batch 100: loss, gradients, SGD with momentum 0.9

PyTorch in its default layout, and forward also in channels_last. NumPy's own sgemm runs in turn with them, and the
multiply-adds of the direct sum are given as a share of its rate. On a busy machine `--processor-time` counts what a single
thread worked instead of what passed on the wall.
python benchmarks/bench_scratch.py [--pairs 15] [--threads 1 2] [--only conv] [--processor-time]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from pairs import Way, alternate, ratio

from striate.base.shapes import convolution_macs
from striate.scratch.convnet import ConvNet
from striate.scratch.fast.threads import set_threads
from striate.scratch.layers.convolution import conv_backward, conv_forward
from striate.scratch.layers.pooling import max_pool_backward, max_pool_forward
from striate.scratch.update_rules import sgd_momentum

Action = Callable[[], object]
IMAGES, CHANNELS, SIZE, KERNEL = 128, 64, 32, 3
FLOPS = 2 * IMAGES * convolution_macs(CHANNELS, CHANNELS, KERNEL**2, SIZE**2)
SGEMM = 1024


def arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Return normal float32 arrays, the same each time."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


def sgemm() -> Action:
    """One product of two square matrices."""
    a, b = arrays((SGEMM, SGEMM), (SGEMM, SGEMM))
    return lambda: a @ b


def images_and_filters() -> list[np.ndarray]:
    """Return images, filters, biases, and a gradient of the output."""
    maps = (IMAGES, CHANNELS, SIZE, SIZE)
    return arrays(maps, (CHANNELS, CHANNELS, KERNEL, KERNEL), (CHANNELS,), maps)


def our_forward() -> Action:
    """The convolution by hand."""
    x, w, b, _ = images_and_filters()
    return lambda: conv_forward(x, w, b, padding=1)


def their_forward(channels_last: bool = False) -> Action:
    """PyTorch's."""
    x, w, b, _ = map(torch.from_numpy, images_and_filters())
    if channels_last:
        x, w = (t.to(memory_format=torch.channels_last) for t in (x, w))
    return lambda: F.conv2d(x, w, b, padding=1)


def our_gradients() -> Action:
    """All three gradients by hand."""
    x, w, b, dout = images_and_filters()
    _, cache = conv_forward(x, w, b, padding=1)
    return lambda: conv_backward(dout, cache)


def their_gradients() -> Action:
    """PyTorch's, without the bookkeeping of autograd."""
    x, w, _, dout = map(torch.from_numpy, images_and_filters())
    fixed = ([CHANNELS], [1, 1], [1, 1], [1, 1], False, [0, 0], 1, [True] * 3)
    return lambda: torch.ops.aten.convolution_backward(dout, x, w, *fixed)


def our_pooling(window: int, backward: bool) -> Action:
    """Max pooling by hand at stride 2."""
    (x,) = arrays((IMAGES, CHANNELS, SIZE, SIZE))
    out, cache = max_pool_forward(x, window, window, 2)
    return (lambda: max_pool_backward(out, cache)) if backward else (lambda: max_pool_forward(x, window, window, 2))


def their_pooling(window: int, backward: bool) -> Action:
    """PyTorch's, which keeps the places of the largest cells as well."""
    (x,) = map(torch.from_numpy, arrays((IMAGES, CHANNELS, SIZE, SIZE)))
    out, places = F.max_pool2d(x, window, 2, return_indices=True)
    fixed = ([window] * 2, [2, 2], [0, 0], [1, 1], False, places)
    if backward:
        return lambda: torch.ops.aten.max_pool2d_with_indices_backward(out, x, *fixed)
    return lambda: F.max_pool2d(x, window, 2, return_indices=True)


def batch() -> tuple[np.ndarray, np.ndarray]:
    """Return 100 images of 28 x 28 and their labels."""
    (x,) = arrays((100, 1, 28, 28))
    return x, np.arange(100) % 10


def our_step() -> Action:
    """One training step of the net by hand."""
    net, (x, y), memory = ConvNet(weight_scale=None), batch(), {}

    def step() -> None:
        _, gradients = net.loss(x, y)
        for name, gradient in gradients.items():
            net.params[name], memory[name] = sgd_momentum(net.params[name], gradient, memory.get(name))

    return step


def their_step() -> Action:
    """The same in eager PyTorch."""
    parts = [torch.nn.Conv2d(1, 32, 7), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten()]
    net = torch.nn.Sequential(*parts, torch.nn.Linear(3872, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    x, y = map(torch.from_numpy, batch())

    def step() -> None:
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()

    return step


def timed(
    threads: int, repeats: int, processor: bool, make: Callable[..., Action], *given: object
) -> Callable[[], float]:
    """Return a measurement of what ``make(*given)`` does, on so many threads, in seconds for one time."""
    set_threads(threads)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(make is their_step)
    action, clock = make(*given), time.process_time if processor else time.perf_counter

    def once() -> float:
        began = clock()
        action()
        return clock() - began

    return lambda: min(once() for _ in range(repeats))


# Name -> (ours, theirs, what both are given, FLOPs of the direct sum or 0).
CASES: dict[str, tuple[Callable[..., Action], Callable[..., Action], tuple[object, ...], int]] = {
    "conv forward": (our_forward, their_forward, (), FLOPS),
    "conv gradients": (our_gradients, their_gradients, (), 2 * FLOPS),
    "pool 2/2 forward": (our_pooling, their_pooling, (2, False), 0),
    "pool 2/2 backward": (our_pooling, their_pooling, (2, True), 0),
    "pool 3/2 forward": (our_pooling, their_pooling, (3, False), 0),
    "pool 3/2 backward": (our_pooling, their_pooling, (3, True), 0),
    "mnist step": (our_step, their_step, (), 0),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=3, help="times in a row, of which the fastest counts")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", default="", help="cases whose name begins like this")
    parser.add_argument("--processor-time", action="store_true", help="for 1 thread")
    asked = parser.parse_args()
    for threads in asked.threads:
        print(f"{threads} thread{'s' * (threads > 1)}: our rate / PyTorch's")
        for name, (ours, theirs, given, flops) in CASES.items():
            if not name.startswith(asked.only):
                continue
            fixed = (threads, asked.repeats, asked.processor_time and threads == 1)
            ways = {"ours": Way(timed, (*fixed, ours, *given)), "theirs": Way(timed, (*fixed, theirs, *given))}
            ways |= {"sgemm": Way(timed, (*fixed, sgemm))} if flops else {}
            ways |= {"last": Way(timed, (*fixed, theirs, True))} if theirs is their_forward else {}
            times = alternate(ways, asked.pairs)
            rates = {way: [1 / t for t in found] for way, found in times.items()}
            ratio(f"{name}, {statistics.median(times['ours']) * 1e3:.1f} ms", rates["ours"], rates["theirs"])
            if "last" in ways:
                ratio("   the same / PyTorch's in channels_last", rates["ours"], rates["last"])
            if flops:
                products = [2 * SGEMM**3 * rate for rate in rates["sgemm"]]
                for way in ("ours", "theirs"):
                    ratio(
                        f"   {way} / NumPy's sgemm, FLOPs of the direct sum", [flops * r for r in rates[way]], products
                    )


if __name__ == "__main__":
    main()
