"""The probes by name. An entry here is all that the command, the page, the Python name and the laws need to take up a new one.

A probe is a function ``probe(net, images, *, ...) -> Record`` in a module of its own: ``net`` is any classifier, ``images``
are floats (N, C, H, W), normalized. The module of a heatmap also holds ``EXPLAINED``: for each method, or under the probe's
own name, in words and as a formula what the map is. A record of a kind that `striate.reports.probe.page.RENDERERS` does not
know is shown as any record is: its arrays as maps over the pictures, its facts as a table. A probe that has no command of its
own has the general one, ``striate probe NAME``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from striate.base.catalog import Catalog, loaded
from striate.base.errors import ProbeError

if TYPE_CHECKING:
    from striate.probes.facts import Facts
    from striate.probes.record import Record


class Explained(NamedTuple):
    """What a map is: in words, and as a formula in LaTeX."""

    words: str
    formula: str = ""


@dataclass(frozen=True)
class Entry:
    """One probe: ``home`` is the module that holds the function ``name``; ``images`` is False for one that needs none.

    ``title`` heads its page; empty where the renderer of its kind has one of its own.
    """

    name: str
    summary: str
    kind: str
    home: str
    images: bool = True
    title: str = ""

    @property
    def run(self) -> Callable[..., Record[Facts]]:
        """The function; its module is loaded when first asked for."""
        return loaded(f"{self.home}:{self.name}")

    def explained(self, method: str = "") -> Explained:
        """Return what the map of ``method`` is (none: of the probe's only one), as its module tells; else its summary."""
        told: dict[str, Explained] = getattr(loaded(self.home), "EXPLAINED", {})
        return told.get(method or self.name, Explained(f"It shows {self.summary}."))


ENTRIES: Catalog[Entry] = Catalog(
    "probe",
    ProbeError,
    (
        Entry(
            "saliency",
            "where a small change of a pixel changes the score most",
            "heatmap",
            "striate.probes.heatmaps.saliency",
            title="Which pixels the score depends on",
        ),
        Entry(
            "gradcam",
            "which places of the last feature map speak for a class",
            "heatmap",
            "striate.probes.heatmaps.gradcam",
            title="Which places speak for the class",
        ),
        Entry(
            "occlusion",
            "how far the score falls when a patch is covered",
            "heatmap",
            "striate.probes.heatmaps.occlusion",
            title="What the score loses when a place is covered",
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
