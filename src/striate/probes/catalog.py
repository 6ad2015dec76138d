"""The probes by name. An entry here is all that the command, the page, the Python name and the laws need to take up a new one.

An entry is two lines: the import below ``TYPE_CHECKING``, which says where the probe lies and gives ``striate.probe.NAME`` its
type, and the row of the table, which says what it is.

A probe is a function ``probe(net, images, *, ...) -> Record`` in a module of its own: ``net`` is any classifier, ``images``
are floats (N, C, H, W), normalized. The module of a heatmap also holds ``EXPLAINED``: for each method, or under the probe's
own name, in words and as a formula what the map is. A record of a kind that `striate.reports.probe.page.RENDERERS` does not
know is shown as any record is: its arrays as maps over the pictures, its facts as a table. A probe that has no command of its
own has the general one, ``striate probe NAME``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.base.catalog import Catalog, homes, loaded
from striate.base.errors import ProbeError

if TYPE_CHECKING:
    from striate.probes.channels.features import features as features
    from striate.probes.channels.filters import filters as filters
    from striate.probes.channels.maximize import maximize as maximize
    from striate.probes.channels.patches import patches as patches
    from striate.probes.facts import Explained, Facts
    from striate.probes.fooling.fool import fool as fool
    from striate.probes.heatmaps.gradcam import gradcam as gradcam
    from striate.probes.heatmaps.occlusion import occlusion as occlusion
    from striate.probes.heatmaps.saliency import saliency as saliency
    from striate.probes.places.localise import localise as localise
    from striate.probes.record import Record


@dataclass(frozen=True)
class Entry:
    """One probe, the function ``name`` of its module; ``images`` is False for one that needs none.

    ``title`` heads its page; empty where the renderer of its kind has one of its own.
    """

    name: str
    summary: str
    kind: str
    images: bool = True
    title: str = ""

    @property
    def run(self) -> Callable[..., Record[Facts]]:
        """The function; its module is loaded when first asked for."""
        return loaded(_HOMES[self.name])

    def explained(self, method: str = "") -> Explained:
        """Return what the map of ``method`` is (none: of the probe's only one), as its module tells; else its summary."""
        from striate.probes.facts import Explained

        told: dict[str, Explained] = getattr(loaded(_HOMES[self.name].partition(":")[0]), "EXPLAINED", {})
        return told.get(method or self.name, Explained(f"It shows {self.summary}."))


_HOMES = homes(__file__)
ENTRIES: Catalog[Entry] = Catalog(
    "probe",
    ProbeError,
    (
        Entry(
            "saliency",
            "where a small change of a pixel changes the score most",
            "heatmap",
            title="Which pixels the score depends on",
        ),
        Entry(
            "gradcam",
            "which places of the last feature map speak for a class",
            "heatmap",
            title="Which places speak for the class",
        ),
        Entry(
            "occlusion",
            "how far the score falls when a patch is covered",
            "heatmap",
            title="What the score loses when a place is covered",
        ),
        Entry(
            "filters",
            "the filters of the first convolution as pictures",
            "filters",
            images=False,
        ),
        Entry(
            "features",
            "which images, and which places in them, make a channel count for the class",
            "features",
        ),
        Entry(
            "patches",
            "the patches of a set of images that excite a channel most",
            "patches",
        ),
        Entry(
            "maximize",
            "the image that excites a channel most, made by climbing",
            "maximize",
        ),
        Entry(
            "fool",
            "how little an image must change to be taken for another class",
            "fool",
        ),
        Entry(
            "localise",
            "where in a large picture a class is, read from the last feature map",
            "localise",
        ),
    ),
)


def names() -> tuple[str, ...]:
    """Return the names of the probes."""
    return ENTRIES.names


def entry(name: str) -> Entry:
    """Return the catalogue's entry; raises ProbeError with the nearest name and the list."""
    return ENTRIES.entry(name)
