"""The judges that most exercises share: a forward pass, a backward pass after its forward pass, a function of arrays.

Each takes `passes`: a function from a trial to all right values by name, and the same for each known mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from striate.scratch.exercises.exercise import Compared, Fault, Learner, Skipped, Unfinished, Values, fitted, parts

Passes = Callable[[Values], Values]
Mistakes = Sequence[tuple[str, Passes]]


@dataclass(frozen=True)
class Layer:
    """A layer under its courses' names; ``arrays`` are its inputs, each but ``x`` with a gradient, in their order."""

    forward: tuple[str, ...]
    backward: tuple[str, ...]
    arrays: tuple[str, ...]
    passes: Passes
    mistakes: Mistakes = ()
    also: Sequence[Passes] = ()
    options: tuple[str, ...] = ()
    spelled: dict[str, str] = field(default_factory=dict[str, str])
    defaults: Values = field(default_factory=dict[str, Any])

    def judge_forward(self, learner: Learner, trial: Values) -> Compared:
        """Run the forward pass, and compare ``out``."""
        out, _, _ = self.run(learner, trial)
        return self._compared(trial, {"out": out})

    def judge_backward(self, learner: Learner, trial: Values) -> Compared:
        """Run the learner's forward pass, and the backward pass on its cache; compare the gradients."""
        function = learner.get(*self.backward)
        try:
            _, cache, taken = self.run(learner, trial)
        except Unfinished:
            raise Fault(f"waits for {self.forward[0]}, whose cache it takes") from None
        except Fault as fault:
            raise Fault(f"waits for {self.forward[0]}, whose cache it takes: {fault}") from None
        result = learner.call(function, trial["dout"], cache)
        names = [f"d{name}" for name in taken]
        values = parts(result, *names) if len(names) > 1 else (result[0] if isinstance(result, tuple) else result,)
        return self._compared(trial, dict(zip(names, values, strict=True)))

    def run(self, learner: Learner, trial: Values) -> tuple[Any, Any, list[str]]:
        """Return the output, the cache and the names of the arrays that the function took."""
        function = learner.get(*self.forward)
        options = {name: trial[name] for name in self.options if name in trial}
        arrays = [trial[name] for name in self.arrays]
        given = fitted(function, arrays, options, self.spelled, self.defaults)
        held = [*given.values, *given.named.values()]
        taken = [name for name in self.arrays if any(value is trial[name] for value in held)]
        missing = [n for n in options if n not in given.options and options[n] != self.defaults.get(n)]
        missing += [n for n in self.arrays if n not in taken and (n != "b" or trial[n].any())]
        if missing:
            raise Skipped(*missing)
        return (*parts(learner.call(function, *given.values, **given.named), "out", "cache"), taken)

    def _compared(self, trial: Values, returned: Values) -> Compared:
        def of(passes: Passes) -> Values:
            values = passes(trial)
            return {name: values[name] for name in returned}

        mistakes = [(name, of(wrong)) for name, wrong in self.mistakes]
        return Compared(returned, of(self.passes), mistakes, [of(other) for other in self.also])


def of_arrays(
    names: tuple[str, ...],
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    passes: Passes,
    mistakes: Mistakes = (),
    also: Sequence[Passes] = (),
) -> Callable[[Learner, Values], Compared]:
    """Return the judge of a function from arrays to one value or a tuple of several; ``also`` are other right answers."""

    def judge(learner: Learner, trial: Values) -> Compared:
        result = learner.call(learner.get(*names), *(trial[name] for name in inputs))
        values = parts(result, *outputs) if len(outputs) > 1 else (result,)
        wrong = [(name, variant(trial)) for name, variant in mistakes]
        others = [other(trial) for other in also]
        return Compared(dict(zip(outputs, values, strict=True)), passes(trial), wrong, others)

    return judge
