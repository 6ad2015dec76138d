"""PyTorch as an engine: autograd computes the gradients, PyTorch's optimizers apply them.

loss = cross_entropy(net(images), labels)
loss.backward(); optimizer.step()
"""

from __future__ import annotations

import math
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import NetError, StriateError, counted, reason
from striate.base.seeds import generator, integer
from striate.nets.catalog import ENTRIES
from striate.nets.custom.surroundings import generators_kept, seed_all
from striate.nets.uncompiled import take_step
from striate.training.engines.engine import Batches, joined, parted
from striate.training.engines.evaluate import Score, evaluate
from striate.training.engines.freezing import Freezing
from striate.training.engines.optimise import load_state_tensors, set_update, state_tensors
from striate.training.engines.twin import Masks
from striate.training.folder.restore_net import put_state
from striate.training.recipe.recipe import Recipe

CHECK_STEPS = 50  # on a GPU reading the loss waits for the device, so it is read every so many updates


@dataclass(frozen=True)
class TorchEngine:
    """A module and its optimizer on ``device``."""

    recipe: Recipe
    net: nn.Module
    optimizer: torch.optim.Optimizer
    device: torch.device
    dtype: torch.dtype
    precision_reason: str
    masks: Masks | None = None
    """Where the dropout of a twin gets its masks; None for a net that draws from torch's generator."""
    freezing: Freezing | None = None
    """What does not learn; None for nothing."""
    _norms: dict[str, float] = field(default_factory=dict[str, float], init=False)

    @property
    def read_every(self) -> int:
        """After how many updates the loop reads their losses."""
        return 1 if self.device.type == "cpu" else CHECK_STEPS

    @property
    def precision(self) -> str:
        """The type of the multiplications: of the weights, or the narrower one of autocast."""
        return str(self.dtype).removeprefix("torch.")

    @property
    def _wide(self) -> torch.dtype:
        return torch.float64 if self.dtype == torch.float64 else torch.float32

    @contextmanager
    def training(self) -> Generator[None, None, None]:
        """Put the net into training mode; the global generators are as before when the block ends."""
        self.net.train()
        with generators_kept():
            yield

    def update(self, images: Tensor, labels: Tensor, lr: float, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Do one update; return its loss and the number of right answers."""
        self._seed(epoch, step)
        if self.freezing is not None:
            self.freezing.apply(epoch)
        set_update(self.optimizer, self.recipe, lr)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.dtype == torch.bfloat16):
            logits = self._logits(images, epoch, step)
        wanted = labels if labels.dim() == 1 else labels.to(self._wide)  # shares are of the type of the logits
        loss = F.cross_entropy(logits.to(self._wide), wanted, label_smoothing=self.recipe.label_smoothing)
        correct = (logits.detach().argmax(1) == _hard(labels)).sum()
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            return loss.detach(), correct
        loss.backward()
        if self.recipe.record_gradients:
            self._norms.update(_gradient_norms(self.net))
        take_step(self.optimizer)
        self.optimizer.zero_grad()
        return loss.detach(), correct

    def _logits(self, images: Tensor, epoch: int, step: int) -> Tensor:
        try:
            with redirect_stdout(sys.stderr):  # where a net of one's own prints, stdout stays the result alone
                return self.net(images.to(self._wide))
        except Exception as error:
            if self.recipe.net in ENTRIES or self.masks is not None or isinstance(error, StriateError | MemoryError):
                raise
            where = f"update {step + 1} of epoch {epoch}, on {counted(len(images), 'image')}"
            raise NetError(
                f'net "{self.recipe.net}" raised {reason(error, kind=True)} in {where}; mend its forward'
            ) from error

    def _seed(self, epoch: int, step: int) -> None:
        if self.masks is not None:
            self.masks.rng = generator(self.recipe.seed, "dropout", epoch, step)
            return
        seed_all(integer(self.recipe.seed, "dropout", epoch, step))

    def gradient_norms(self) -> dict[str, float]:
        """Return the norms of the last update, where the recipe records them."""
        return dict(self._norms)

    def score(self, batches: Batches) -> Score:
        """Return how good the net is on ``batches``."""
        return evaluate(self.net, batches, self.dtype, seed=integer(self.recipe.seed, "evaluation"))

    def weights(self) -> dict[str, Tensor]:
        """Return the net's state dictionary."""
        return self.net.state_dict()

    def state(self) -> dict[str, Tensor]:
        """Return weights and optimizer state."""
        return joined(self.net.state_dict(), state_tensors(self.optimizer))

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Put back what `state` returned."""
        net, optimizer = parted(state)
        put_state(self.net, net, self.recipe.net)
        load_state_tensors(self.optimizer, optimizer)

    def module(self) -> nn.Module:
        """Return the net itself."""
        return self.net


def _gradient_norms(net: nn.Module) -> dict[str, float]:
    """Return the Euclidean norm of the gradient of each layer's weights (tensors of two and more dimensions)."""
    return {
        name.removesuffix(".weight"): float(p.grad.norm())
        for name, p in net.named_parameters()
        if p.grad is not None and p.dim() > 1
    }


def _hard(labels: Tensor) -> Tensor:
    """Return labels (N,) as they are, and shares (N, classes) as their largest."""
    return labels if labels.dim() == 1 else labels.argmax(1)
