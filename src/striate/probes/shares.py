"""A share of n tries with its 95 % interval: Wilson's, which holds for few tries and for shares near 0 and 1 too.

Source: Wilson, Journal of the American Statistical Association 22, 1927.
"""

from __future__ import annotations

from typing import Any

from striate.base.intervals import share_interval


def share(hits: int, tries: int) -> dict[str, Any]:
    """Return ``hits``, ``tries``, ``share`` and the ends ``low`` and ``high`` of its interval; None where nothing was tried."""
    interval = share_interval(hits, tries)
    if interval is None:
        return {"hits": 0, "tries": 0, "share": None, "low": None, "high": None}
    return {"hits": hits, "tries": tries, "share": hits / tries, "low": interval[0], "high": interval[1]}
