"""Check a backward pass against central differences in float64: of the layers here, or of a layer of one's own.

    numeric_k = sum_j dout_j (out_j(x + h e_k) - out_j(x - h e_k)) / (2 h),      h = step * max(1, |x_k|)
    error_k   = |analytic_k - numeric_k| / max(|analytic_k|, |numeric_k|, floor_k)
    floor_k   = max(1e7 * rounding_k, 1e-4 * largest analytic entry of the same array)
    rounding_k = 2.2e-16 * sum_j |dout_j out_j| / (2 h), over the j that moved

So what differences cannot resolve counts as about 1e-7, however small a gradient is. dout is drawn at random, so that
an error cannot hide in a sum of ones. Where an error stands out, the step is taken again at a hundredth: within the first
the function may have a kink (relu at 0, a change of the largest in a pool), beside which no difference is a derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import NetError
from striate.base.inline import TRIALS, Inline
from striate.scratch.models import Model

Array = NDArray[Any]

STEP = 1e-5
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Worst:
    """The entry of the gradient of ``array`` that is farthest from its central difference."""

    array: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float

    def __str__(self) -> str:
        at = ", ".join(map(str, self.index))
        return (
            f"d{self.array}[{at}]: analytic {self.analytic:.9g}, numeric {self.numeric:.9g}, "
            f"relative error {self.error:.1e}"
        )


@dataclass(frozen=True)
class GradCheck(Inline):
    """The worst entry of each gradient; ``entries`` is how many were compared."""

    CARD = TRIALS

    gradients: tuple[Worst, ...]
    entries: int
    tolerance: float

    @property
    def worst(self) -> Worst:
        """The worst of all."""
        return max(self.gradients, key=_badness)

    @property
    def holds(self) -> bool:
        """Whether no error is above the tolerance; one that is not a number is."""
        return self.worst.error <= self.tolerance


def gradcheck(
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[[Any, Any], Any],
    *inputs: Array,
    names: Sequence[str] | None = None,
    step: float = STEP,
    tolerance: float = TOLERANCE,
    rng: np.random.Generator | None = None,
) -> GradCheck:
    """Check ``backward(dout, cache)`` against differences of ``forward(*inputs)``, which returns (out, cache).

    ``inputs`` are float arrays of any shape, checked in float64; ``backward`` returns their gradients in the same order, or
    one array for one input. ``names`` are theirs in the answer, x0, x1, ... where absent. What is random inside
    ``forward`` must be the same in every call. Raises NetError where a gradient is absent or has another shape.

    A loss, which returns (number, gradient), is checked with ``backward=lambda dout, dx: dout * dx``.
    """
    arrays = [np.array(array, dtype=np.float64) for array in inputs]
    labels = list(names) if names is not None else [f"x{k}" for k in range(len(arrays))]
    if len(labels) != len(arrays) or not arrays:
        raise NetError(
            f"gradcheck got {len(arrays)} inputs and {len(labels)} names; give at least one input, a name each"
        )
    out, cache = forward(*(array.copy() for array in arrays))
    out = np.asarray(out)
    dout = (rng or np.random.default_rng(0)).uniform(0.5, 1.5, out.shape)
    dout *= np.where(np.arange(out.size).reshape(out.shape) % 2, -1, 1)
    returned = backward(dout, cache)
    gradients = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    if len(gradients) != len(arrays):
        raise NetError(
            f"backward returned {len(gradients)} gradients for {len(arrays)} inputs, and must return one for each"
        )
    checked = [
        _compare(lambda: forward(*arrays)[0], dout, array, gradient, name, step, tolerance)
        for array, gradient, name in zip(arrays, gradients, labels, strict=True)
    ]
    return GradCheck(tuple(checked), sum(array.size for array in arrays), tolerance)


def gradcheck_model(
    model: Model,
    x: Array,
    y: Array,
    *,
    masks: Sequence[Array] | None = None,
    step: float = STEP,
    tolerance: float = TOLERANCE,
) -> GradCheck:
    """Check the gradients of all parameters of ``model``, loss and L2 term included, on the batch ``x``, ``y``.

    The model is left as it was. It needs ``masks`` where it has dropout. Raises NetError where it is not of float64.
    """
    if model.dtype != np.float64:
        raise NetError(f"the model is of {model.dtype}, and differences need float64; make it with dtype=np.float64")
    before = model.params
    model.params = {name: array.copy() for name, array in before.items()}
    try:
        gradients = model.backprop(x, y, masks=masks).grads
        checked = [
            _compare(
                lambda: model.backprop(x, y, masks=masks).loss,
                np.ones(()),
                array,
                gradients[name],
                name,
                step,
                tolerance,
            )
            for name, array in model.params.items()
        ]
    finally:
        model.params = before
    return GradCheck(tuple(checked), sum(array.size for array in before.values()), tolerance)


def summary(check: GradCheck) -> Mapping[str, Any]:
    """Return a check as plain values, for JSON: whether it holds, and the worst entry."""
    worst = check.worst
    return {
        "holds": check.holds,
        "entries": check.entries,
        "array": worst.array,
        "index": list(worst.index),
        "analytic": worst.analytic,
        "numeric": worst.numeric,
        "error": worst.error,
        "tolerance": check.tolerance,
    }


def _compare(
    output: Callable[[], Any], dout: Array, array: Array, gradient: Any, name: str, step: float, tolerance: float
) -> Worst:
    """Return the worst entry of ``gradient``; ``output`` looks at ``array``, which is as before when this returns."""
    if not isinstance(gradient, np.ndarray) or gradient.shape != array.shape:
        shape = gradient.shape if isinstance(gradient, np.ndarray) else type(gradient).__name__
        raise NetError(f"the gradient of {name} is {shape}, and must have the shape of {name}, {array.shape}")
    if array.size == 0:
        raise NetError(f"{name} has shape {array.shape} and no entry to check")
    worst = Worst(name, (), 0.0, 0.0, -1.0)
    least = 1e-4 * float(np.abs(gradient).max())

    def at(index: tuple[int, ...], h: float) -> Worst:
        analytic = float(gradient[index])
        numeric, rounding = _difference(output, dout, array, index, h)
        scale = max(abs(analytic), abs(numeric), 1e7 * rounding, least)
        return Worst(name, index, analytic, numeric, abs(analytic - numeric) / scale if scale != 0 else 0.0)

    for index in np.ndindex(array.shape):
        entry = at(index, step)
        if not entry.error <= tolerance:
            entry = min(entry, at(index, step / 100), key=_badness)
        worst = max(worst, entry, key=_badness)
    return worst


def _difference(
    output: Callable[[], Any], dout: Array, array: Array, index: tuple[int, ...], step: float
) -> tuple[float, float]:
    """Return the central difference at ``index``, and what rounding can make of it."""
    here = array[index]
    h = step * max(1.0, abs(float(here)))
    outs: list[Array] = []
    for moved in (here + h, here - h):
        array[index] = moved
        # A copy, for a layer may hand out an array that it writes to again.
        outs.append(np.array(output(), dtype=np.float64))
    array[index] = here
    after, before = outs
    sizes = np.maximum(np.abs(after), np.abs(before)) * (after != before)
    rounding = np.finfo(np.float64).eps * np.sum(np.abs(dout) * sizes) / (2 * h)
    return float(np.sum(dout * (after - before)) / (2 * h)), float(rounding)


def _badness(entry: Worst) -> float:
    return np.inf if np.isnan(entry.error) else entry.error
