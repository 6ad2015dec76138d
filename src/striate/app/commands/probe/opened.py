"""What every probe is given and how it answers: net and pictures opened, the options they share, pictures and page written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.commands.look import settings_of
from striate.app.terminal.speech import say, tell
from striate.base.errors import printable, shown

if TYPE_CHECKING:
    from torch import Tensor

    from striate.app.inputs.opened_net import Subject
    from striate.data.photos.picture import Picture
    from striate.probes.facts import Facts
    from striate.probes.record import Record

Net = Annotated[
    str, typer.Argument(metavar="NET", help="A run folder, a net's name with --weights, timm:NAME or module:callable.")
]
Seen = Annotated[
    list[str],
    typer.Argument(
        metavar="IMAGE...",
        help="Image files, folders, cifar10:7, cifar10:0-7 or my_photos:7 (test images), or https addresses.",
    ),
]
Weights = Annotated[
    Path | None, typer.Option(help="The net's weights: .safetensors, .pt or .pth; FILE#PART of several.")
]
TrainedOn = Annotated[
    str | None, typer.Option(help="The data set that the weights were trained on, where nothing else says it.")
]


def _free_page(value: Path | None) -> Path | None:
    """Refuse at once, before anything is computed, a folder that may not take the page."""
    if value is not None:
        from striate.reports.probe.page import claim_page

        claim_page(value)
    return value


def _free_arrays(value: Path | None) -> Path | None:
    if value is not None:
        from striate.base.disk.outputs import claim_folder

        claim_folder(value.parent, value.name)
    return value


Out = Annotated[
    Path | None,
    typer.Option(help="Folder of the pictures and the page.  [default: runs/probe-NAME-NET]", callback=_free_page),
]
Npz = Annotated[Path | None, typer.Option(help="Write the arrays to this file.", callback=_free_arrays)]
Class = Annotated[
    str | None,
    typer.Option("--class", help="The class to explain, by number or name.  [default: the predicted one]"),
]
Quick = Annotated[bool, typer.Option("--quick", help="Leave out the checks whether the map means anything.")]


@dataclass(frozen=True, eq=False)
class Asked:
    """What the command line gave, opened: the net, the pictures as it receives them, and the same as a tensor (N, C, H, W).

    ``notes`` are what the page should say about the pictures.
    """

    subject: Subject
    pictures: tuple[Picture, ...]
    images: Tensor
    notes: tuple[str, ...] = ()

    def in_pixels(self) -> Asked:
        """Return the same with images in [0, 1], which the net normalizes by itself from now on."""
        import numpy as np
        import torch

        pixels = torch.from_numpy(np.stack([p.pixels for p in self.pictures])).permute(0, 3, 1, 2).float() / 255
        return Asked(self.subject.takes_pixels(), self.pictures, pixels, self.notes)


def opened(
    net: str,
    words: Sequence[str],
    weights: Path | None,
    trained_on: str | None,
    settings: list[str] | None,
    data_dir: Path | None,
    skip_damaged: bool = False,
) -> Asked:
    """Return net and pictures; raises StriateError where one of them cannot be had."""
    from striate.app.inputs.opened_net import open_subject
    from striate.data.photos.picture import Picture, all_fitted

    subject = open_subject(
        net, weights, trained_on=trained_on, options=settings_of(settings), data_dir=data_dir, warn=say
    )
    notes: list[str] = []
    found = looked_at(subject, words, data_dir, skip_damaged, notes)
    seen = subject.arranged(all_fitted(found, subject.inputs.image_shape, subject.resizing))
    received = tuple(Picture(p.name, s, p.origin, p.label) for p, s in zip(found, seen, strict=True))
    return Asked(subject, received, subject.tensor(seen), tuple(notes))


def looked_at(
    subject: Subject, words: Sequence[str], data_dir: Path | None, skip_damaged: bool, notes: list[str]
) -> list[Picture]:
    """Return the pictures that ``words`` name, read like those ``subject`` was trained on; ``notes`` gets what a page says."""
    from striate.app.inputs.images import pictures

    skipping = skip_damaged or subject.skip_damaged
    return pictures(words, data_dir, levels=subject.levels, skip_damaged=skipping, tell=notes.append)


def present(
    record: Record[Facts],
    asked: Asked,
    out: Path | None,
    as_json: bool,
    npz: Path | None,
    summary: Callable[[], None] | None = None,
) -> None:
    """Write the pictures and the page of ``record``, and print the summary, or the numbers with ``as_json``.

    ``summary`` prints what it has to say instead of the table of explained scores.
    """
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json, make_folder
    from striate.reports.probe.page import file_name, older_page, page_of, write_page

    classes, name = asked.subject.inputs.classes, asked.subject.name
    if asked.subject.untrained:
        record = replace(record, untrained=True)
        say(f"{printable(name)} is untrained: no weights were given, and its own were drawn at random")
    folder = out or Path("runs") / f"probe-{record.probe}-{file_name(name)}"
    before = older_page(folder)
    page = page_of(record, asked.pictures, classes, name)
    for note in asked.notes:
        say(f"note: {note}")
    written = write_page(replace(page, notes=(*page.notes, *asked.notes)), folder, record.probe)
    if before not in ("", record.probe):
        say(f"the page of the probe {before} in {folder} was replaced; give each its own --out to keep both")
    if npz is not None:
        make_folder(npz.parent)
        record.write_npz(npz)
        say(f"wrote {npz}")
    if as_json:
        seen = [{"image": p.name, "origin": p.origin, "label": p.label} for p in asked.pictures]
        tell(dump_json({**record.to_json(classes), "net": name, "images": seen, "page": str(written)}), nl=False)
        return
    if summary is not None:
        summary()
    elif record.scores:
        made = terminal.table("image", "explains", "score", "probability", "predicted", right=("score", "probability"))
        from striate.probes.record import answer, label

        for picture, score in zip(asked.pictures, record.scores, strict=True):
            own, best = label(score.target, classes), answer(score, classes)
            made.add_row(picture.name, own, f"{score.score:.3f}", f"{score.probability:.3f}", best)
        terminal.console().print(made)
    for picture, empty in zip(asked.pictures, record.blank, strict=False):
        if empty:
            tell(f"the map of {printable(picture.name)} is blank: it says nothing about where")
    if record.checks:
        terminal.show_checks(terminal.console(), record.checks)
    tell(shown(f"page: {written}", lines=False))
