"""How numbers are written for a reader: rounded to what is known, with the same minus sign everywhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from striate.base.digits import MOST, spec_for

ABSENT = "–"


def number(value: Any, digits: int = 4) -> str:
    """Return ``value`` with ``digits`` significant digits; whole numbers in full; a dash for nothing."""
    if value is None:
        return ABSENT
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if special := _special(value):
        return special
    if isinstance(value, int) or (abs(value) < 1e15 and (value.is_integer() or abs(value) >= 10**digits)):
        return _minus(f"{value:,.0f}")
    return _minus(f"{value:.{digits}g}")


def fixed(value: float | None, decimals: int, *, sign: bool = False) -> str:
    """Return ``value`` with that many decimals, and a plus sign where asked; a dash for nothing."""
    return _in(f".{decimals}f", value, sign=sign)


def _in(spec: str, value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return ABSENT
    return _special(value, sign=sign) or _minus(f"{value:{'+' if sign else ''}{spec}}")


def between(middle: float | None, low: float | None, high: float | None, decimals: int = 3) -> str:
    """Return `0.512 (0.410 to 0.614)`, `0.512 (no useful interval)` where its ends are unknown; a dash for nothing."""
    if middle is None:
        return ABSENT
    ends = "no useful interval" if low is None or high is None else f"{fixed(low, decimals)} to {fixed(high, decimals)}"
    return f"{fixed(middle, decimals)} ({ends})"


def decimals_for(*spreads: float | None) -> int:
    """Return the decimals that show the smallest positive of ``spreads`` with two digits; 4 where there is none."""
    known = [s for s in spreads if s is not None and math.isfinite(s) and s > 0]
    return min(MOST, max(0, 1 - math.floor(math.log10(min(known))))) if known else 4


def _spec(spread: float | None, *values: float) -> str:
    """Return the decimals that `decimals_for` gives, or a power of ten where these do not show what is there."""
    wide = spec_for(spread, values)
    return f".{decimals_for(spread)}f" if wide.endswith("f") and "," not in wide else wide


def measured(score: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return (`mean ± sd`, `[low, high] (n)`) of a record with those five keys; a dash for nothing."""
    if not score or score.get("mean") is None:
        return ABSENT, ""
    sd, low, high, n = (score.get(key) for key in ("sd", "low", "high", "n"))
    spec = _spec(sd, score["mean"])
    text = _in(spec, score["mean"])
    if sd is not None and math.isfinite(sd):
        text += f" ± {_in(spec, sd)}"
    known = low is not None and high is not None and math.isfinite(low) and math.isfinite(high)
    aside = [f"[{_in(spec, low)}, {_in(spec, high)}]"] if known else []
    return text, " ".join([*aside, *([f"({n})"] if n is not None else [])])


def effect(comparison: Mapping[str, Any], unit: str = "") -> str:
    """Return `+0.031 [+0.022, +0.040]` of a record with effect, low and high, then its ``unit``; a dash for nothing.

    An interval that is ``boundless``, all that a difference can be, is named and not written out; so is one without ends, as
    that of a single run, which ``n_treatment`` or ``n_control`` of 1 says.
    """
    value, low, high = (comparison.get(key) for key in ("effect", "low", "high"))
    if value is None:
        return ABSENT
    after = f" {unit}" if unit else ""
    alone = f"{_special(value, sign=True) or _minus(f'{value:+.3g}')}{after}"  # three digits, for no spread says how many count
    if comparison.get("boundless"):
        return f"{alone}, no useful interval"
    if low is None or high is None:
        return alone
    if math.isinf(low) and math.isinf(high):
        one = 1 in (comparison.get("n_treatment"), comparison.get("n_control"))
        return f"{alone}, one run, no interval" if one else f"{alone}, no interval"
    spec = _spec((high - low) / 2, value, low, high)
    value, low, high = (_in(spec, number, sign=True) for number in (value, low, high))
    return f"{value} [{low}, {high}]{after}"


def brief(count: int) -> str:
    """Return a large count as `38.5 million`, smaller ones in full with separators."""
    for size, name in ((10**9, "billion"), (10**6, "million")):
        if count >= size:
            return f"{count / size:.3g} {name}"
    return f"{count:,}"


def _special(value: float, *, sign: bool = False) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "−∞" if value < 0 else ("+∞" if sign else "∞")
    return ""


def _minus(text: str) -> str:
    return text.replace("-", "−") if "e" not in text else text
