"""What excites a channel most: the image that was made for it, and the patches of real images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from striate.base.errors import counted
from striate.reports.kit.numerals import number
from striate.reports.kit.pictures import bytes_of, patch, rgb
from striate.reports.probe.page import Group, Page, Panel

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture
    from striate.probes.facts import MaximizeFacts, Patch, PatchFacts
    from striate.probes.record import Record

NOWHERE = (
    "The climb went nowhere: the channel answers no more than it did to the grey it began from. Another seed may help."
)
_PATCHES = (
    "Each patch is what the channel's largest cell sees in its image, strongest first, one from each image; grey lies outside"
    " the image."
)


def page(record: Record[MaximizeFacts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a maximize record."""
    facts = record.facts
    what = "the middle cell of the channel's map" if facts.where == "cell" else "the mean of the channel's map"
    how = (
        f"written in Fourier coefficients, each divided by its frequency to the power {facts.smoothness:g}"
        if facts.parameters == "fourier"
        else "written pixel by pixel"
    )
    shifts = f" and is shifted at random by up to {counted(facts.jitter, 'pixel')} at each step,"
    shifted = f"{shifts} without which the climb would end in noise" if facts.jitter else ""
    words = (
        f"From an almost even grey, an image climbs for {counted(facts.steps, 'step')} of Adam (rate {facts.rate:g}) to where"
        f" {what} answers most. The image is {how}{shifted}. The best image on the way is shown.",
        _PATCHES,
    )
    groups: list[Group] = []
    made = record.arrays["pixels"].detach().cpu().double().numpy()
    for place, channel in enumerate(facts.channels):
        own = Panel(f"channel-{channel}-made", f"made: {number(facts.largest[place])}", bytes_of(made[place]))
        best = facts.patches[place] if facts.patches else ()
        groups.append(
            Group(
                f"{facts.tap}, channel {channel}",
                (
                    *((_compared(facts.largest[place], best),) if best else ()),
                    *((NOWHERE,) if channel in facts.nowhere else ()),
                ),
                (own, *patch_panels(channel, best, pictures)),
            )
        )
    return Page(
        title="What excites a channel most",
        over=f"maximize, {net}",
        words=words,
        formula=r"\max_z \; A_{k}\left(\mathrm{shift}(p)\right), \quad p = \frac{1}{1 + e^{-z}}",
        groups=tuple(groups),
        notes=(f"Looked through for patches: {counted(len(pictures), 'image')}.",),
    )


def page_of_patches(record: Record[PatchFacts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a patches record."""
    facts = record.facts
    return Page(
        title="The patches that excite a channel most",
        over=f"patches, {net}",
        words=(_PATCHES,),
        formula="",
        groups=tuple(
            Group(f"{facts.tap}, channel {channel}", even_channel(even), patch_panels(channel, best, pictures))
            for channel, best, even in zip(facts.channels, facts.patches, facts.even, strict=True)
        ),
        notes=(f"Looked through: {counted(facts.images, 'image')}.",),
    )


def even_channel(even: bool) -> tuple[str, ...]:
    """Return what is said of a channel that answers the same everywhere."""
    return (
        ("It answers the same at every place of every image: no patch excites it more than another.",) if even else ()
    )


def patch_panels(channel: int, best: Sequence[Patch], pictures: Sequence[Picture]) -> tuple[Panel, ...]:
    """Return the patches of one channel, each enlarged to the height of its image."""
    panels: list[Panel] = []
    for rank, found in enumerate(best):
        picture = pictures[found.image]
        shown = rgb(picture.pixels)
        caption = f"{number(found.value)}, {picture.name}"
        panels.append(Panel(f"channel-{channel}-{rank + 1}", caption, patch(shown, found.window, shown.shape[0])))
    return tuple(panels)


def _compared(made: float, best: Sequence[Patch]) -> str:
    most = best[0].value
    text = f"The largest cell answers {number(made)} to the made image and {number(most)} to the best patch"
    return f"{text}, {number(made / most)} times as much." if most > 0 else f"{text}."
