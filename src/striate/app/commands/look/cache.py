"""The commands for the cache of decoded photographs: what it keeps, and to clear it."""

from __future__ import annotations

from typing import Annotated

import typer

from striate.app.options.shared import AsJson
from striate.app.terminal.speech import say, tell, tell_words


def kept(as_json: AsJson = False) -> None:
    """List the decoded photographs that are kept: data set, images, size in pixels, bytes, age, place."""
    import dataclasses
    import time

    from striate.base.disk.files import dump_json
    from striate.base.disk.foreign import amount
    from striate.data.cache.listing import entries
    from striate.data.cache.place import decoded_folder

    found = entries()
    if as_json:
        rows = [{**dataclasses.asdict(entry), "folder": str(entry.folder)} for entry in found]
        tell(dump_json(rows), nl=False)
        return
    if not found:
        say(f"nothing is kept in {decoded_folder()}")
        return
    from rich.text import Text

    from striate.app.terminal.show import console
    from striate.app.terminal.table import table
    from striate.base.errors import printable
    from striate.reports.run.listing import aged

    made = table("data", "images", "pixels", "bytes", "used", "from", right=("images", "bytes", "used"))
    for entry in found:
        images, pixels = (
            (f"{entry.shape[0]:,}", " x ".join(map(str, entry.shape[1:]))) if entry.shape else ("", "unfinished")
        )
        cells = (entry.name, images, pixels, amount(entry.size), aged(time.time() - entry.used), ", ".join(entry.roots))
        made.add_row(*(Text(printable(cell)) for cell in cells))
    console().print(made)
    say(f"they lie in {decoded_folder()}: {amount(sum(entry.size for entry in found))} in all")


def clear(
    name: Annotated[
        str | None, typer.Argument(metavar="DATA", help="A name of `striate list cache`; none for all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove decoded photographs from the cache; they are read again when they are needed."""
    from striate.base.disk.files import dump_json
    from striate.base.disk.foreign import amount
    from striate.base.errors import counted
    from striate.data.cache import listing

    cleared, freed, busy = listing.clear(name)
    if as_json:
        tell(dump_json({"cleared": cleared, "bytes": freed, "busy": [str(folder) for folder in busy]}), nl=False)
        return
    tell_words(f"{counted(cleared, 'data set was', 'data sets were')} removed from the cache, {amount(freed)}")
    for folder in busy:
        say(f"{folder} is being written by another process, and was left")
