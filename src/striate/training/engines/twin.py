"""The PyTorch twin of a net by hand: the same layers, weights and dropout masks, so that the same numbers must come out.

    W1 (F, C, K, K), b1          conv1.weight, conv1.bias           gamma1, beta1, running_*1     norm1.*
    W2 (inputs, outputs), b2     dense2.weight transposed, dense2.bias

It serves to compare both engines, to measure the anatomy of a net by hand, and to look into it: a probe takes any module.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from striate.scratch.models import Model

_NORM = {"gamma": "weight", "beta": "bias", "running_mean": "running_mean", "running_var": "running_var"}


@dataclass
class Masks:
    """Where the dropout of a twin gets its masks: the generator of the update under way."""

    rng: np.random.Generator | None = None


class Dropout(nn.Dropout):
    """Inverted dropout whose mask comes from NumPy: one uniform number per cell, kept where below 1 - p."""

    def __init__(self, p: float, masks: Masks) -> None:
        super().__init__(p)
        self._masks = masks

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - PyTorch's own name for it
        """Return ``input`` (any shape) with cells dropped in training, and unchanged otherwise."""
        if not self.training or self._masks.rng is None:
            return super().forward(input)
        kept = torch.from_numpy(self._masks.rng.random(tuple(input.shape)) < 1 - self.p).to(input.device)
        return input * kept * (1.0 / (1 - self.p))


class BesideZero(nn.Module):
    """One score s per image (N, 1) as two logits (0, s): the cross-entropy of these is the logistic loss of s."""

    def forward(self, score: Tensor) -> Tensor:
        """Return (N, 2)."""
        return torch.cat([torch.zeros_like(score), score], dim=1)


def twin(model: Model, dropout: float, masks: Masks | None = None) -> nn.Sequential:
    """Return the module with the layers and the present weights of ``model``, in its type; ``dropout`` is its rate."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    weights = {name: w for name, w in model.params.items() if name.startswith("W")}
    flat = False
    for place, (name, w) in enumerate(weights.items(), start=1):
        number = name.removeprefix("W")
        if w.ndim == 4:
            layers[f"conv{number}"] = nn.Conv2d(w.shape[1], w.shape[0], w.shape[2], bias=f"b{number}" in model.params)
            if f"gamma{number}" in model.params:
                layers[f"norm{number}"] = nn.BatchNorm2d(w.shape[0])
            layers |= {f"act{number}": nn.ReLU(), f"pool{number}": nn.MaxPool2d(2)}
            continue
        if not flat:
            layers["flatten"], flat = nn.Flatten(), True
        last = place == len(weights)
        if last and dropout:
            layers["dropout"] = Dropout(dropout, masks or Masks())
        layers[f"dense{number}"] = nn.Linear(w.shape[0], w.shape[1])
        if not last:
            layers[f"act{number}"] = nn.ReLU()
        elif w.shape[1] == 1:
            layers["logits"] = BesideZero()
    net = nn.Sequential(layers).to(torch.from_numpy(np.zeros(0, model.dtype)).dtype)
    net.load_state_dict(twin_state(model))
    return net


def twin_state(model: Model) -> dict[str, Tensor]:
    """Return the weights and buffers of ``model`` as the state dictionary of its twin."""
    state: dict[str, Tensor] = {}
    for name, array in {**model.params, **model.buffers}.items():
        kind, number = name.rstrip("0123456789"), name.lstrip("abcdefghijklmnopqrstuvwxyzW_")
        layer = f"conv{number}" if model.params[f"W{number}"].ndim == 4 else f"dense{number}"
        if kind in _NORM:
            state[f"norm{number}.{_NORM[kind]}"] = torch.tensor(array)
            state[f"norm{number}.num_batches_tracked"] = torch.tensor(0)
        elif kind == "b":
            state[f"{layer}.bias"] = torch.tensor(array)
        else:
            state[f"{layer}.weight"] = torch.tensor(np.ascontiguousarray(array.T if array.ndim == 2 else array))
    return state


def put_weights(model: Model, tensors: Mapping[str, Tensor]) -> None:
    """Set parameters and buffers of ``model`` to the tensors of the same names, in the model's type."""
    for part in (model.params, model.buffers):
        for name in part:
            part[name] = _array(tensors[name]).astype(model.dtype)


def _array(tensor: Tensor) -> NDArray[Any]:
    return tensor.detach().cpu().numpy()
