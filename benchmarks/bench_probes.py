"""The price of a look: Grad-CAM, saliency and occlusion against a bare forward pass, pytorch-grad-cam and Captum.

One net (resnet20 of the catalogue, random weights) and one batch, each way in a process of its own, in alternating pairs; that
the numbers of both ways are equal is checked first.
python benchmarks/bench_probes.py [--pairs 7] [--images 256] [--threads 0] [--processor-time]

pytorch-grad-cam is measured where it is found: pip install grad-cam (it is not a dependency, for it has no wheel).
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable

import torch
from captum.attr import Occlusion, Saliency
from pairs import Way, alternate, ceilings, ratio
from torch import Tensor, nn

from striate.nets import build
from striate.probes.heatmaps.gradcam import gradcam
from striate.probes.heatmaps.occlusion import occlusion
from striate.probes.heatmaps.saliency import saliency

WINDOW, STRIDE = 4, 2
OCCLUDED = 1  # image: Captum's default takes one forward pass for each of 225 patches


def subject(images: int) -> tuple[nn.Module, Tensor]:
    """Return the net in evaluation mode, and the images (N, 3, 32, 32)."""
    torch.manual_seed(0)
    return build("resnet20", {}, (32, 32, 3), 10).eval(), torch.randn(images, 3, 32, 32)


def timed(action: Callable[[], object], processor: bool) -> Callable[[], float]:
    """Return a measurement of ``action`` in seconds, of the wall clock, or of the processor."""
    clock = time.process_time if processor else time.perf_counter

    def measure() -> float:
        began = clock()
        action()
        return clock() - began

    return measure


def bare(images: int, processor: bool) -> Callable[[], float]:
    """Measure a forward pass without gradients."""
    net, x = subject(images)

    def forward() -> None:
        with torch.no_grad():
            net(x)

    return timed(forward, processor)


def ours_gradcam(images: int, processor: bool) -> Callable[[], float]:
    """Measure Grad-CAM of the predicted classes, at the size of the images."""
    net, x = subject(images)
    return timed(lambda: gradcam(net, x), processor)


def ours_gradcam_backward(images: int, processor: bool) -> Callable[[], float]:
    """Measure Grad-CAM at a tap in the middle, where no shortcut holds."""
    net, x = subject(images)
    return timed(lambda: gradcam(net, x, tap="layer3.1.act2"), processor)


def theirs_gradcam(images: int, processor: bool) -> Callable[[], float]:
    """Measure pytorch-grad-cam at the same map."""
    net, x = subject(images)
    return timed(lambda: their_maps(net, x), processor)


def their_maps(net: nn.Module, x: Tensor) -> Tensor:
    """Return the maps (N, H, W) of pytorch-grad-cam, each from 0 to 1."""
    from pytorch_grad_cam import GradCAM

    with GradCAM(model=net, target_layers=[net.get_submodule("layer3.2")]) as cam:
        return torch.from_numpy(cam(input_tensor=x, targets=None))


def ours_saliency(images: int, processor: bool) -> Callable[[], float]:
    """Measure the gradient of the predicted classes' scores."""
    net, x = subject(images)
    return timed(lambda: saliency(net, x), processor)


def theirs_saliency(images: int, processor: bool) -> Callable[[], float]:
    """Measure Captum's, which must be told the classes."""
    net, x = subject(images)

    def look() -> None:
        with torch.no_grad():
            chosen = net(x[:1]).argmax(1)
        Saliency(net).attribute(x.clone().requires_grad_(), target=int(chosen))

    return timed(look, processor)


def ours_occlusion(images: int, processor: bool) -> Callable[[], float]:
    """Measure occlusion by patches of 4 x 4 pixels every 2."""
    net, x = subject(images)
    return timed(lambda: occlusion(net, x, target=0, window=WINDOW, stride=STRIDE), processor)


def theirs_occlusion(images: int, processor: bool) -> Callable[[], float]:
    """Measure Captum's default: one patch for each forward pass."""
    net, x = subject(images)

    def look() -> None:
        with torch.no_grad():
            Occlusion(net).attribute(x, (3, WINDOW, WINDOW), (3, STRIDE, STRIDE), 0.0, 0)

    return timed(look, processor)


def equal(images: int, rival: bool) -> None:
    """Print how far the numbers of both ways are apart."""
    net, x = subject(images)
    if rival:
        ours = gradcam(net, x).heatmap
        low, high = ours.amin((1, 2), keepdim=True), ours.amax((1, 2), keepdim=True)
        gap = (((ours - low) / (high - low)) - their_maps(net, x)).abs().max()
        print(f"  Grad-CAM and pytorch-grad-cam, each from 0 to 1: apart by at most {float(gap):.1e}")
    few = x[:1]
    with torch.no_grad():
        oracle = Occlusion(net).attribute(few, (3, WINDOW, WINDOW), (3, STRIDE, STRIDE), 0.0, 0)[:, 0]
    found = occlusion(net, few, target=0, window=WINDOW, stride=STRIDE).heatmap
    print(f"  occlusion and Captum's: apart by at most {float((found - oracle).abs().max()):.1e}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--processor-time", action="store_true", help="what one thread used, for a busy machine")
    given = parser.parse_args()
    rival = importlib.util.find_spec("pytorch_grad_cam") is not None
    ceilings()
    equal(8, rival)

    def measured(**makes: tuple[Callable[..., Callable[[], float]], int]) -> dict[str, list[float]]:
        return alternate(
            {k: Way(make, (n, given.processor_time), given.threads) for k, (make, n) in makes.items()}, given.pairs
        )

    n = given.images
    print(f"resnet20, {n} images of 32 x 32")
    times = measured(forward=(bare, n), ours=(ours_gradcam, n), middle=(ours_gradcam_backward, n))
    ratio("Grad-CAM / forward pass", times["ours"], times["forward"])
    ratio("Grad-CAM with a backward pass / forward pass", times["middle"], times["forward"])
    if rival:
        times = measured(ours=(ours_gradcam, n), theirs=(theirs_gradcam, n))
        ratio("pytorch-grad-cam / Grad-CAM", times["theirs"], times["ours"])
    else:
        print("  pytorch-grad-cam is not here: pip install grad-cam")
    times = measured(forward=(bare, n), ours=(ours_saliency, n), theirs=(theirs_saliency, n))
    ratio("saliency / forward pass", times["ours"], times["forward"])
    ratio("Captum's saliency / saliency", times["theirs"], times["ours"])
    times = measured(ours=(ours_occlusion, OCCLUDED), theirs=(theirs_occlusion, OCCLUDED))
    ratio(f"Captum's occlusion / occlusion, {OCCLUDED} image", times["theirs"], times["ours"])


if __name__ == "__main__":
    main()
