"""The command that shows a data set: counts, sizes, statistics, what is there twice, and a sheet of thumbnails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from striate.app.options.shared import AsJson, DataDir, SkipDamaged
from striate.app.terminal.speech import say, tell, tell_words


def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME|PATH", help="A name of `striate list data`, or a path of images.")
    ],
    image_size: Annotated[
        int | None, typer.Option(min=1, help="Side in pixels that all images are brought to.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a page and the sheet as a PNG into this folder.")] = None,
    skip_damaged: SkipDamaged = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a data set: images of each class and split, statistics, duplicates and leaks, thumbnails."""
    from striate.base.disk.files import dump_json
    from striate.data import load
    from striate.data.summary import summary
    from striate.reports.data.shown import counts_table, data_page, statistics_table, twice
    from striate.reports.probe.page import claim_page, write_page

    if out is not None:
        claim_page(out, "sheet.png")
    images = load(name, data_dir=data_dir, image_size=image_size, skip_damaged=skip_damaged)
    told = summary(images)
    if out is not None:
        say(f"wrote {write_page(data_page(images, told), out, 'data')}")
    if as_json:
        tell(dump_json(told.to_json()), nl=False)
        return
    from rich.text import Text

    from striate.app.terminal.show import console
    from striate.app.terminal.table import table
    from striate.base.errors import counted, printable

    height, width, channels = told.shape
    what = (
        f"rows of {counted(channels, 'feature')}"
        if images.tabular
        else f"{width} x {height} pixels, {counted(channels, 'channel')}"
    )
    tell_words(f"{told.name}: {what}, {counted(len(told.classes), 'class')}, from {told.origin}")
    for made in (counts_table(told), statistics_table(told, tabular=images.tabular)):
        drawn = table(*made.columns, right=made.columns[1:])
        for row in made.rows:
            drawn.add_row(*(Text(printable(cell)) for cell in row))
        console().print(drawn)
    tell_words(twice(told, tabular=images.tabular))
    for note in told.notes:
        say(f"note: {note}")
