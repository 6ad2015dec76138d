"""All probes under one name: ``probe.NAME(net, images, ...)`` for every entry of the catalogue.

    import striate as st

    record = st.probe.gradcam(net, images, target=3)
    record.heatmap                      # (N, H, W), on the device of the images

A probe is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from striate.base.catalog import unknown
from striate.probes.catalog import ENTRIES

if TYPE_CHECKING:
    from striate.probes.catalog import *  # noqa: F403  # the probes with their types, which are written there once


def __getattr__(name: str) -> Any:
    if name not in ENTRIES:
        raise AttributeError(unknown(ENTRIES.kind, name, ENTRIES))
    return ENTRIES[name].run


def __dir__() -> list[str]:
    return sorted(ENTRIES)
