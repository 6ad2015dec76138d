"""The page of a net's mistakes: which classes, which images, and whether its probabilities can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.base.intervals import Share
from striate.reports.kit.charts import Line, Series, curves_svg
from striate.reports.kit.colours import overlaid, scaled
from striate.reports.kit.pictures import beside, rgb
from striate.reports.probe.page import Group, Page, Panel, Table
from striate.training.judging.mistakes import RULE, Calibration, Mistakes, Wrong

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from striate.data.photos.picture import Picture

GROUPS = ("group", "images", "right", "accuracy")
MOST_COLUMNS = 30  # classes up to which the whole matrix is shown
Maps = dict[int, "NDArray[np.float64] | None"]
"""Place of an image -> its Grad-CAM for the net's answer, None for a blank one."""


def mistakes_page(
    found: Mistakes, net: str, seen: str, pictures: dict[int, Picture], maps: Maps, notes: Sequence[str]
) -> Page:
    """Return the page; ``seen`` says which images were classified, ``pictures`` holds those that are shown, by their place."""
    made = found.accuracy
    words = (
        f"{made.hits:,} of {made.tries:,} {seen} are classified right: {told(made)}.",
        "Intervals are of 95 %: Wilson's for shares. Many small classes give some wide ones by chance.",
    )
    tables = [
        Table(
            "Classes",
            ("class", "images", "recall", "answers", "precision"),
            tuple(
                (each.name, f"{each.images:,}", told(each.recall), f"{each.answers:,}", told(each.precision))
                for each in found.of_classes
            ),
        ),
        Table("Most confused", ("label", "taken for", "images"), tuple((a, b, f"{n:,}") for a, b, n in found.pairs)),
    ]
    if found.of_groups:
        tables.insert(1, Table("Groups", GROUPS, group_rows(found)))
    if len(found.classes) <= MOST_COLUMNS:
        tables.append(
            Table(
                "Confusion: rows are labels, columns answers",
                ("", *found.classes),
                tuple(
                    (name, *(f"{n:,}" if n else "·" for n in row))
                    for name, row in zip(found.classes, found.counts.tolist(), strict=True)
                ),
            )
        )
    return Page(
        title="Where it is wrong",
        over=f"mistakes, {net}",
        words=words,
        formula="",
        groups=(
            calibration_group(found.calibration),
            *_images("Most confident mistakes", found.surest, found, pictures, maps, "wrong", ()),
            *_images("Labels that look wrong", found.suspects, found, pictures, maps, "label", _rule(found)),
        ),
        tables=tuple(tables),
        notes=tuple(notes),
    )


def group_rows(found: Mistakes) -> tuple[tuple[str, ...], ...]:
    """Return a row of `GROUPS` for each group, the least accurate first."""
    return tuple(
        (each.name, f"{each.right.tries:,}", f"{each.right.hits:,}", told(each.right)) for each in found.of_groups
    )


def calibration_group(found: Calibration) -> Group:
    """Return the reliability diagram and the expected calibration error in words."""
    bins = Line(tuple(each.confidence for each in found.bins), tuple(each.right.share or 0.0 for each in found.bins))
    series = [Series("calibrated", (Line((0.0, 1.0), (0.0, 1.0)),)), Series("this net", (bins,))]
    side = "too sure" if found.confidence > found.accuracy else "not sure enough"
    text = (
        f"Its mean confidence is {found.confidence:.4f} and its accuracy {found.accuracy:.4f}: on average it is {side}. The"
        f" expected calibration error is {found.error:.4f} ({found.low:.4f} to {found.high:.4f}, percentile bootstrap over"
        f" images); a perfectly calibrated net of these confidences and as few images would show {found.calibrated:.4f}."
    )
    return Group(
        "Can its probabilities be believed?",
        (text,),
        charts=(curves_svg(series, title="Share right by confidence", x_label="confidence"),),
    )


def _rule(found: Mistakes) -> tuple[str, ...]:
    more = (
        f" The first {len(found.suspects)} of {found.suspected:,} are shown." if found.suspected else " There are none."
    )
    return (RULE + more,)


def _images(
    title: str,
    several: Sequence[Wrong],
    found: Mistakes,
    pictures: dict[int, Picture],
    maps: Maps,
    stem: str,
    lines: tuple[str, ...],
) -> list[Group]:
    if not several and not lines:
        return [Group(title, ("There are none.",))]
    panels: list[Panel] = []
    for number, each in enumerate(several, start=1):
        picture, map_ = pictures[each.place], maps.get(each.place)
        shown = rgb(picture.pixels)
        label, answer = found.classes[each.label], found.classes[each.answer]
        text = (
            f"{picture.origin}: labelled {label} ({each.of_label:.3f}), the net says {answer} ({each.confidence:.3f})"
        )
        if map_ is None:
            panels.append(Panel(f"{stem}-{number:02}", f"{text}; without a map, or a blank one", shown))
        else:
            values, _ = scaled(map_, 1.0)
            panels.append(Panel(f"{stem}-{number:02}", text, beside([shown, overlaid(shown, values, signed=False)])))
    beside_it = "Beside each lies its Grad-CAM for the net's answer." if panels else ""
    return [Group(title, (*lines, *([beside_it] if beside_it else [])), tuple(panels))]


def told(share: Share) -> str:
    """Return a share with its interval in words; a dash where nothing was tried."""
    if share.share is None:
        return "–"
    return f"{share.share:.4f} ({share.low:.4f} to {share.high:.4f})"
