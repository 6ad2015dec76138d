"""All probes under one name: ``probe.NAME(net, images, ...)`` for every entry of the catalogue.

    import striate as st

    record = st.probe.gradcam(net, images, target=3)
    record.heatmap                      # (N, H, W), on the device of the images

A probe is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from striate.probes.catalog import ENTRIES, entry

if TYPE_CHECKING:
    from striate.probes.channels.features import features
    from striate.probes.channels.filters import filters
    from striate.probes.channels.maximize import maximize
    from striate.probes.channels.patches import patches
    from striate.probes.fooling.fool import fool
    from striate.probes.heatmaps.gradcam import gradcam
    from striate.probes.heatmaps.occlusion import occlusion
    from striate.probes.heatmaps.saliency import saliency
    from striate.probes.places.localise import localise

    __all__ = [
        "features",
        "filters",
        "fool",
        "gradcam",
        "localise",
        "maximize",
        "occlusion",
        "patches",
        "saliency",
    ]


def __getattr__(name: str) -> Any:
    if name not in ENTRIES:
        raise AttributeError(f"there is no probe {name!r}; the probes are {', '.join(ENTRIES)}")
    return entry(name).run


def __dir__() -> list[str]:
    return sorted(ENTRIES)
