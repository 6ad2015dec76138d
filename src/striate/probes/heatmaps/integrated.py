"""Integrated gradients (Sundararajan, Taly and Yan, arXiv 1703.01365):

    IG = (x - b)  *  integral over a from 0 to 1 of  dS/dx at b + a (x - b)

The integral is a Gauss-Legendre sum of ``steps`` points, exact where the gradient is a polynomial in a of degree below
2 ``steps``. IG sums over all pixels to S(x) - S(b); how far the sum misses that, the completeness gap, is reported.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError
from striate.probes.record import full, logits


def integrated_gradients(
    net: nn.Module, x: Tensor, chosen: Tensor, *, steps: int, baseline: Tensor | float, batch: int
) -> tuple[Tensor, float]:
    """Return IG (N, C, H, W) of ``x`` for the classes ``chosen`` (N,), and the largest completeness gap; inside `untouched`.

    Points of the path go through the net in full batches of ``batch``, whichever image they belong to.
    """
    if steps < 1:
        raise ProbeError(f"steps is {steps}, and must be 1 or more")
    start = _baseline(x, baseline)
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    places = x.new_tensor((nodes + 1) / 2)
    shares = full(x.new_tensor(weights / 2))
    total = torch.zeros_like(full(x))
    count = len(x) * steps
    for begin in range(0, count, batch):
        flat = torch.arange(begin, min(begin + batch, count), device=x.device)
        image, step = flat // steps, flat % steps
        point = torch.lerp(start[image], x[image], places[step][:, None, None, None]).requires_grad_()
        score = logits(net, point.clone()).gather(1, chosen[image][:, None])
        (gradient,) = torch.autograd.grad(score.sum(), point)
        total.index_add_(0, image, full(gradient) * shares[step][:, None, None, None])
    made = (x - start) * total
    with torch.no_grad():
        ends = [logits(net, end.clone()).gather(1, chosen[:, None])[:, 0] for end in (x, start)]
    gap = full(ends[0]) - full(ends[1]) - made.sum((1, 2, 3))
    return made, float(gap.abs().max())


def _baseline(x: Tensor, baseline: Tensor | float) -> Tensor:
    given = torch.as_tensor(baseline, dtype=x.dtype, device=x.device)
    try:
        return given.expand_as(x)
    except RuntimeError as error:
        accepted = tuple(x.shape[1:])
        raise ProbeError(
            f"the baseline has the shape {tuple(given.shape)}, and must be a number, or of the shape {accepted}"
        ) from error
