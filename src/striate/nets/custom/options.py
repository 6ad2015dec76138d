"""The options of a net of the user's own: the parameters of its maker, with their defaults and annotations.

A default may be anything: a class, a function, a module. What JSON cannot hold keeps its default unchecked, and is shown by
the name that a person knows it by.
"""

from __future__ import annotations

import copy
import functools
import inspect
import sys
import typing
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.errors import PydanticUserError
from pydantic_core import to_json

from striate.base.errors import NetError


def own_options(name: str, maker: Callable[..., Any], given: typing.Collection[str]) -> type[BaseModel]:
    """Return a model with a field for each parameter of ``maker`` but those ``given``; NetError where one has no name."""
    signature = signature_of(name, maker)
    try:
        hints = typing.get_type_hints(maker if inspect.isfunction(maker) else getattr(maker, "__init__", maker))
    except Exception:  # an annotation that cannot be resolved only costs the check of its type
        hints = {}
    kinds = inspect.Parameter
    loose = any(p.kind is kinds.VAR_KEYWORD for p in signature.parameters.values())
    fields: dict[str, Any] = {}
    for word, parameter in signature.parameters.items():
        if word in given or parameter.kind in (kinds.VAR_KEYWORD, kinds.VAR_POSITIONAL):
            continue
        if parameter.kind is kinds.POSITIONAL_ONLY:
            raise NetError(f'net "{name}" has the positional-only parameter {word}, and options are given by name')
        needed = parameter.default is kinds.empty
        checked = needed or writable(parameter.default)
        fields[word] = (hints.get(word, Any) if checked else Any, ... if needed else parameter.default)
    make: Any = create_model  # its type admits no fields that are known only here
    config = ConfigDict(
        frozen=True,
        strict=True,
        extra="allow" if loose else "forbid",
        protected_namespaces=(),
        arbitrary_types_allowed=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # a parameter may be called `copy` or `json`, as methods of a model are
        try:
            return make("OwnOptions", __config__=config, **fields)
        except (PydanticUserError, TypeError, NameError):  # types that Pydantic cannot check
            return make("OwnOptions", __config__=config, **{word: (Any, d) for word, (_, d) in fields.items()})


def signature_of(name: str, maker: Callable[..., Any]) -> inspect.Signature:
    """Return the parameters of ``maker``; raises NetError where Python cannot tell them."""
    try:
        return inspect.signature(maker)
    except (TypeError, ValueError) as error:
        raise NetError(f'net "{name}" does not tell its parameters; write a function around it') from error


def writable(value: Any) -> bool:
    """Return whether JSON can hold ``value`` so that it comes back as what it was, but for tuples, sets and paths."""
    if isinstance(value, type) or is_number(value) or is_array(value) or callable(value) or is_tensor(value):
        return False
    try:
        to_json(value)
    except (ValueError, RecursionError):
        return False
    return True


def fresh(value: Any) -> Any:
    """Return a copy of a default that holds weights, as every call of the maker needs its own; others as they are."""
    return copy.deepcopy(value) if is_tensor(value) or is_module(value) else value


def readable(value: Any) -> str:
    """Return a default as a person would write it: a class or function by its name, a tensor by its shape."""
    if isinstance(value, functools.partial):
        parts = [*map(readable, value.args), *(f"{key}={readable(part)}" for key, part in value.keywords.items())]
        return f"{readable(value.func)}({', '.join(parts)})"
    if is_tensor(value):
        return readable(value.item()) if value.dim() == 0 and not value.is_meta else f"tensor {list(value.shape)}"
    if is_array(value):
        return f"array {list(value.shape)}"
    if is_number(value):
        return repr(value.item())
    if is_module(value):
        return repr(value) if not any(True for _ in value.children()) else type(value).__name__
    if isinstance(value, Path):
        return str(value)
    return getattr(value, "__name__", None) or repr(value)


def is_number(value: Any) -> bool:
    """Return whether ``value`` is a number of NumPy; where NumPy is not loaded, nothing is."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic)


def is_array(value: Any) -> bool:
    """Return whether ``value`` is an array of NumPy; where NumPy is not loaded, nothing is."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def is_tensor(value: Any) -> bool:
    """Return whether ``value`` is a tensor of PyTorch; where PyTorch is not loaded, nothing is."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_module(value: Any) -> bool:
    """Return whether ``value`` is a module of PyTorch; where PyTorch is not loaded, nothing is."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)
