"""How good a net is on a split: mean cross-entropy and accuracy, in evaluation mode, without touching any random stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.nets.custom.surroundings import seeded
from striate.training.engines.pieces import in_pieces


@dataclass(frozen=True)
class Score:
    """``loss`` is the mean cross-entropy in nats (no label smoothing), ``accuracy`` the share of images classified right."""

    loss: float
    accuracy: float
    images: int


def evaluate(
    net: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    dtype: torch.dtype = torch.float32,
    *,
    flips: bool = False,
    seed: int = 0,
) -> Score:
    """Return the net's score over ``batches``, as `sums` counts it."""
    loss, correct, images = sums(net, batches, dtype, flips=flips, seed=seed)
    return Score(loss / images, correct / images, images)


def sums(
    net: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    dtype: torch.dtype = torch.float32,
    *,
    flips: bool = False,
    seed: int = 0,
) -> tuple[float, int, int]:
    """Return the summed loss, the right answers and the images of ``batches`` of (images (N, C, H, W), labels (N,)).

    The net's mode is put back afterwards.

    A batch that would not fit into memory is scored in pieces; only the rounding of the sums depends on it.
    With ``flips`` the logits are the mean of those of the image and those of its left-right mirror image. A net that draws
    numbers also in evaluation mode draws them from ``seed`` on; the global generators are left alone.
    """
    training = net.training
    net.eval()
    wide = torch.float64 if dtype == torch.float64 else torch.float32
    loss, correct, images = 0.0, 0, 0
    try:
        # Not inference_mode: a tensor that a net keeps for later could then not be used in training.
        with torch.no_grad(), seeded(seed):
            for batch, labels in in_pieces(net, batches, wide):
                with torch.autocast(batch.device.type, torch.bfloat16, enabled=dtype == torch.bfloat16):
                    logits = net(batch.to(wide)).to(wide)
                    if flips:
                        logits = (logits + net(batch.to(wide).flip(3)).to(wide)) / 2
                loss += float(F.cross_entropy(logits, labels, reduction="sum"))
                correct += int((logits.argmax(1) == labels).sum())
                images += len(labels)
    finally:
        net.train(training)
    return loss, correct, images
