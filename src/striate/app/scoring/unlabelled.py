"""What a net says of pictures without labels: its answers, how sure it is of them, and the pictures of which it is least sure.

found = unlabelled(opened, "photos")
write_unlabelled(found, "mistakes")

Nothing here says how often it is right: for that somebody has to look at the pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from striate.app.inputs.predictor import Predictor
from striate.app.inputs.views import looked_at
from striate.app.scoring.predicting import probabilities
from striate.base.disk.files import dump_json
from striate.base.disk.outputs import MARK, write_output
from striate.base.errors import DataError
from striate.data.photos.picture import Picture, all_fitted, enlarged
from striate.data.photos.survey import survey
from striate.training.judging.answers import Answers, answers


@dataclass(frozen=True, eq=False)
class Unlabelled:
    """What ``net`` says of ``seen``; ``pictures`` are those that are shown, by their place, as the net gets them."""

    net: str
    seen: str
    answers: Answers
    pictures: Mapping[int, Picture]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON-able values; images by their origin."""
        told = self.answers.to_json()
        told["least_sure"] = [{**each, "origin": self.pictures[each["place"]].origin} for each in told["least_sure"]]
        return {"net": self.net, "images": self.seen, "labelled": False, **told, "notes": list(self.notes)}


def is_unlabelled(data: str | Path) -> bool:
    """Return whether ``data`` is a folder of pictures in which nothing tells their classes: no folders, no list."""
    from striate.data.catalog import names
    from striate.data.forms import form_of

    folder = Path(data)
    if str(data) in names() or not folder.is_dir():
        return False
    form = form_of(folder)
    if form is not None and form.name != "class folders":
        return False
    if any(each.is_dir() and not each.name.startswith(".") for each in folder.iterdir()):
        return False
    try:
        survey(folder)
    except DataError:
        return True
    return False


def unlabelled(
    opened: Predictor, data: str | Path, *, most: int, skip_damaged: bool, warn: Callable[[str], None]
) -> Unlabelled:
    """Return what the net says of the pictures in the folder ``data``; raises DataError where it has none that can be read."""
    subject, notes = opened.subject, list[str]()
    found = looked_at(subject, [str(data)], None, skip_damaged, notes)
    notes += enlarged(found, subject.inputs.image_shape, subject.resizing)
    seen = all_fitted(found, subject.inputs.image_shape, subject.resizing, enlarge=True)
    chances = probabilities(opened, seen)
    names = subject.inputs.classes or tuple(f"class {number}" for number in range(chances.shape[1]))
    told = answers(chances, names, most=most)
    shown = {
        each.place: Picture(found[each.place].name, np.asarray(seen[each.place]), found[each.place].origin)
        for each in told.least_sure
    }
    if subject.untrained:
        warn("the net is untrained: no weights were given")
    return Unlabelled(subject.name, f"pictures of {Path(data).name}", told, shown, tuple(notes))


def write_unlabelled(found: Unlabelled, out: str | Path) -> Path:
    """Write the page, its pictures and mistakes.json into the folder ``out``, and return the path of the page."""
    from striate.reports.probe.page import write_page
    from striate.reports.run.unlabelled import unlabelled_page

    folder = Path(out)
    page = unlabelled_page(found.answers, found.net, found.seen, dict(found.pictures), found.notes)
    written = write_page(page, folder, "mistakes")
    write_output(folder / "mistakes.json", dump_json({"generator": MARK, **found.to_json()}))
    return written
