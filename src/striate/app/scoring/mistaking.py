"""Where a net is wrong on labelled images: what `striate show mistakes` shows, computed and written.

found = mistaken("runs/first")                       # on its validation images
found = mistaken("net.onnx", data="my_photos")       # without Grad-CAM, which needs the net itself
write_mistakes(found, "mistakes")
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from striate.app.inputs.judged_on import images_for
from striate.app.inputs.predictor import Predictor, open_predictor
from striate.app.scoring.predicting import probabilities
from striate.app.scoring.unlabelled import Unlabelled, is_unlabelled, unlabelled
from striate.base.disk.files import dump_json
from striate.base.disk.outputs import MARK, write_output
from striate.base.errors import DataError, NetError, ProbeError, RunError, printable
from striate.data import Split
from striate.data.photos.picture import Picture, all_fitted
from striate.training.judging.mistakes import Mistakes, mistakes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from striate.reports.probe.page import Page

On = Literal["val", "test"]
_PIECE = 256  # images that are brought to the net's size at a time


@dataclass(frozen=True, eq=False)
class Mistaken:
    """What ``net`` gets wrong on ``seen``; ``pictures`` and ``maps`` (Grad-CAM, None where blank) of those that are shown."""

    net: str
    seen: str
    mistakes: Mistakes
    pictures: Mapping[int, Picture]
    maps: Mapping[int, NDArray[np.float64] | None]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON-able values; images by their origin."""
        told: dict[str, Any] = {
            "net": self.net,
            "images": self.seen,
            **self.mistakes.to_json(),
            "notes": list(self.notes),
        }
        for name in ("surest", "suspects"):
            told[name] = [{**each, "origin": self.pictures[each["place"]].origin} for each in told[name]]
        return told


def judged(
    net: str | Path,
    data: str | Path | None = None,
    *,
    most: int = 12,
    skip_damaged: bool = False,
    warn: Callable[[str], None] = warnings.warn,
    on: On | None = None,
    **how: Any,
) -> Mistaken | Unlabelled:
    """Return what `mistaken` does, whose keywords these are, or of pictures without labels what the net says."""
    if data is None or not is_unlabelled(data):
        return mistaken(net, data, most=most, skip_damaged=skip_damaged, warn=warn, on=on, **how)
    if on is not None:
        raise ProbeError("`on` chooses among the images of a run; leave it out beside `data`")
    weights = how.pop("weights", None)
    opened = open_predictor(str(net), None if weights is None else Path(weights), warn=warn, **how)
    return unlabelled(opened, data, most=most, skip_damaged=skip_damaged, warn=warn)


def mistaken(
    net: str | Path,
    data: str | Path | None = None,
    *,
    on: On | None = None,
    weights: str | Path | None = None,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    most: int = 12,
    data_dir: str | Path | None = None,
    skip_damaged: bool = False,
    warn: Callable[[str], None] = warnings.warn,
    beat: Callable[[int, int], None] = lambda done, of: None,
) -> Mistaken:
    """Return where ``net`` is wrong: a run on its validation images, or on its test images once it was tested (``on``).

    With ``data`` any net or exported file on the test images of these (else validation, else training images), which must have
    its classes. ``beat`` is told how many images of how many are classified, and may raise to stop. Raises StriateError where
    something cannot be had or does not go together.
    """
    opened = open_predictor(
        str(net),
        None if weights is None else Path(weights),
        trained_on=trained_on,
        options=options,
        data_dir=data_dir,
        warn=warn,
    )
    seen, name, split, classes, notes = _images(str(net), opened, data, on, data_dir, skip_damaged)
    known = opened.subject.inputs.classes
    if known and classes != known:
        labels = _matched(split.labels, classes, known, name)
    else:
        labels = np.asarray(split.labels, dtype=np.int64)

    def received(places: list[int]) -> list[Picture]:
        found = [Picture(f"{name} {i}", split.images[i], f"{name}:{i}", int(labels[i])) for i in places]
        fitted = all_fitted(found, opened.subject.inputs.image_shape, opened.subject.resizing)
        return [Picture(p.name, pixels, p.origin, p.label) for p, pixels in zip(found, fitted, strict=True)]

    parts: list[NDArray[np.float64]] = []
    for at in range(0, len(labels), _PIECE):
        beat(at, len(labels))
        piece = received(list(range(at, min(at + _PIECE, len(labels)))))
        parts.append(probabilities(opened, np.stack([each.pixels for each in piece])))
    beat(len(labels), len(labels))
    found = mistakes(np.concatenate(parts), labels, known or classes, most=most, groups=split.groups)
    answers = {each.place: each.answer for each in (*found.suspects, *found.surest)}
    shown = received(list(answers)) if answers else []
    maps, said = _maps(opened, shown, list(answers.values()))
    pictures = dict(zip(answers, shown, strict=True))
    return Mistaken(opened.subject.name, seen, found, pictures, dict(zip(answers, maps, strict=True)), (*notes, *said))


def page_of_mistakes(found: Mistaken) -> Page:
    """Return what is shown of ``found``."""
    from striate.reports.run.mistakes import mistakes_page

    return mistakes_page(found.mistakes, found.net, found.seen, dict(found.pictures), dict(found.maps), found.notes)


def write_mistakes(found: Mistaken, out: str | Path) -> Path:
    """Write the page, its pictures and mistakes.json into the folder ``out``, and return the path of the page."""
    from striate.reports.probe.page import write_page

    folder = Path(out)
    written = write_page(page_of_mistakes(found), folder, "mistakes")
    write_output(folder / "mistakes.json", dump_json({"generator": MARK, **found.to_json()}))
    return written


def _images(
    net: str, opened: Predictor, data: str | Path | None, on: On | None, data_dir: str | Path | None, skip_damaged: bool
) -> tuple[str, str, Split, tuple[str, ...], tuple[str, ...]]:
    """Return in words which images these are, the name of their data, the images, the classes, and notes."""
    subject = opened.subject
    if (Path(net) / "recipe.json").is_file() and data is None:
        from striate.training.feed.batches import split
        from striate.training.feed.images import images_of
        from striate.training.folder.run import open_run
        from striate.training.train import same_data

        run = open_run(net)
        # To look at mistakes on test images is to use them: only after the test, which is once.
        if on == "test" and run.test() is None:
            raise RunError(
                f'the run in "{printable(net)}" has not been tested, and its test images are looked at once: see striate test '
                f"{printable(net)}, or look at the validation images"
            )
        images = images_of(run.recipe, data_dir)
        same_data(run.folder, images)
        shown = images.test if on == "test" else split(images, run.recipe).val
        words = "test images" if on == "test" else "validation images"
        if shown is None:
            raise DataError(f"{images.name} has no test split; add a folder test/CLASS/ beside train/")
        return f"{words} of {images.name}", f"{images.name} ({words})", shown, images.classes, images.notes
    if on is not None:
        raise ProbeError("`on` chooses among the images of a run; leave it out beside `data`")
    looked = str(data or subject.inputs.data)
    _untouched(net, looked)
    if not looked:
        raise ProbeError(f'nothing says on which images "{printable(net)}" is to be judged; name them with `data`')
    images = images_for(subject, looked, data_dir, skip_damaged)
    kind, shown = next(
        (kind, part)
        for kind, part in (("test", images.test), ("validation", images.val), ("training", images.train))
        if part is not None
    )
    return f"{kind} images of {images.name}", images.name, shown, images.classes, images.notes


def _untouched(net: str, data: str) -> None:
    """Raise RunError where ``data`` are those of a run that has not been tested: its test images are looked at once."""
    if not (Path(net) / "recipe.json").is_file():
        return
    from striate.training.folder.run import open_run

    run = open_run(net)
    if run.recipe.data == data and run.test() is None:
        raise RunError(
            f'the run in "{printable(net)}" has not been tested, and the test images of its data are looked at once: see'
            f" striate test {printable(net)}, or leave `data` out for its validation images"
        )


def _matched(labels: NDArray[Any], classes: tuple[str, ...], known: tuple[str, ...], name: str) -> NDArray[np.int64]:
    """Return ``labels`` of ``classes`` as numbers of the net's classes; raises ProbeError where it does not know one."""
    if foreign := [each for each in classes if each not in known]:
        told = ", ".join(printable(each) for each in foreign[:5])
        raise ProbeError(
            f"the net does not know {len(foreign)} of the {len(classes)} classes of {name}: {told}; give data with its classes"
            f" ({', '.join(printable(each) for each in known[:10])})"
        )
    return np.array([known.index(each) for each in classes], dtype=np.int64)[np.asarray(labels)]


def _maps(
    opened: Predictor, shown: list[Picture], answers: list[int]
) -> tuple[list[NDArray[np.float64] | None], tuple[str, ...]]:
    """Return Grad-CAM of each picture for the net's answer, None where it is blank or cannot be had, and why not."""
    from striate.probes.heatmaps.gradcam import gradcam

    if not shown:
        return [], ()
    subject = opened.subject
    if not any(True for _ in subject.net.parameters()):
        return [None] * len(shown), ("no Grad-CAM: an ONNX file has no taps; give the run or the weights",)
    x = subject.tensor(subject.arranged(np.stack([each.pixels for each in shown])))
    try:
        record = gradcam(subject.net, x, target=answers)
    except (NetError, ProbeError) as error:
        return [None] * len(shown), (f"no Grad-CAM: {error}",)
    maps = record.heatmap.double().numpy()
    return [None if empty else map_ for map_, empty in zip(maps, record.blank, strict=True)], ()
