"""The layers by hand as an engine: NumPy computes the gradients, the update rules by hand apply them.

    g      = dL/dW + weight_decay * W          for weights, not for biases and norms; the recipe's L2, as for PyTorch
    W, c   = rule(W, g, c)                     sgd, sgd_momentum, rmsprop or adam, with the learning rate of the update

The loss that is reported is that of the data alone. Tensors are PyTorch's only where they cross the seam.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from striate.base.seeds import generator
from striate.scratch.models import Model
from striate.scratch.update_rules import Config, rule_named
from striate.training.engines.engine import Batches, joined, parted
from striate.training.engines.evaluate import Score
from striate.training.engines.pieces import in_pieces
from striate.training.engines.twin import put_weights, twin
from striate.training.recipe.recipe import Recipe
from striate.training.schedule import momentum_at

Array = NDArray[Any]


@dataclass(frozen=True)
class ScratchEngine:
    """A model by hand and what its update rule remembers; ``dropout`` is the model's rate, for its twin."""

    recipe: Recipe
    model: Model
    dropout: float
    precision_reason: str
    _memory: dict[str, Config] = field(default_factory=dict[str, Config], init=False)
    _norms: dict[str, float] = field(default_factory=dict[str, float], init=False)

    @property
    def read_every(self) -> int:
        """After how many updates the loop reads their losses."""
        return 1

    @property
    def precision(self) -> str:
        """The type of weights and multiplications."""
        return self.model.dtype.name

    @contextmanager
    def training(self) -> Generator[None, None, None]:
        """Let numbers overflow silently, since the loop checks every loss."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            yield

    def update(self, images: Tensor, labels: Tensor, lr: float, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Do one update; return its loss and the number of right answers."""
        x, y = _images(images), labels.cpu().numpy()
        done = self.model.backprop(x, y, rng=generator(self.recipe.seed, "dropout", epoch, step))
        right = torch.tensor(int((_answers(done.scores) == y).sum()))
        loss = torch.tensor(done.loss, dtype=torch.float64)
        if not math.isfinite(done.loss):
            return loss, right
        rule = rule_named(_rule(self.recipe))
        for name, w in self.model.params.items():
            gradient = done.grads[name]
            if self.recipe.record_gradients and w.ndim > 1:
                self._norms[name] = float(np.linalg.norm(gradient))
            if self.recipe.weight_decay and w.ndim > 1:
                gradient = gradient + self.recipe.weight_decay * w
            before = self._memory.get(name, {})
            config = {**before, **_constants(self.recipe, lr, int(before.get("t", 0)) + 1), "learning_rate": lr}
            self.model.params[name], self._memory[name] = rule(w, gradient, config)
        self.model.buffers.update(done.buffers)
        return loss, right

    def gradient_norms(self) -> dict[str, float]:
        """Return the norms of the last update, where the recipe records them."""
        return dict(self._norms)

    def score(self, batches: Batches) -> Score:
        """Return how good the net is on ``batches``; the loss is the net's own, without its L2 term."""
        return score(self.model, batches)

    def weights(self) -> dict[str, Tensor]:
        """Return parameters and buffers under the names that they have by hand."""
        return {name: torch.from_numpy(array) for name, array in {**self.model.params, **self.model.buffers}.items()}

    def state(self) -> dict[str, Tensor]:
        """Return weights and what the update rule remembers: arrays, and the count of Adam's updates."""
        memory = {
            f"{name}.{slot}": torch.tensor(value)
            for name, config in self._memory.items()
            for slot, value in config.items()
            if isinstance(value, (np.ndarray, int))
        }
        return joined(self.weights(), memory)

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Put back what `state` returned."""
        net, memory = parted(state)
        put_weights(self.model, net)
        self._memory.clear()
        for key, value in memory.items():
            name, slot = key.rsplit(".", 1)
            whole = not value.dtype.is_floating_point
            self._memory.setdefault(name, {})[slot] = int(value) if whole else value.numpy()

    def module(self) -> nn.Module:
        """Return the PyTorch twin with the present weights."""
        return twin(self.model, self.dropout)


def score(model: Model, batches: Batches) -> Score:
    """Return mean data loss and accuracy of ``model`` over ``batches`` of (images (N, C, H, W), labels (N,))."""
    loss, correct, images = 0.0, 0, 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for batch, labels in in_pieces(twin(model, 0.0).float().eval(), batches):
            y = labels.cpu().numpy()
            scores = model.scores(_images(batch))
            loss += model.loss_of(scores, y) * len(y)
            correct += int((_answers(scores) == y).sum())
            images += len(y)
    return Score(loss / images, correct / images, images)


def _answers(scores: Array) -> Array:
    """Return the class of each row: the largest of (N, K) scores, or 1 where the one of (N) is above 0."""
    return scores.argmax(axis=1) if scores.ndim == 2 else (scores > 0).astype(np.int64)


def _images(images: Tensor) -> Array:
    """Return (N, C, H, W) with the cells of a row side by side, as the layers by hand walk through them."""
    return np.ascontiguousarray(images.cpu().numpy())


def _rule(recipe: Recipe) -> str:
    if recipe.optimizer == "sgd":
        return "sgd_momentum" if recipe.momentum else "sgd"
    return recipe.optimizer


def _constants(recipe: Recipe, lr: float, update: int) -> Config:
    """Return the recipe's constants at ``update`` (1, 2, ...) and its rate, under the names of the update rule."""
    momentum, epsilon = momentum_at(recipe, lr), recipe.epsilon
    if recipe.epsilon_form == "keras":  # the form of PyTorch with another epsilon at every update
        epsilon /= math.sqrt(1 - recipe.beta2**update)
    return {
        "sgd": {},
        "sgd_momentum": {"momentum": momentum},
        "rmsprop": {"decay_rate": recipe.alpha, "epsilon": recipe.epsilon},
        "adam": {"beta1": momentum, "beta2": recipe.beta2, "epsilon": epsilon},
    }[_rule(recipe)]
