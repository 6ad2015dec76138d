"""The seam between the one loop and what computes: PyTorch, or the layers by hand.

The loop owns batches, learning rates, history, checkpoints and the wish to stop; an engine owns a net and its optimizer.
Tensors cross the seam: images float32 (N, C, H, W), labels int64 (N,) or, for mixed images, shares (N, classes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from torch import Tensor, nn

from striate.training.engines.evaluate import Score

Batches = Iterable[tuple[Tensor, Tensor]]


class Engine(Protocol):
    """One net that learns. What it draws (dropout) is a function of (seed, "dropout", epoch, step) alone."""

    @property
    def read_every(self) -> int:
        """After how many updates the loop reads their losses: 1, or more where reading one waits for a device."""
        ...

    @property
    def precision(self) -> str:
        """The type in which it multiplies: float32, bfloat16 or float64."""
        ...

    @property
    def precision_reason(self) -> str:
        """Why it is that type, in a few words."""
        ...

    def training(self) -> AbstractContextManager[None]:
        """Keep the net in training mode while the block runs; generators that are not its own are left as they were."""
        ...

    def update(self, images: Tensor, labels: Tensor, lr: float, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Do one update; return the loss before it (mean over the batch) and the number of right answers, both scalars.

        Where losses are read after every update, one that is not finite leaves the weights as they are.
        """
        ...

    def gradient_norms(self) -> dict[str, float]:
        """Return the gradient norm of each layer's weights at the last update, by layer, where the recipe records them."""
        ...

    def score(self, batches: Batches) -> Score:
        """Return how good the net is on ``batches``, in evaluation mode."""
        ...

    def weights(self) -> dict[str, Tensor]:
        """Return the net's weights and running statistics by name; a later update may change them in place."""
        ...

    def state(self) -> dict[str, Tensor]:
        """Return all that a resumed run needs: ``net.NAME`` and ``optimizer.NAME``."""
        ...

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Put back what `state` returned; the engine must have been made from the same recipe."""
        ...

    def module(self) -> nn.Module:
        """Return the net as a PyTorch module with its present weights: the net itself, or a copy of one made by hand."""
        ...


def parted(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the net's and the optimizer's part of a state, by the names without the prefix."""
    parts: dict[str, dict[str, Tensor]] = {"net": {}, "optimizer": {}}
    for name, tensor in state.items():
        part, rest = name.split(".", 1)
        parts[part][rest] = tensor
    return parts["net"], parts["optimizer"]


def joined(net: Mapping[str, Tensor], optimizer: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return one state of both parts; `parted` takes it apart."""
    return {f"net.{name}": value for name, value in net.items()} | {
        f"optimizer.{name}": value for name, value in optimizer.items()
    }
