"""The runs of the folder, and one run, as the browser gets them."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.options.repeating import path_word
from striate.app.serve.pictures import Dropped
from striate.app.serve.place import Place
from striate.app.serve.views.own import admitted, words_of
from striate.base.errors import RunError
from striate.data.catalog import names, one_of
from striate.reports.run.listing import Listed, listed, places
from striate.reports.study.listing import list_studies
from striate.training.folder.forms import DONE

if TYPE_CHECKING:
    from striate.training.folder.run import Run

FILES = ("recipe.json", "status.json", "history.csv", "test.json", "environment.json")
Stamp = tuple[tuple[int, int] | None, ...]


class Folder:
    """What lies in the folder. A run that has ended is read again only when one of its files has changed."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._kept: dict[Path, tuple[Stamp, Listed]] = {}

    def record(self, _query: Mapping[str, str] = {}) -> dict[str, Any]:
        """Return the studies of the folder, and the runs that belong to none."""
        top, now = self.place.top, time.time()
        if not top.is_dir():
            raise RunError(f'the folder "{top}" is gone')
        runs = [self._listed(place, now) for place in places(top)]
        studies = list_studies(top, [(run.folder, run.status) for run in runs])
        owned = tuple("" if study.folder == "." else f"{study.folder}/" for study in studies)
        alone = [run for run in runs if not any(run.folder.startswith(f"{start}runs/") for start in owned)]
        whole = [run.folder for run in runs if run.status == "finished"]
        return {"folder": str(top.absolute()), "studies": studies, "runs": alone, "all": whole}

    def _listed(self, place: Path, now: float) -> Listed:
        stamp = stamp_of(place)
        kept = self._kept.get(place)
        if kept is None or kept[0] != stamp or kept[1].status not in DONE:
            made = listed(place, self.place.top, now)
            kept = stamp, replace(made, folder=self.place.name(place))
            self._kept[place] = kept
        changed = max((one[0] for one in stamp if one), default=None)
        return replace(kept[1], age=None if changed is None else max(0.0, now - changed / 1e9))


def stamp_of(place: Path, files: tuple[str, ...] = FILES) -> Stamp:
    """Return (time of change in ns, size) of each file, None where there is none."""
    made: list[tuple[int, int] | None] = []
    for name in files:
        try:
            stat = (place / name).stat()
            made.append((stat.st_mtime_ns, stat.st_size))
        except OSError:
            made.append(None)
    return tuple(made)


def run_shown(place: Place, query: Mapping[str, str]) -> dict[str, Any]:
    """Return one run without its confusion matrix: curves, seconds, rate, words, net."""
    from striate.app.actions.run_shown import run_record, seen  # which loads PyTorch; the folder is shown without

    folder = place.folder(query.get("name", ""))
    shown = seen(folder, quick=True)
    run, record = shown.run, run_record(shown)
    record["curves"]["train_lr"] = run.curve("train", "lr")
    norms = sorted({(row.split, row.metric) for row in run.history()} - _USUAL)
    record["curves"] |= {f"{split}_{metric}": run.curve(split, metric) for split, metric in norms}
    anatomy = shown.anatomy
    net = None if anatomy is None else {**anatomy.to_json(), "parameters": anatomy.parameters, "macs": anatomy.macs}
    images = run.recipe.train_images
    more = {
        "name": query["name"],
        "seconds": run.seconds(),
        "epochs": run.recipe.epochs,
        "train_images": images,
        "unit": one_of(run.recipe.data),
        "drawn_on": f"{run.recipe.data}:0" if run.recipe.data in names() else "",
        "commands": _commands(run),
    }
    return {**record, **more, "anatomy": net, "misfits": shown.misfits}


def _commands(run: Run) -> list[str]:
    """Return the command that shows the run, and where it may go on the one that continues it."""
    folder = path_word(run.folder)
    going_on = [] if run.status in ("running", "finished") else [["striate", "resume", folder, *words_of(run.folder)]]
    return [shlex.join(words) for words in (["striate", "show", "run", folder], *going_on)]


_USUAL = {(s, m) for s in ("train", "val") for m in ("loss", "accuracy", "lr")} | {("train", "batch_loss")}


def confused(place: Place, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the run takes for what on its validation images, or why that cannot be told."""
    from striate.app.actions.run_shown import seen

    folder = place.folder(query.get("name", ""))
    try:
        admitted(place, folder)
    except RunError as error:
        return {"confusion": None, "why": f"No images were classified: {error}."}
    shown = seen(folder, data_dir=place.data_dir)
    if shown.confusion is None:
        return {"confusion": None, "why": shown.unclassified}
    return {"confusion": {**shown.confusion.to_json(), "most_confused": shown.confusion.most_confused()}, "why": ""}


def pictured(place: Place, dropped: Dropped, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the picture ``image`` at the size that the run's net takes, to draw on it what a layer sees."""
    from striate.app.actions.run_shown import seen
    from striate.app.inputs.images import pictures
    from striate.data.photos.picture import all_fitted
    from striate.reports.kit.pictures import rgb
    from striate.reports.probe.page import Panel

    shown = seen(place.folder(query.get("name", "")), quick=True)
    if shown.anatomy is None:
        raise RunError("this run does not say what images its net takes")
    recipe, (channels, tall, wide), image = shown.run.recipe, shown.anatomy.input, query.get("image", "")
    with dropped.by_name():
        found = pictures([dropped.word(image)], place.data_dir, skip_damaged=recipe.skip_damaged)
        fitted = all_fitted(found, (tall, wide, channels), recipe.resizing)
    return {"uri": Panel("", found[0].name, rgb(fitted[0])).uri, "caption": found[0].name}
