"""Saved weights become a net again, whichever engine trained them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor, nn

from striate.base.errors import RunError, listed, reason
from striate.nets.catalog import build_again
from striate.nets.custom.surroundings import seeded
from striate.nets.published.zoo import without_start
from striate.nets.weights.load import misfits
from striate.scratch import catalog as scratch_nets
from striate.scratch.models import Model
from striate.training.engines.twin import Masks, put_weights, twin


def saved_net(values: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> nn.Module:
    """Return the module with the weights of a checkpoint; a net by hand comes as its PyTorch twin. It is in float32."""
    if by_hand(values):
        return twin(saved_model(values, tensors), rate(values)).float()
    if values.get("engine") == "twin":
        net: nn.Module = twin(_model(values), rate(values), Masks())
    else:
        options = without_start(values["net"], values["net_options"])
        with seeded(0):  # the weights that are drawn do not last; what else the net draws is the same each time
            net = build_again(values["net"], options, _shape(values), len(values["classes"]))
    put_state(net, tensors, values["net"])
    return net


def put_state(net: nn.Module, tensors: Mapping[str, Tensor], name: str) -> None:
    """Put the weights of a checkpoint into ``net``; raises RunError where it is not the net any more that they came from."""
    try:
        net.load_state_dict(tensors)
    except (RuntimeError, ValueError, TypeError) as error:
        faults = misfits(net, tensors)
        told = "; ".join(f"{kind} {listed(names[:3])}" for kind, names in faults.items()) or reason(error, kind=True)
        raise RunError(
            f'the weights of the run do not fit net "{name}" as it is built now: {told}; restore its code and defaults, or '
            "train it again in another folder"
        ) from error


def blank_twin(net: str, options: Mapping[str, Any], image_shape: tuple[int, int, int], classes: int) -> nn.Module:
    """Return the PyTorch twin of a net by hand for images of (H, W, C), with first weights of no meaning."""
    values = {"net": net, "net_options": options, "image_shape": image_shape, "classes": range(classes)}
    return twin(_model(values), rate(values))


def saved_model(values: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Model:
    """Return the net by hand with the weights of a checkpoint, in their type."""
    model = _model(values, tensors["W1"].numpy().dtype)
    put_weights(model, tensors)
    return model


def by_hand(values: Mapping[str, Any]) -> bool:
    """Tell whether the weights are those of a net by hand."""
    return bool(values.get("engine") == "scratch")


def rate(values: Mapping[str, Any]) -> float:
    """Return the dropout rate of a net by hand; 0 for one that has no such option."""
    return float(getattr(scratch_nets.complete(values["net"], values["net_options"]), "dropout", 0.0))


def _model(values: Mapping[str, Any], kind: Any = np.float32) -> Model:
    shape, classes = _shape(values), len(values["classes"])
    return scratch_nets.build(values["net"], values["net_options"], shape, classes, np.random.default_rng(0), kind)


def _shape(values: Mapping[str, Any]) -> tuple[int, int, int]:
    height, width, channels = values["image_shape"]
    return height, width, channels
