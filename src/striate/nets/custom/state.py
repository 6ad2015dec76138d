"""What a module knows beside its parameters and buffers: attributes of its own, which no weights file keeps.

A call may change them, and two nets with the same weights may differ in them.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

_OF_EVERY_MODULE = frozenset(vars(nn.Module()))


@contextmanager
def traceless(net: nn.Module) -> Generator[None]:
    """After the block, also when it raised, modes, attributes and buffers of ``net`` are those of before.

    Hooks that the block put on the net stay; what the net wrote into a list or an array of its own is not undone.
    """
    held = [(module, dict(vars(module)), dict(vars(module)["_buffers"])) for module in net.modules()]
    tensors = [*net.buffers(), *(t for m in net.modules() for _, t in _plain(m) if isinstance(t, Tensor))]
    before = [(tensor, tensor.detach().clone()) for tensor in tensors if not tensor.is_meta]  # which hold no numbers
    try:
        yield
    finally:
        with torch.no_grad():
            for tensor, value in before:
                if not torch.equal(tensor, value):
                    tensor.copy_(value)
        for module, attributes, buffers in held:
            vars(module).clear()
            vars(module).update(attributes)
            vars(module)["_buffers"].clear()
            vars(module)["_buffers"].update(buffers)


def strays(a: nn.Module, b: nn.Module) -> list[tuple[str, str]]:
    """Return (dotted name, kind) of what differs between two nets of one maker and is in no state dictionary.

    The kinds are tensor, buffer (a non-persistent one), array, module, generator and value.
    """
    found: list[tuple[str, str]] = []
    others = dict(b.named_modules())
    for path, module in a.named_modules():
        if path not in others:
            continue
        there = dict(_everything(others[path]))
        for name, value in _everything(module):
            other = (
                there[name] if name in there else getattr(type(module), name, None)
            )  # a counter of the class, at first
            if kind := _difference(value, other):
                buffer = isinstance(value, Tensor) and name in vars(module)["_buffers"]
                found.append((f"{path}.{name}" if path else name, "buffer" if buffer else kind))
    return found


def _everything(module: nn.Module) -> Iterator[tuple[str, Any]]:
    for name in vars(module)["_non_persistent_buffers_set"]:
        yield name, vars(module)["_buffers"].get(name)
    yield from _plain(module)


def _plain(module: nn.Module) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        if name not in _OF_EVERY_MODULE:
            yield from _leaves(name, value)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(f"{name}[{key!r}]", part)
    elif isinstance(value, (list, tuple)):
        for place, part in enumerate(value):
            yield from _leaves(f"{name}[{place}]", part)
    else:
        yield name, value


def _difference(a: Any, b: Any) -> str:
    """Return the kind of what differs; an empty string where nothing does, or where it cannot be told."""
    if isinstance(a, nn.Module) and isinstance(b, nn.Module):
        # A module equals itself by identity alone; what a call may have changed are its tensors.
        mine, other = a.state_dict(), b.state_dict()
        tensors = [(mine[name], other[name]) for name in mine if name in other and isinstance(mine[name], Tensor)]
        return "module" if any(_difference(*pair) for pair in tensors) else ""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return "" if a.shape == b.shape and torch.equal(a, b) else "tensor"
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return "" if np.array_equal(a, b) else "array"
    if isinstance(a, torch.Generator) and isinstance(b, torch.Generator):
        return "" if torch.equal(a.get_state(), b.get_state()) else "generator"
    if isinstance(a, random.Random) and isinstance(b, random.Random):
        return "" if a.getstate() == b.getstate() else "generator"
    if isinstance(a, np.random.Generator) and isinstance(b, np.random.Generator):
        # These states are nested dicts with arrays, which == does not compare.
        return "" if repr(a.bit_generator.state) == repr(b.bit_generator.state) else "generator"
    if isinstance(a, np.random.RandomState) and isinstance(b, np.random.RandomState):
        return "" if repr(a.get_state()) == repr(b.get_state()) else "generator"
    # a != a is NaN, which has not changed by being unequal to itself. Of any other object nobody can tell, and so it passes.
    if type(a) is not type(b) or isinstance(a, (bool, int, float, complex, str, np.generic)):
        return "" if (a is None and b is None) or (type(a) is type(b) and (a == b or a != a)) else "value"
    return ""
