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

from striate.base.errors import counted
from striate.base.inline import TRIALS, Inline

Array = NDArray[Any]
Values = dict[str, Any]


class Fault(Exception):
    """What is wrong with a learner's function, other than its numbers; a sentence without the function's name."""


class Skipped(Exception):
    """The function's form has no place for what this trial asks; ``missing`` are its names, as a stride."""

    def __init__(self, *missing: str) -> None:
        super().__init__(*missing)
        self.missing = missing


class Unfinished(Exception):
    """The function is there, and returns nothing: nothing is written in it yet, or it lacks its return."""


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

    def call(self, function: Any, *given: Any, free: tuple[int, ...] = (), **named: Any) -> Any:
        """Return ``function(*given, **named)``; raises Fault where an array is changed, but for places ``free``."""
        passed = [value.copy() if isinstance(value, np.ndarray) else value for value in given]
        with np.errstate(all="ignore"):
            result = function(*passed, **named)
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
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named = [name for name, parameter in parameters_of(function).items() if parameter.kind in by_place]
    return named + [f"number {place + 1}" for place in range(len(named), count)]


@dataclass
class Given:
    """What a function is called with: by place and by name; ``options`` are those that it has a place for."""

    values: list[Any] = field(default_factory=list[Any])
    named: Values = field(default_factory=dict[str, Any])
    options: set[str] = field(default_factory=set[str])


def fitted(
    function: Any, arrays: Sequence[Any], options: Values, spelled: Mapping[str, str], defaults: Mapping[str, Any]
) -> Given:
    """Return what ``function`` is called with: the arrays that it takes, then its options by their names.

    A parameter called ..._param, param or config gets all options in one dict under the course's keys, and so does ``**``.
    ``spelled`` maps other spellings to the option. What ``*`` takes, as that of a wrapper, are the arrays, and the options
    where they are not all ``defaults``. Raises Fault for a parameter that nothing is known of.
    """
    given, left = Given(), list(arrays)
    every = {**options, **{key: options[value] for key, value in spelled.items() if value in options}}
    for name, parameter in parameters_of(function).items():
        option = spelled.get(name, name)
        by_name = parameter.kind is parameter.KEYWORD_ONLY
        if parameter.kind is parameter.VAR_POSITIONAL:
            rest = [value for option, value in options.items() if option not in given.options]
            given.values += left if options == defaults else [*left, *rest]
            given.options, left = set(options), []
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            given.named |= {key: value for key, value in every.items() if spelled.get(key, key) not in given.options}
            given.options = set(options)
            continue
        if option in options:
            value = options[option]
            given.options.add(option)
        elif name.endswith(("param", "params", "config")):
            value = dict(every)
            given.options = set(options)
        elif left:
            value = left.pop(0)
        elif parameter.default is parameter.empty:
            raise Fault(f"its parameter {name} is not one of this exercise; `striate exercise start` writes the form")
        else:
            continue
        if by_name:
            given.named[name] = value
        else:
            given.values.append(value)
    return given


def parameters_of(function: Any) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of ``function``; of one that does not tell them, any number."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {"given": inspect.Parameter("given", inspect.Parameter.VAR_POSITIONAL)}


def parts(result: Any, *names: str) -> tuple[Any, ...]:
    """Return ``result`` as so many values; raises Fault where it is something else."""
    if not isinstance(result, (tuple, list)) or len(result) != len(names):
        what = counted(len(result), "value") if isinstance(result, (tuple, list)) else f"one {type(result).__name__}"
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
