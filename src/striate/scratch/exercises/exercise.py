"""What an exercise is, and how a learner's functions are called.

A judge runs the learner's functions on one trial and returns what came back, what is right, and what each known mistake
gives on the same inputs: a mistake is recognised by its numbers, not by how the code looks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.inline import TRIALS, Inline

Array = NDArray[Any]
Values = dict[str, Any]


class Fault(Exception):
    """What is wrong with a learner's function, other than its numbers; a sentence without the function's name."""


class Skipped(Exception):
    """The function's form has no place for what this trial asks, as a stride."""


class Unfinished(Exception):
    """The function is there, and nothing is written in it yet."""


@dataclass(frozen=True)
class Compared:
    """What the learner's functions returned on a trial, what is right, and by name what known mistakes give."""

    returned: Values
    expected: Values
    mistakes: Sequence[tuple[str, Values]] = ()
    also: Sequence[Values] = ()
    """Other right answers, as where the course and PyTorch differ."""


@dataclass(frozen=True)
class Exercise(Inline):
    """A function or class to be written. ``trials`` go from the smallest input to larger ones.

    ``aliases`` are the names that courses give it; ``code`` is what `start` writes, the formula in its docstring.
    """

    CARD = TRIALS

    name: str
    group: str
    topic: str
    code: str = field(repr=False)
    judge: Callable[[Learner, Values], Compared] = field(repr=False)
    trials: Sequence[Values] = field(repr=False)
    aliases: tuple[str, ...] = ()


class Learner:
    """The names of a learner's file. Inputs are passed as copies and compared afterwards."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names

    def get(self, *names: str) -> Any:
        """Return the first of ``names`` that the file has; raises Fault where it has none, or it cannot be called."""
        found = next((self.names[name] for name in names if name in self.names), None)
        if found is None:
            raise Fault(f"the file has no {names[0]}")
        if not callable(found):
            raise Fault(f"{names[0]} is of type {type(found).__name__}, and must be a function")
        return found

    def call(self, function: Any, *given: Any, free: tuple[int, ...] = ()) -> Any:
        """Return ``function(*given)``; raises Fault where an array among the inputs is changed, but for the places ``free``."""
        passed = [value.copy() if isinstance(value, np.ndarray) else value for value in given]
        with np.errstate(all="ignore"):
            result = function(*passed)
        for place, (before, after) in enumerate(zip(given, passed, strict=True)):
            if place in free or not isinstance(before, np.ndarray):
                continue
            if before.shape != after.shape or not np.array_equal(before, after, equal_nan=True):
                raise Fault(f"changes its input {parameter_names(function, len(given))[place]}; write into a copy")
        if result is None:
            raise Unfinished
        return result


def parameter_names(function: Any, count: int) -> list[str]:
    """Return the names of the first parameters of ``function``, at least ``count`` of them."""
    try:
        named = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        named = []
    return named + [f"number {place + 1}" for place in range(len(named), count)]


def fitted(function: Any, arrays: Sequence[Any], options: Values, spelled: Mapping[str, str]) -> list[Any]:
    """Return the positional arguments for ``function``: the arrays that it takes, then its options by their names.

    A parameter called ..._param, param or config gets all options in one dict under the course's keys. ``spelled`` maps other
    spellings to the option. Raises Fault for a parameter that nothing is known of.
    """
    given: list[Any] = []
    left = list(arrays)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY):
            break
        option = spelled.get(name, name)
        if option in options:
            given.append(options[option])
        elif name.endswith(("param", "params", "config")):
            given.append({**options, **{key: options[value] for key, value in spelled.items() if value in options}})
        elif left:
            given.append(left.pop(0))
        elif parameter.default is parameter.empty:
            raise Fault(f"its parameter {name} is not one of this exercise; `striate exercise start` writes the form")
        else:
            break
    return given


def parts(result: Any, *names: str) -> tuple[Any, ...]:
    """Return ``result`` as so many values; raises Fault where it is something else."""
    if not isinstance(result, (tuple, list)) or len(result) != len(names):
        what = f"{len(result)} values" if isinstance(result, (tuple, list)) else f"one {type(result).__name__}"
        raise Fault(f"returns {what}, where ({', '.join(names)}) is needed")
    if all(value is None for value in result):
        raise Unfinished
    return tuple(result)


def draw(*shape: int, seed: int = 0) -> Array:
    """Return numbers from -2 to 1.5 with one decimal or two, none of them 0 nor near another's tie: they are read by people.

    Nor do they sum to 0, which would hide a gradient that is a sum, and none is 1 or -1, where the hinge has its kink.
    """
    size = int(np.prod(shape))
    values = np.random.default_rng([seed, size]).permutation(np.linspace(-2, 1.5, max(size, 2)))[:size]
    values = np.round(values, 1 if size < 12 else 2)
    values[values == 0] = 0.1
    return values.reshape(shape)
