"""PyTorch as an engine: autograd computes the gradients, PyTorch's optimizers apply them.

loss = cross_entropy(net(images), labels)
loss.backward(); optimizer.step()

Of several processes each computes its part of the batch (`engines.processes`); loss, right answers and gradients are
those of the whole batch everywhere.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout
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
from striate.training.engines.evaluate import Score, evaluate, sums
from striate.training.engines.freezing import Freezing
from striate.training.engines.optimise import load_state_tensors, set_update, state_tensors
from striate.training.engines.processes.group import lost_told
from striate.training.engines.processes.together import Together, whole
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
    together: Together | None = None
    """The part of this process in a run on several; None for a run on one."""
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
        with generators_kept(), self.together.training() if self.together else nullcontext():
            yield

    def update(self, images: Tensor, labels: Tensor, lr: float, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Do one update; return its loss and the number of right answers."""
        if self.freezing is not None:
            self.freezing.apply(epoch)
        set_update(self.optimizer, self.recipe, lr)
        if self.together is not None:
            return self._update_together(self.together, images, labels, epoch, step)
        loss, correct = self._forward(images, labels, epoch, step)
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            return loss.detach(), correct
        loss.backward()
        self._apply()
        return loss.detach(), correct

    def _update_together(
        self, together: Together, images: Tensor, labels: Tensor, epoch: int, step: int
    ) -> tuple[Tensor, Tensor]:
        """Do one update with the other processes, which decide alike, for they see the same loss."""
        loss, correct = self._forward(*together.take(images, labels), epoch, step)
        total = together.group.begin_sum(whole(loss, correct, together))  # on its way while gradients are computed
        with lost_told():
            (loss * (together.weight * together.group.size)).backward()
        mean, right = total()
        if self.device.type == "cpu" and not math.isfinite(mean.item()):
            self.optimizer.zero_grad()
        else:
            self._apply()
        together.level()
        return mean, right.round()

    def _apply(self) -> None:
        if self.recipe.record_gradients:
            self._norms.update(_gradient_norms(self.net))
        take_step(self.optimizer)
        self.optimizer.zero_grad()

    def _forward(self, images: Tensor, labels: Tensor, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Return the mean loss of the images, from which gradients can be had, and the number of right answers."""
        self._seed(epoch, step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.dtype == torch.bfloat16):
            logits = self._logits(images, epoch, step)
        wanted = labels if labels.dim() == 1 else labels.to(self._wide)  # shares are of the type of the logits
        loss = F.cross_entropy(logits.to(self._wide), wanted, label_smoothing=self.recipe.label_smoothing)
        correct = (logits.detach().argmax(1) == _hard(labels)).sum()
        return loss, correct

    def _logits(self, images: Tensor, epoch: int, step: int) -> Tensor:
        try:
            with redirect_stdout(sys.stderr):  # where a net of one's own prints, stdout stays the result alone
                return (self.together or self.net)(images.to(self._wide))
        except Exception as error:
            if self.recipe.net in ENTRIES or self.masks is not None or isinstance(error, StriateError | MemoryError):
                raise
            where = f"update {step + 1} of epoch {epoch}, on {counted(len(images), 'image')}"
            raise NetError(
                f'net "{self.recipe.net}" raised {reason(error, kind=True)} in {where}; correct its forward'
            ) from error

    def _seed(self, epoch: int, step: int) -> None:
        if self.masks is not None:
            self.masks.rng = generator(self.recipe.seed, "dropout", epoch, step)
            return
        stream = self.together.stream if self.together else ()
        seed_all(integer(self.recipe.seed, "dropout", epoch, step, *stream))

    def gradient_norms(self) -> dict[str, float]:
        """Return the norms of the last update, where the recipe records them."""
        return dict(self._norms)

    def score(self, batches: Batches) -> Score:
        """Return how good the net is on ``batches``."""
        seed = integer(self.recipe.seed, "evaluation")
        if self.together is None:
            return evaluate(self.net, batches, self.dtype, seed=seed)
        mine = sums(self.net, self.together.scored(batches), self.dtype, seed=seed)
        loss, correct, images = self.together.summed(torch.tensor(mine, dtype=torch.float64)).tolist()
        return Score(loss / images, correct / images, round(images))

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
