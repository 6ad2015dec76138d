"""Whatever a public function returns shows itself in a notebook: a card, or what notebooks show without one."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from torch import nn

import striate as st
from striate.base.catalog import homes, loaded
from striate.probes.catalog import ENTRIES

PLAIN = (bool, int, float, str, Path, NoneType, np.ndarray, nn.Module)
FUNCTIONS = {name: value for name in st.__all__ if inspect.isfunction(value := getattr(st, name))}
FUNCTIONS |= {f"probe.{name}": ENTRIES.entry(name).run for name in ENTRIES}


def returned(function: Any) -> Any:
    """Return the type that a function says it returns, with the names that only type checkers import."""
    module = sys.modules[function.__module__]
    known = {name: loaded(home) for name, home in homes(str(module.__file__)).items()}
    return get_type_hints(function, {**vars(module), **known})["return"]


def leaves(kind: Any) -> Iterator[Any]:
    """Yield the types that a tuple, a list or a union is made of, and the class of a generic one."""
    if get_origin(kind) in (tuple, list) or (get_args(kind) and not isinstance(get_origin(kind), type)):
        for part in get_args(kind):
            yield from leaves(part)
    elif kind is not Ellipsis:
        yield get_origin(kind) or kind


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_public_function_returns_shows_itself(name: str) -> None:
    kinds = [kind for kind in leaves(returned(FUNCTIONS[name])) if not isinstance(kind, str)]
    assert kinds
    unseen = [kind for kind in kinds if not (issubclass(kind, PLAIN) or hasattr(kind, "_repr_html_"))]
    assert unseen == []


def test_a_record_without_a_card_is_found() -> None:
    def broken() -> tuple[Mapping[str, int], ...]:
        raise NotImplementedError

    (kind,) = leaves(get_type_hints(broken)["return"])
    assert not issubclass(kind, PLAIN)
    assert not hasattr(kind, "_repr_html_")
