"""When a returned value is right, and how values are written for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from striate.scratch.exercises.exercise import Fault, Values

TOLERANCE = 1e-6
"""Relative to the largest number of the right value: loops, windows, an FFT and one of two equal formulas differ less."""
DIGITS = 4
"""After the point, where they show what is to be seen."""


def checked(name: str, value: Any, right: Any) -> None:
    """Raise Fault where ``value`` is not an array of the shape and type of ``right``; nothing is said of its numbers."""
    if value is None:
        raise Fault(f"returns None for {name}")
    if not isinstance(value, (np.ndarray, np.generic, int, float, tuple, list)):
        kind = type(value)
        home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        what = "a NumPy array" if np.ndim(right) else "a number"
        raise Fault(f"returns {home}{kind.__name__} for {name}, where {what} is needed")
    try:
        array, wanted = np.asarray(value), np.asarray(right)
    except ValueError:
        raise Fault(f"returns rows of uneven lengths for {name}") from None
    if array.shape != wanted.shape:
        raise Fault(f"returns {name} of shape {array.shape}, where {wanted.shape} is needed")
    if array.dtype.kind not in "biuf":
        raise Fault(f"returns {name} of dtype {array.dtype}, where {wanted.dtype} is needed")
    if isinstance(value, np.ndarray) and wanted.dtype == np.float64 and array.dtype != wanted.dtype and wanted.ndim:
        raise Fault(f"returns {name} of dtype {array.dtype}, where the inputs are {wanted.dtype}")


def alike(value: Any, right: Any, tolerance: float = TOLERANCE) -> bool:
    """Return whether two values are the same to within ``tolerance`` of the largest of ``right``."""
    try:
        one, two = np.asarray(value), np.asarray(right)
    except ValueError:  # rows of uneven lengths
        return False
    if one.shape != two.shape or one.dtype.kind not in "biuf":
        return False
    one, two = one.astype(np.float64), two.astype(np.float64)
    finite = two[np.isfinite(two)]
    scale = max(float(np.abs(finite).max()) if finite.size else 0.0, 1e-3)
    if np.asarray(right).dtype == np.float32:
        tolerance = max(tolerance, 1e-4)
    return bool(np.allclose(one, two, rtol=0, atol=tolerance * scale, equal_nan=True))


def first_wrong(returned: Values, expected: Values) -> str | None:
    """Return the name of the first value that is not right, or None. Raises Fault for a wrong shape or type."""
    for name, right in expected.items():
        checked(name, returned.get(name), right)
    for name, right in expected.items():
        if not alike(returned[name], right):
            return name
    return None


def all_alike(returned: Values, other: Mapping[str, Any]) -> bool:
    """Return whether all values of ``other`` were returned."""
    return all(name in returned and alike(returned[name], value) for name, value in other.items())


def told_apart(name: str, right: Any, returned: Any) -> tuple[str, str, str]:
    """Return ``name``, and two values that differ, written with as many digits as show it.

    Where what differs lies in what is left out of a large array, it is one cell of it that is named and written.
    """
    texts = ("", "")
    for digits in (DIGITS, 7, 10, 16):
        texts = written(right, digits), written(returned, digits)
        if texts[0] != texts[1]:
            return name, *texts
    one, two = (np.asarray(value, np.float64) for value in (right, returned))
    if not one.ndim:
        return name, *texts
    place = np.unravel_index(int(np.argmax(np.abs(np.nan_to_num(one - two, nan=np.inf)))), one.shape)
    cell = ", ".join(str(int(index)) for index in place)
    return told_apart(f"{name}[{cell}]", one[place], two[place])


def written(value: Any, digits: int = DIGITS) -> str:
    """Return a value as a person reads it, on at most 12 lines, with so many ``digits`` after the point."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {written(item)}" for key, item in value.items())
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, (bool, int, str)) or value is None:
        return str(value)
    if isinstance(value, (tuple, list)):
        value = np.asarray(value)
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array + 0:.{digits + 2}g}"
    finite = np.abs(array[np.isfinite(array)]) if array.dtype.kind == "f" else np.zeros(0)
    plain = not finite.size or not finite.any() or float(finite.max()) >= 10.0 ** (1 - digits)
    array = array + 0.0 if array.dtype.kind == "f" else array  # -0 is 0 for a reader
    text = np.array2string(
        array, precision=digits, suppress_small=plain, max_line_width=60, threshold=40, separator=", "
    )
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(lines if len(lines) <= 12 else [*lines[:11], "..."])
