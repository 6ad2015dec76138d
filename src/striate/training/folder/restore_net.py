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
from striate.training.folder.labels import Labels


def saved_net(labels: Labels, tensors: Mapping[str, Tensor]) -> nn.Module:
    """Return the module with the weights of a checkpoint; a net by hand comes as its PyTorch twin. It is in float32."""
    name, options, shape, classes = labels.net, labels.net_options, labels.image_shape, len(labels.classes)
    if labels.by_hand:
        return twin(saved_model(labels, tensors), dropout_rate(name, options)).float()
    if labels.engine == "twin":
        net: nn.Module = twin(_model(name, options, shape, classes), dropout_rate(name, options), Masks())
    else:
        with seeded(0):  # the weights that are drawn do not last; what else the net draws is the same each time
            net = build_again(name, without_start(name, options), shape, classes)
    put_state(net, tensors, name)
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
    return twin(_model(net, options, image_shape, classes), dropout_rate(net, options))


def saved_model(labels: Labels, tensors: Mapping[str, Tensor]) -> Model:
    """Return the net by hand with the weights of a checkpoint, in their type."""
    kind = tensors["W1"].numpy().dtype
    model = _model(labels.net, labels.net_options, labels.image_shape, len(labels.classes), kind)
    put_weights(model, tensors)
    return model


def dropout_rate(net: str, options: Mapping[str, Any]) -> float:
    """Return the dropout rate of a net by hand; 0 for one that has no such option."""
    return float(getattr(scratch_nets.complete(net, options), "dropout", 0.0))


def _model(
    net: str, options: Mapping[str, Any], shape: tuple[int, int, int], classes: int, kind: Any = np.float32
) -> Model:
    return scratch_nets.build(net, options, shape, classes, np.random.default_rng(0), kind)
