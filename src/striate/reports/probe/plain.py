"""Any record, where its kind has no page of its own: its maps over the pictures, its other arrays by their range, its facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from striate.probes.catalog import entry
from striate.reports.kit.colours import coloured, scaled
from striate.reports.kit.numerals import number
from striate.reports.kit.pictures import rgb
from striate.reports.probe.heatmap import explained
from striate.reports.probe.page import Group, Page, Panel, Table

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture
    from striate.probes.facts import Facts
    from striate.probes.record import Record


def page(record: Record[Facts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page; an array (N, H, W) with one map for each picture is drawn, whatever its name."""
    made_by = entry(record.probe)
    words, formula = made_by.explained()
    numbers = record.to_json(classes)
    arrays = [
        (name, " x ".join(map(str, told["shape"])), number(told["min"]), number(told["max"]))
        for name, told in numbers["arrays"].items()
    ]
    facts = [(name.replace("_", " "), str(value)) for name, value in numbers["facts"].items()]
    tables = (
        Table("Arrays", ("array", "shape", "smallest", "largest"), tuple(arrays)),
        Table("Settings", ("setting", "value"), tuple(facts)),
    )
    return Page(
        title=made_by.title or made_by.summary.capitalize(),
        over=f"{record.probe}, {net}",
        words=(words, f"Its values are {record.sign}."),
        formula=formula,
        groups=tuple(_group(place, picture, record, classes) for place, picture in enumerate(pictures)),
        tables=tuple(table for table in tables if table.rows),
    )


def _group(place: int, picture: Picture, record: Record[Facts], classes: Sequence[str]) -> Group:
    stem = f"{place + 1:02}-{picture.name}"
    panels = [Panel(f"{stem}-image", "as the net receives it", rgb(picture.pixels))]
    for name, array in record.arrays.items():
        values = array.detach().cpu().double().numpy()
        if values.ndim == 3 and place < len(values):
            shown, full = scaled(values[place])
            signed = bool(values[place].min() < 0)
            panels.append(
                Panel(f"{stem}-{name}", f"{name}, full colour is {number(full)}", coloured(shown, signed=signed))
            )
    lines = (explained(record.scores[place], classes),) if place < len(record.scores) else ()
    return Group(title=picture.name, lines=lines, panels=tuple(panels))
