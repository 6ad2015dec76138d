"""The worst mistakes of a run, as `striate show mistakes` shows them, with how many images are classified while it looks."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Mapping
from typing import Any

from striate.app.options.flags import FLAGS
from striate.app.options.repeating import path_word
from striate.app.serve.pages import page_json
from striate.app.serve.place import Place
from striate.app.serve.pulse import FREE, Pulse
from striate.app.serve.views.own import admitted, words_of
from striate.base.catalog import unknown
from striate.base.errors import ProbeError

SECONDS = 900.0  # that it may take
IMAGES = ("val", "test")


def mistakes_shown(place: Place, turn: threading.Lock, query: Mapping[str, str], pulse: Pulse = FREE) -> dict[str, Any]:
    """Return where the run is wrong on its validation images, or on its test images once it was tested (``on``)."""
    from striate.app.scoring.mistaking import mistaken, page_of_mistakes

    folder, on = place.folder(query.get("name", "")), query.get("on", "val")
    if on not in IMAGES:
        raise ProbeError(unknown("choice of images", on, IMAGES))
    admitted(place, folder)
    with pulse.turn(turn):
        found = mistaken(
            folder,
            on="test" if on == "test" else "val",
            data_dir=place.data_dir,
            warn=lambda text: None,
            beat=pulse,
        )
    words = ["striate", "show", "mistakes", path_word(folder), *([FLAGS["on"], "test"] if on == "test" else [])]
    words += words_of(folder)
    return {**page_json(page_of_mistakes(found)), "command": shlex.join(words)}
