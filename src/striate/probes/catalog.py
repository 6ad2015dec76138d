"""The probes by name. An entry here is all that the command, the page and the laws need to take up a new one.

A probe is a function ``probe(net, images, *, ...) -> Record``: ``net`` is any classifier, ``images`` are floats (N, C, H, W),
normalized.
The page for a kind of record is made by the function that `striate.reports.probe.page.RENDERERS` names for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.base.catalog import Catalog, loaded
from striate.base.errors import ProbeError

if TYPE_CHECKING:
    from striate.probes.facts import Facts
    from striate.probes.record import Record


@dataclass(frozen=True)
class Entry:
    """One probe: ``home`` is the module that holds the function ``name``; ``images`` is False for one that needs none."""

    name: str
    summary: str
    kind: str
    home: str
    images: bool = True

    @property
    def run(self) -> Callable[..., Record[Facts]]:
        """The function; its module is loaded when first asked for."""
        return loaded(f"{self.home}:{self.name}")


ENTRIES: Catalog[Entry] = Catalog(
    "probe",
    ProbeError,
    (
        Entry(
            "saliency",
            "where a small change of a pixel changes the score most",
            "heatmap",
            "striate.probes.heatmaps.saliency",
        ),
        Entry(
            "gradcam",
            "which places of the last feature map speak for a class",
            "heatmap",
            "striate.probes.heatmaps.gradcam",
        ),
        Entry(
            "occlusion",
            "how far the score falls when a patch is covered",
            "heatmap",
            "striate.probes.heatmaps.occlusion",
        ),
        Entry(
            "filters",
            "the filters of the first convolution as pictures",
            "filters",
            "striate.probes.channels.filters",
            images=False,
        ),
        Entry(
            "features",
            "which images, and which places in them, make a channel count for the class",
            "features",
            "striate.probes.channels.features",
        ),
        Entry(
            "patches",
            "the patches of a set of images that excite a channel most",
            "patches",
            "striate.probes.channels.patches",
        ),
        Entry(
            "maximize",
            "the image that excites a channel most, made by climbing",
            "maximize",
            "striate.probes.channels.maximize",
        ),
        Entry(
            "fool",
            "how little an image must change to be taken for another class",
            "fool",
            "striate.probes.fooling.fool",
        ),
        Entry(
            "localise",
            "where in a large picture a class is, read from the last feature map",
            "localise",
            "striate.probes.places.localise",
        ),
    ),
)


def names() -> tuple[str, ...]:
    """Return the names of the probes."""
    return ENTRIES.names


def entry(name: str) -> Entry:
    """Return the catalogue's entry; raises ProbeError with the nearest name and the list."""
    return ENTRIES.entry(name)
