"""How far a net without hidden layers stopped from its optimum: its loss is convex, so a lower one that is found proves it.

    F(W, b) = mean data loss + (weight_decay / 2) sum W^2          softmax, logistic or hinge, of the training rows

From the weights at the end of a run, L-BFGS goes on for a bounded number of steps. Any point it finds bounds the optimum from
above, so F(end) - F(found) is a distance that is certainly left. It is said where it is more than a tenth of all the fall that
is certainly there, from zero weights to what was found, and where training accuracy would gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from striate.nets.measure.watching import is_innermost
from striate.scratch.layers.losses import hinge_loss, logistic_loss, softmax_loss
from striate.training.engines.twin import BesideZero
from striate.training.feed.augmentation import treatments
from striate.training.feed.batches import Splits, in_order
from striate.training.recipe.recipe import Recipe

Array = NDArray[Any]

MOST_NUMBERS = 20_000_000  # of all training rows together: beyond, the search would take longer than it is worth
STEPS = 200  # of L-BFGS, each a pass over the rows
LEFT = 0.1  # the share of the fall that may be left unsaid
GAIN = 0.01  # training accuracy, below which nothing is said


@dataclass(frozen=True)
class Distance:
    """Loss and training accuracy at the end of a run, and at better weights; ``start`` is the loss of zero weights."""

    loss: float
    accuracy: float
    found_loss: float
    found_accuracy: float
    start: float

    @property
    def far(self) -> bool:
        """Whether more is left than the share that may be."""
        left, fall = self.loss - self.found_loss, max(self.start, self.loss) - self.found_loss
        return left > LEFT * fall and self.found_accuracy - self.accuracy >= GAIN


def advice(recipe: Recipe, splits: Splits, net: nn.Module) -> str:
    """Return a sentence where ``net``, without hidden layers, is far from its optimum on the training rows; else nothing."""
    found = distance(recipe, splits, net)
    if found is None or not found.far:
        return ""
    return (
        f"the net is linear and its loss convex, and it stopped far from its optimum: loss {found.loss:.4f} and accuracy"
        f" {found.accuracy:.4f} on the training rows, where {found.found_loss:.4f} and {found.found_accuracy:.4f} can be had;"
        f" train with a higher rate (lr is {recipe.lr:g}) or for more epochs ({recipe.epochs} here)"
    )


def distance(recipe: Recipe, splits: Splits, net: nn.Module) -> Distance | None:
    """Return how far the net is from better weights; None where it is not linear, its loss another, or the rows too many."""
    layer = _only_layer(net)
    if layer is None or splits.train.images.size > MOST_NUMBERS or treatments(recipe) or recipe.label_smoothing:
        return None  # what is treated or smoothed is another function
    x = torch.cat([rows.flatten(1) for rows, _ in in_order(splits.train, splits.normalization, torch.device("cpu"))])
    rows, y = x.double().numpy(), np.array(splits.train.labels)
    weights = layer.weight.detach().cpu().double().numpy().T
    held: Any = layer.bias  # which PyTorch declares to be there always
    bias = np.zeros(weights.shape[1]) if held is None else held.detach().cpu().double().numpy()
    data_loss = hinge_loss if recipe.net == "svm" else logistic_loss if weights.shape[1] == 1 else softmax_loss
    decay = recipe.weight_decay if recipe.optimizer != "adamw" else 0.0

    def scores(flat: Array) -> Array:
        out = rows @ flat[: weights.size].reshape(weights.shape) + flat[weights.size :]
        return out[:, 0] if out.shape[1] == 1 else out

    def objective(flat: Array) -> tuple[float, Array]:
        w = flat[: weights.size].reshape(weights.shape)
        loss, dscores = data_loss(scores(flat), y)
        dscores = dscores.reshape(len(y), -1)
        dw, db = rows.T @ dscores + decay * w, dscores.sum(0) if held is not None else 0 * bias
        return loss + decay / 2 * float(np.vdot(w, w)), np.concatenate([dw.ravel(), db])

    end = np.concatenate([weights.ravel(), bias])
    best = _better(objective, end)
    answers = [_right(scores(flat), y) for flat in (end, best)]
    losses = [float(objective(flat)[0]) for flat in (end, best, 0 * end)]
    return Distance(losses[0], answers[0], losses[1], answers[1], losses[2])


def _better(objective: Any, start: Array) -> Array:
    from scipy.optimize import minimize

    found: Any = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return found.x if np.isfinite(found.fun) and found.fun <= objective(start)[0] else start


def _right(scores: Array, y: Array) -> float:
    answers = scores.argmax(1) if scores.ndim == 2 else (scores > 0).astype(y.dtype)
    return float((answers == y).mean())


def _only_layer(net: nn.Module) -> nn.Linear | None:
    """Return the dense layer of a net that has nothing else which computes; None for any other net."""
    inner = [module for module in net.modules() if is_innermost(module)]
    layers = [module for module in inner if isinstance(module, nn.Linear)]
    silent = (nn.Linear, nn.Flatten, nn.Identity, BesideZero)
    return (
        layers[0]
        if len(layers) == 1 and isinstance(net, nn.Sequential) and all(isinstance(m, silent) for m in inner)
        else None
    )
