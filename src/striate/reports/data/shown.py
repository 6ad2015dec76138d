"""A data set as a page: how many images of each class and split, statistics, what is there twice, and a sheet of thumbnails.

The sheet has a row for each class: its first images of train, in the order of the data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import counted
from striate.data.imageset import ImageSet
from striate.data.summary import Summary
from striate.reports.kit.numerals import number
from striate.reports.kit.pictures import rgb
from striate.reports.probe.page import Group, Page, Panel, Table

COLUMNS, MOST_ROWS = 10, 30
GAP = 2  # pixels between thumbnails, white
SMALL = 96  # pixels of a thumbnail's longer side, at most

Pixels = NDArray[np.uint8]


def sheet(images: ImageSet, classes: range) -> Pixels:
    """Return thumbnails of train as one picture, uint8 (H, W, 3): a row for each of ``classes``, at most 10 images in it."""
    height, width, _ = images.image_shape
    step = -(-max(height, width) // SMALL)
    height, width = -(-height // step), -(-width // step)
    made = np.full((len(classes) * (height + GAP), COLUMNS * (width + GAP), 3), 255, dtype=np.uint8)
    for row, label in enumerate(classes):
        for column, place in enumerate(np.flatnonzero(images.train.labels == label)[:COLUMNS]):
            thumbnail = rgb(np.ascontiguousarray(_reduced(np.asarray(images.train.images[int(place)]), step)))
            top, left = row * (height + GAP), column * (width + GAP)
            made[top : top + height, left : left + width] = thumbnail
    return made


def _reduced(pixels: Pixels, step: int) -> Pixels:
    """Return the means of ``step`` x ``step`` pixels; those at the lower and right edges are of what is there."""
    if step == 1:
        return pixels
    height, width, channels = pixels.shape
    padded = np.pad(pixels, ((0, -height % step), (0, -width % step), (0, 0)), mode="edge").astype(np.float64)
    blocks = padded.reshape(padded.shape[0] // step, step, padded.shape[1] // step, step, channels)
    return blocks.mean(axis=(1, 3)).round().astype(np.uint8)


def data_page(images: ImageSet, told: Summary) -> Page:
    """Return the page of ``images``, of which ``told`` is the summary; a table has no sheet."""
    height, width, channels = told.shape
    what = (
        f"rows of {counted(channels, 'feature')}"
        if images.tabular
        else f"images of {width} x {height} pixels, {counted(channels, 'channel')}"
    )
    total = sum(map(sum, told.counts.values()))
    drawn = range(min(len(told.classes), MOST_ROWS))
    groups: tuple[Group, ...] = ()
    if not images.tabular:
        lines = (f"A row for each class, in the order of the table; the first {COLUMNS} images of train.",)
        panel = Panel("sheet", ", ".join(told.classes[k] for k in drawn), sheet(images, drawn))
        groups = (Group("Thumbnails", lines, (panel,)),)
    return Page(
        title=f"What {told.name} holds",
        over=f"data, {told.origin}",
        words=(f"{total:,} {what}, in {counted(len(told.classes), 'class')}. {twice(told, tabular=images.tabular)}",),
        formula="",
        groups=groups,
        tables=(counts_table(told), statistics_table(told, tabular=images.tabular)),
        notes=(
            *told.notes,
            *(
                [f"The first {MOST_ROWS} of {len(told.classes)} classes are drawn."]
                if len(told.classes) > MOST_ROWS
                else []
            ),
            f"Fingerprint of pixels, labels and classes: {told.fingerprint}.",
        ),
    )


def twice(told: Summary, *, tabular: bool = False) -> str:
    """Return a sentence on what is equal, pixel for pixel; in a table, in every feature."""
    parts = [
        f"{count:,} of {split} are equal to an earlier one of it" for split, count in told.repeated.items() if count
    ]
    parts += [f"{count:,} of {split} are in train too" for split, count in told.leaked.items() if count]
    parts += [f"{told.contradicting:,} have an equal in another class"] if told.contradicting else []
    if not parts:
        return "No two rows are equal." if tabular else "No two are equal, pixel for pixel."
    return f"{'In every feature' if tabular else 'Pixel for pixel'}, {'; '.join(parts)}."


def counts_table(told: Summary) -> Table:
    """Return the images of each class and split, and their sums."""
    rows = [
        (name, *(f"{told.counts[split][label]:,}" for split in told.counts)) for label, name in enumerate(told.classes)
    ]
    rows.append(("all", *(f"{sum(row):,}" for row in told.counts.values())))
    return Table("Images of each class", ("class", *told.counts), tuple(rows))


def statistics_table(told: Summary, *, tabular: bool) -> Table:
    """Return mean and deviation of each channel over the training images."""
    unit = "in the table's units" if tabular else "0 to 1"
    rows = [
        (str(channel), number(mean), number(deviation))
        for channel, (mean, deviation) in enumerate(zip(told.mean, told.deviation, strict=True))
    ]
    return Table(f"Training images, {unit}", ("channel", "mean", "deviation"), tuple(rows))
