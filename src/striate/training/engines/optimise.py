"""From a recipe to an optimizer, and an optimizer's state as named tensors (so that it needs no pickle)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from striate.nets.uncompiled import leave_compiler_out
from striate.training.recipe.recipe import Recipe
from striate.training.schedule import momentum_at

UPDATES = "updates"  # where a group of parameters counts them
FACTOR = "lr_factor"  # where it holds what its rate is multiplied by


def make_optimizer(net: nn.Module, recipe: Recipe, depths: Sequence[float] = ()) -> torch.optim.Optimizer:
    """Return PyTorch's optimizer for ``recipe``; weight decay touches only tensors of two and more dimensions.

    ``depths`` are those of the net's parameters, in [0, 1], where the recipe gives earlier layers smaller rates.
    PyTorch's fused updates are used where it has them: one pass over each tensor instead of one per operation.
    """
    every = list(net.parameters())
    learning = [(p, d) for p, d in zip(every, depths or [1.0] * len(every), strict=True) if p.requires_grad]
    groups: list[dict[str, Any]] = []
    for depth in sorted({d for _, d in learning}):
        here = [p for p, d in learning if d == depth]
        factor = {} if depth == 1.0 else {FACTOR: recipe.start_lr_factor ** (1 - depth)}
        for decay, several in (
            (recipe.weight_decay, [p for p in here if p.dim() > 1]),
            (0.0, [p for p in here if p.dim() <= 1]),
        ):
            groups += [{"params": several, "weight_decay": decay, **factor}] if several else []
    betas = (recipe.beta1, recipe.beta2)
    leave_compiler_out()
    match recipe.optimizer:
        case "sgd":
            return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=recipe.nesterov, fused=True)
        case "rmsprop":
            # Without momentum, as Hinton's lecture has it; PyTorch has no fused form of it.
            return torch.optim.RMSprop(groups, lr=recipe.lr, alpha=recipe.alpha, eps=recipe.epsilon)
        case "adam":
            return torch.optim.Adam(groups, lr=recipe.lr, betas=betas, eps=recipe.epsilon, fused=True)
        case "adamw":
            return torch.optim.AdamW(groups, lr=recipe.lr, betas=betas, eps=recipe.epsilon, fused=True)


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Use ``lr`` from the next update on, times the factor of each group."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group.get(FACTOR, 1.0)


def set_update(optimizer: torch.optim.Optimizer, recipe: Recipe, lr: float) -> None:
    """Make the next update one at the rate ``lr``, with the momentum that goes with it, and epsilon in the recipe's form.

    Keras' form of Adam is PyTorch's with another epsilon at every update t: epsilon / sqrt(1 - beta2^t).
    """
    set_learning_rate(optimizer, lr)
    if recipe.cycle_momentum:
        momentum = momentum_at(recipe, lr)
        for group in optimizer.param_groups:
            group.update({"momentum": momentum} if recipe.optimizer == "sgd" else {"betas": (momentum, recipe.beta2)})
    if recipe.epsilon_form == "keras":
        for group in optimizer.param_groups:
            group[UPDATES] = 1 + (group[UPDATES] if UPDATES in group else _updates_done(optimizer))
            group["eps"] = recipe.epsilon / math.sqrt(1 - recipe.beta2 ** group[UPDATES])


def _updates_done(optimizer: torch.optim.Optimizer) -> int:
    """Return how many updates the optimizer's state counts; it lies on the device, and is read once."""
    return max((int(slots["step"]) for slots in optimizer.state.values() if "step" in slots), default=0)


def state_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the optimizer's slots as ``<parameter number>.<slot>``; numbers and absent slots need no tensor."""
    state = optimizer.state_dict()["state"]
    return {
        f"{number}.{slot}": value
        for number, slots in state.items()
        for slot, value in slots.items()
        if isinstance(value, Tensor)
    }


def load_state_tensors(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `state_tensors` returned; the optimizer must have been made from the same recipe and net."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        number, slot = name.split(".", 1)
        like = parameters[int(number)]
        # The fused updates walk through memory, so a slot must lie there in the order of its parameter (channels last).
        laid = torch.empty_like(like, dtype=value.dtype).copy_(value) if value.shape == like.shape else value
        state.setdefault(int(number), {})[slot] = laid
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    for group in optimizer.param_groups:
        group.pop(UPDATES, None)  # counted anew from the state
