"""Whether two nets that are written in different ways compute the same: with the same weights, on the same images.

outputs      the largest |a - b| over the logits of both
gradients    the largest |a - b| over the gradients of sum(logsumexp(logits)) with respect to every weight
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from striate.base.errors import NetError
from striate.nets.custom.calling import in_mode

IMAGES = 16


@dataclass(frozen=True)
class Difference:
    """The largest absolute differences on so many ``images``; ``logit`` and ``gradient`` are the largest numbers compared."""

    images: int
    parameters: int
    outputs: float
    gradients: float
    logit: float
    gradient: float

    @property
    def none(self) -> bool:
        """Whether both are the same to the last bit."""
        return self.outputs == 0 == self.gradients


def difference(first: nn.Module, second: nn.Module, image_shape: tuple[int, int, int], *, seed: int = 0) -> Difference:
    """Return how far two nets for images (H, W, C) of ``image_shape`` are apart, once ``second`` has the weights of ``first``.

    The images are float32 (16, C, H, W), standard normal by ``seed``. Both nets are left in their modes, ``second`` with the
    weights of ``first``. Raises NetError where their weights have not the same names and shapes.
    """
    own, other = first.state_dict(), second.state_dict()
    kinds = [{name: tuple(weights.shape) for name, weights in each.items()} for each in (own, other)]
    if kinds[0] != kinds[1]:
        raise NetError("the two nets have not the same weights by name and shape; compare two forms of one net")
    second.load_state_dict(own)
    height, width, channels = image_shape
    images = torch.randn(IMAGES, channels, height, width, generator=torch.Generator().manual_seed(seed))
    answers = [_answers(net, images) for net in (first, second)]
    (one, slopes), (two, others) = answers
    apart = [float((a - b).abs().max()) for a, b in zip(slopes, others, strict=True)]
    return Difference(
        IMAGES,
        sum(weights.numel() for weights in first.parameters()),
        float((one - two).abs().max()),
        max(apart, default=0.0),
        float(one.abs().max()),
        max((float(slope.abs().max()) for slope in slopes), default=0.0),
    )


def _answers(net: nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """Return the logits, and the gradient of each weight, in the order of their names."""
    weights = [weight for _, weight in sorted(net.named_parameters())]
    training = net.training
    in_mode(net)
    with torch.enable_grad():
        logits: torch.Tensor = net(images)
        slopes = torch.autograd.grad(logits.logsumexp(1).sum(), weights)
    in_mode(net, training)
    return logits.detach(), slopes
