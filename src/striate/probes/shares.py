"""A share of n tries with its 95 % interval: Wilson's, which holds for few tries and for shares near 0 and 1 too.

Source: Wilson, Journal of the American Statistical Association 22, 1927.
"""

from __future__ import annotations

from typing import Any

from scipy import stats


def share(hits: int, tries: int) -> dict[str, Any]:
    """Return ``hits``, ``tries``, ``share`` and the ends ``low`` and ``high`` of its interval; None where nothing was tried."""
    if tries == 0:
        return {"hits": 0, "tries": 0, "share": None, "low": None, "high": None}
    interval = stats.binomtest(hits, tries).proportion_ci(0.95, method="wilson")
    return {
        "hits": hits,
        "tries": tries,
        "share": hits / tries,
        "low": float(interval.low),
        "high": float(interval.high),
    }
