"""JSON that every strict parser accepts, read within bounds.

A non-finite number is written as ``{"nonfinite": "nan"}``, since JSON has no word for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

DEPTH = 64
NONFINITE = ("nan", "inf", "-inf")


def dump_json(value: Any) -> str:
    """Return ``value`` as strict JSON, ending in a newline; a character that a terminal could act on is escaped."""
    text = json.dumps(encode(value), indent=2, allow_nan=False, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text) + "\n"


def parse_json(text: str) -> Any:
    """Return the value of a JSON text, nested at most 64 deep, with every name once in its object.

    Raises ValueError for any other, and for a number that JSON cannot write.
    """
    try:
        value = json.loads(text, object_pairs_hook=_decode, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError(f"it is nested more than {DEPTH} deep") from None
    level, depth = [value], 0
    while level:
        if (depth := depth + 1) > DEPTH:
            raise ValueError(f"it is nested more than {DEPTH} deep")
        level = [item for part in level for item in _items(part)]
    return value


def encode(value: Any) -> Any:
    """Return ``value`` with every non-finite number in the form that JSON can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"nonfinite": repr(float(value))}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def _decode(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(
            f"the name {next(name for name in names if names.count(name) > 1)[:40]!r} comes twice in one object"
        )
    if value.keys() != {"nonfinite"}:
        return value
    if value["nonfinite"] not in NONFINITE:
        raise ValueError("a number that is not finite is nan, inf or -inf")
    return float(value["nonfinite"])


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _items(value: Any) -> list[Any]:
    """Return the lists and objects right inside of a list or an object."""
    inside: list[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [item for item in inside if isinstance(item, (dict, list))]
