"""From Python: a net by its name, its figure, and the pages of runs and studies; what the commands do, as functions.

subject = open_net("resnet20", "resnet20.safetensors")       subject.net, subject.inputs, subject.tensor(images)
figure("resnet-v2", "net.svg", options={"n": 2})
page("runs/first", "first.html")
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from striate.app.actions.run_shown import seen
from striate.app.inputs.net_anatomy import net_anatomy
from striate.app.inputs.opened_net import Subject, open_subject
from striate.app.options.repeating import study_command
from striate.base.disk.outputs import write_output
from striate.base.errors import NetError, RunError, printable
from striate.reports.kit.svg import file_of
from striate.reports.net.figure import architecture_svg
from striate.reports.run.page import run_page
from striate.reports.study.page import study_page
from striate.reports.study.records import read_study
from striate.training.folder.run import Run


def open_net(
    name: str | Path | Run,
    weights: str | Path | None = None,
    *,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
) -> Subject:
    """Return a net with what it expects of an image: a run or its folder; or a name, with ``weights`` from a file.

    ``net`` of what is returned is in evaluation mode, and takes what ``tensor(images)`` makes of uint8 images (N, H, W, C);
    ``inputs`` holds image_shape (H, W, C), mean, std and classes. ``trained_on`` names the data set whose size, statistics and
    classes count, where neither the name nor the file says it. Raises NetError or RunError where it cannot be had.
    """
    return open_subject(
        str(name.folder if isinstance(name, Run) else name),
        None if weights is None else Path(weights),
        trained_on=trained_on,
        options=options,
        data_dir=None if data_dir is None else Path(data_dir),
    )


def figure(
    net: str | Path | Run,
    out: str | Path | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    image_shape: tuple[int, int, int] | None = None,
    classes: int | None = None,
) -> str:
    """Return the figure of a net's architecture as one SVG element, and write it to ``out`` where that is given.

    ``net`` is a name with its ``options``, or a run or its folder. ``image_shape`` is (H, W, C); without it and
    ``classes``, they are what published weights expect, else (32, 32, 3) and 10.
    """
    given = cast("object", net)  # of those who do without types
    if not isinstance(given, (str, Path, Run)):
        raise NetError(f"net is a {type(given).__name__}, and must be a name, or a run or its folder")
    shape = None if image_shape is None else "x".join(map(str, (image_shape[2], *image_shape[:2])))
    text = str(net.folder if isinstance(net, Run) else net)
    svg = architecture_svg(net_anatomy(text, options or {}, shape, classes))
    if out is not None:
        write_output(Path(out), file_of(svg))
    return svg


def page(folder: str | Path | Run, out: str | Path, *, data_dir: str | Path | None = None) -> Path:
    """Write the page of a run or a study, one file that needs no other, to ``out``, and return its path.

    Of a run it has curves, the procedure in words and the confusion matrix of its validation images; of a study the verdicts.
    Raises RunError where ``folder`` is neither, StorageError where the file cannot be written.
    """
    place, path = Path(folder.folder if isinstance(folder, Run) else folder), Path(out)
    if (place / "study.json").is_file():
        write_output(path, study_page(read_study(place), place.name, study_command))
    elif (place / "recipe.json").is_file():
        shown = seen(place, data_dir=None if data_dir is None else Path(data_dir))
        write_output(path, run_page(shown.run, shown.anatomy, shown.confusion, shown.unclassified))
    else:
        raise RunError(
            f'"{printable(str(place))}" holds neither a run nor a study (no recipe.json, no study.json); name a folder that'
            " striate train or striate study wrote"
        )
    return path
