"""Functions that a net calls in its own code, each as the module that does the same: `F.relu(x)` as `nn.ReLU()`.

So a layer is one row of the anatomy however it is written. Functions that only move values about (flatten, cat, pad) have no
stand-in. What stands for a convolution or a dense layer is without weights: they belong to who gave them to the function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "celu": nn.CELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "hardtanh": nn.Hardtanh,
    "hardsigmoid": nn.Hardsigmoid,
    "hardswish": nn.Hardswish,
}
DROPOUTS: dict[str, type[nn.Dropout | nn.Dropout2d]] = {"dropout": nn.Dropout, "dropout2d": nn.Dropout2d}
POOLS: dict[str, type[nn.MaxPool2d | nn.AvgPool2d]] = {"max_pool2d": nn.MaxPool2d, "avg_pool2d": nn.AvgPool2d}
ADAPTIVE_POOLS: dict[str, type[nn.Module]] = {
    "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d,
    "adaptive_max_pool2d": nn.AdaptiveMaxPool2d,
}


def as_module(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> nn.Module | None:
    """Return the module of the kind and window of the function ``name`` of PyTorch, called as it was; None if there is none."""
    name = name.rstrip("_")  # relu_ is relu in place
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]()
    if name in DROPOUTS:
        return DROPOUTS[name](_given(("input", "p"), args, kwargs).get("p", 0.5))
    if name in POOLS:
        given = _given(("input", "kernel_size", "stride", "padding", "dilation"), args, kwargs)
        pool = POOLS[name](given["kernel_size"], given.get("stride") or None, given.get("padding", 0))
        if isinstance(pool, nn.MaxPool2d):
            pool.dilation = given.get("dilation", 1)
        return pool
    if name in ADAPTIVE_POOLS:
        return ADAPTIVE_POOLS[name](_given(("input", "output_size"), args, kwargs)["output_size"])
    if name == "conv2d":
        return _convolution(
            _given(("input", "weight", "bias", "stride", "padding", "dilation", "groups"), args, kwargs)
        )
    if name == "linear":
        weight = _given(("input", "weight"), args, kwargs)["weight"]
        made = nn.Linear(weight.shape[-1], weight.shape[0], bias=False, device="meta").requires_grad_(False)
        return made if weight.dim() == 2 else None
    if name == "mean":
        given = _given(("input", "dim"), args, kwargs)
        return nn.AdaptiveAvgPool2d(1) if _over_the_map(given.get("input"), given.get("dim")) else None
    return None


def _convolution(given: Mapping[str, Any]) -> nn.Module:
    weight, groups = given["weight"], given.get("groups", 1)
    words = {word: given[word] for word in ("stride", "padding", "dilation") if word in given}
    words |= {"groups": groups, "bias": False, "device": "meta"}
    return nn.Conv2d(weight.shape[1] * groups, weight.shape[0], tuple(weight.shape[2:]), **words).requires_grad_(False)


def _over_the_map(image: Any, dim: Any) -> bool:
    """Return whether ``dim`` are the height and the width of (N, C, H, W)."""
    return (
        isinstance(image, Tensor)
        and image.dim() == 4
        and isinstance(dim, (tuple, list))
        and {d % 4 for d in dim} == {2, 3}
    )


def _given(names: tuple[str, ...], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict(zip(names, args, strict=False)), **kwargs}
