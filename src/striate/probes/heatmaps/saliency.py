"""Saliency: how much the score S of a class changes with each pixel of the image x (Simonyan et al., arXiv 1312.6034).

    gradient        max over channels of |dS/dx|                          0 or more
    signed          sum over channels of dS/dx                            above 0: more of it raises the score
    times-input     sum over channels of x dS/dx                          above 0: what is there speaks for the class
    smoothgrad      max over channels of |mean of dS/dx at x + noise|     Smilkov et al., arXiv 1706.03825
    integrated      sum over channels of (x - b) mean of dS/dx at b + a (x - b), a from 0 to 1
                                                                          Sundararajan et al., arXiv 1703.01365

S is the net's output before softmax. The gradient is taken with respect to the normalized image that the net receives.
Only the gradient of the input is computed: a forward and about one more forward's price.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import torch
from torch import Tensor, nn

from striate.base.catalog import unknown
from striate.base.errors import ProbeError
from striate.probes.choices import Method
from striate.probes.facts import Explained, SaliencyFacts
from striate.probes.heatmaps.integrated import integrated_gradients
from striate.probes.record import Record, Target, asked, described, full, logits, targets
from striate.probes.restoring import untouched

METHODS: tuple[Method, ...] = get_args(Method)
UNSIGNED = ("gradient", "smoothgrad")
_PIXELS = 512 * 512

SIGNS: dict[str, str] = {
    "gradient": "0 or more; large where a small change of the pixel changes the score most, upwards or downwards",
    "signed": "positive where a larger pixel value raises the score, negative where it lowers it",
    "times-input": "positive where the pixel as it is raises the score, against a pixel of the mean colour; negative where it"
    " lowers it",
    "smoothgrad": "0 or more; large where a small change of the pixel changes the score most, on average over noisy copies",
    "integrated": "positive where the pixel raises the score against the baseline, negative where it lowers it; the map sums"
    " to the difference of the two scores",
}
EXPLAINED = {
    "gradient": Explained(
        "The score of the class is differentiated with respect to every value of the image. A pixel's saliency is the largest"
        " of its channels' magnitudes.",
        r"M_{ij} = \max_c \left| \frac{\partial S}{\partial x_{cij}} \right|",
    ),
    "signed": Explained(
        "The score of the class is differentiated with respect to every value of the image, and the derivatives of a pixel's"
        " channels are added.",
        r"M_{ij} = \sum_c \frac{\partial S}{\partial x_{cij}}",
    ),
    "times-input": Explained(
        "The derivative of the score with respect to every value of the image, times that value, added over the channels.",
        r"M_{ij} = \sum_c x_{cij} \frac{\partial S}{\partial x_{cij}}",
    ),
    "smoothgrad": Explained(
        "The derivative of the score is averaged over copies of the image with noise; a pixel's saliency is the largest of"
        " its channels' magnitudes.",
        r"M_{ij} = \max_c \left| \frac{1}{n} \sum_{k=1}^{n} \frac{\partial S}{\partial x_{cij}}(x + \epsilon_k) \right|",
    ),
    "integrated": Explained(
        "The derivative of the score is averaged along the straight way from a baseline b to the image, and multiplied by what"
        " was gone through; the map sums to the difference of the scores.",
        r"M_{ij} = \sum_c (x_{cij} - b_{cij}) \int_0^1 \frac{\partial S}{\partial x_{cij}}(b + a (x - b)) \, da",
    ),
}


def saliency(
    net: nn.Module,
    images: Tensor,
    *,
    target: Target = None,
    method: Method = "gradient",
    samples: int = 25,
    noise: float = 0.15,
    steps: int = 50,
    baseline: Tensor | float = 0.0,
    seed: int = 0,
    batch: int | None = None,
) -> Record[SaliencyFacts]:
    """Return the saliency of images (N, C, H, W) for class ``target`` (None: the predicted one), ``heatmap`` (N, H, W).

    The array ``gradient`` (N, C, H, W) holds what the heatmap was made of. ``smoothgrad`` averages over ``samples`` copies
    with Gaussian noise of standard deviation ``noise`` times the image's range (largest minus smallest value), drawn from
    ``seed``. ``integrated`` takes ``steps`` points of a Gauss-Legendre rule from ``baseline``, a number or an image. At
    most ``batch`` images go through the net at once (None: as many as hold 512 x 512 pixels, 64 at least). Raises ProbeError
    for what is out of range.
    """
    if method not in METHODS:
        raise ProbeError(unknown("method", method, METHODS))
    with untouched(net, images) as x:
        if batch is None:
            # A batch waits for all threads at every layer, so that small images go through in few batches.
            batch = max(64, _PIXELS // x[0, 0].numel())
        facts = SaliencyFacts(method=method)
        scores, chosen, gradient = gradients(net, x, target, batch)
        if method == "smoothgrad":
            if samples < 1 or noise < 0:
                raise ProbeError(f"samples is {samples} and noise is {noise}, and must be 1 or more, and 0 or more")
            gradient = _smooth(net, x, chosen, samples, noise, seed, batch)
            facts = replace(facts, samples=samples, noise=noise, seed=seed)
        elif method == "integrated":
            gradient, gap = integrated_gradients(net, x, chosen, steps=steps, baseline=baseline, batch=batch)
            facts = replace(facts, steps=steps, completeness_gap=gap)
        heatmap = _heatmap(method, gradient, x)
        return Record(
            "saliency",
            "heatmap",
            {"heatmap": full(heatmap).to(images.device), "gradient": full(gradient).to(images.device)},
            SIGNS[method],
            facts,
            described(scores, chosen),
            signed=method not in UNSIGNED,
        )


def gradients(net: nn.Module, x: Tensor, target: Target, batch: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return scores (N, K), the classes explained (N,), and dS/dx (N, C, H, W); inside `untouched`."""
    scores: list[Tensor] = []
    made: list[Tensor] = []
    chosen: list[Tensor] = []
    given = asked(target, len(x))
    for start in range(0, len(x), batch):
        leaf = x[start : start + batch].detach().clone().requires_grad_()
        part = logits(net, leaf.clone())
        kinds = targets(part, None if given is None else given[start : start + batch])
        (gradient,) = torch.autograd.grad(part.gather(1, kinds[:, None]).sum(), leaf, materialize_grads=True)
        scores.append(part.detach())
        chosen.append(kinds)
        made.append(gradient)
    return torch.cat(scores), torch.cat(chosen), torch.cat(made)


def _heatmap(method: Method, gradient: Tensor, x: Tensor) -> Tensor:
    if method in UNSIGNED:
        return gradient.abs().amax(1)
    return (gradient * x if method == "times-input" else gradient).sum(1)


def _smooth(net: nn.Module, x: Tensor, chosen: Tensor, samples: int, noise: float, seed: int, batch: int) -> Tensor:
    """Return the mean of dS/dx at ``samples`` noisy copies of ``x``."""
    rng = torch.Generator().manual_seed(seed)
    width = x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True)
    total = torch.zeros_like(full(x))
    for _ in range(samples):
        drawn = torch.randn(x.shape, generator=rng).to(device=x.device, dtype=x.dtype)
        _, _, gradient = gradients(net, x + noise * width * drawn, chosen, batch)
        total += gradient
    return total / samples
