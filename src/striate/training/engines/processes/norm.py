"""Batch norm over the whole batch of several processes, by hand: PyTorch's SyncBatchNorm works on CUDA alone.

    n = sum n_r      mean = sum_r sum x / n      var = sum_r sum (x - mean)^2 / n          over all processes r
    y = w (x - mean) / sqrt(var + eps) + b

    dx = w / sqrt(var + eps) * (dy - sum dy / n - (x - mean) / (var + eps) * sum dy (x - mean) / n)

Both sums of the gradient go over all processes too; those of w and b are each process' own, for they are averaged with the
gradients of all other weights. In two passes, so that the variance is that of one process to rounding. Derivation: Ioffe and
Szegedy, arXiv 1502.03167, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]

Total = Callable[[Tensor], Tensor]
"""A tensor -> its sum over all processes, which may be put into it."""


def norms(net: nn.Module) -> list[_BatchNorm]:
    """Return the batch-norm layers of ``net``, of one, two and three dimensions."""
    return [layer for layer in net.modules() if isinstance(layer, _BatchNorm)]


def needs_whole_batches(net: nn.Module) -> bool:
    """Return whether what ``net`` answers in evaluation depends on the batch, as batch norm without running statistics does."""
    return any(layer.running_mean is None for layer in norms(net))


@contextmanager
def over_all(net: nn.Module, total: Total) -> Generator[None]:
    """While the block runs, batch norm in training mode takes mean and variance over all processes that ``total`` adds up."""
    layers = norms(net)
    for layer in layers:
        vars(layer)["forward"] = partial(_forward, layer, total)
    try:
        yield
    finally:
        for layer in layers:
            del vars(layer)["forward"]


def _forward(layer: _BatchNorm, total: Total, images: Tensor) -> Tensor:
    if not layer.training:
        return type(layer).forward(layer, images)
    kind = images.dtype
    wide = images if kind == torch.float64 else images.float()
    out, mean, var, count = _Normalize.apply(wide, layer.weight, layer.bias, layer.eps, total)  # pyright: ignore[reportGeneralTypeIssues]
    if layer.training and layer.running_mean is not None and layer.running_var is not None:
        assert layer.num_batches_tracked is not None
        with torch.no_grad():
            layer.num_batches_tracked.add_(1)
            share = layer.momentum if layer.momentum is not None else 1.0 / float(layer.num_batches_tracked)
            layer.running_mean.lerp_(mean.to(layer.running_mean.dtype), share)
            layer.running_var.lerp_((var * (count / (count - 1))).to(layer.running_var.dtype), share)
    return out.to(kind)


class _Normalize(torch.autograd.Function):
    """(x (N, C, ...), w (C,), b (C,), eps, total) -> (y, mean (C,), biased variance (C,), values a channel)."""

    @staticmethod
    def forward(
        ctx: Any, images: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, total: Total
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return y and the statistics of the whole batch."""
        axes = [axis for axis in range(images.dim()) if axis != 1]
        own = images.new_tensor([images.numel() // images.shape[1]])
        sums = total(torch.cat([images.sum(axes), own]))
        count = sums[-1]
        mean = sums[:-1] / count
        centred = images - _along(mean, images)
        var = total((centred * centred).sum(axes)) / count
        scale = torch.rsqrt(var + eps)
        ctx.save_for_backward(centred, scale, weight, count)
        ctx.total, ctx.biased = total, bias is not None
        out = centred * _along(scale if weight is None else scale * weight, images)
        out = out if bias is None else out + _along(bias, images)
        ctx.mark_non_differentiable(mean, var, count)
        return out, mean, var, count

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of x, w and b."""
        centred, scale, weight, count = ctx.saved_tensors
        got = gradients[0]
        axes = [axis for axis in range(got.dim()) if axis != 1]
        plain, slanted = got.sum(axes), (got * centred).sum(axes)
        of_weight = slanted * scale if weight is not None else None
        of_bias = plain if ctx.biased else None
        plain, slanted = (ctx.total(torch.cat([plain, slanted])) / count).chunk(2)
        inner = got - _along(plain, got) - centred * _along(slanted * scale * scale, got)
        return inner * _along(scale if weight is None else scale * weight, got), of_weight, of_bias, None, None


def _along(channels: Tensor, images: Tensor) -> Tensor:
    return channels.view(1, -1, *[1] * (images.dim() - 2))
