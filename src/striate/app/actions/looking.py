"""Look inside a net: one function for each kind of probe, from a net and words that name pictures to what was found.

look = probed("gradcam", open_net("runs/first"), ["digits:0-7"])
look.record.heatmap                 # (N, H, W)
write_look(look, "maps")            # the page and its pictures
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack

from striate.app.inputs.opened_net import Subject, open_subject
from striate.app.inputs.views import Views, opened_data, opened_pictures
from striate.base.catalog import unknown
from striate.base.disk.files import make_folder
from striate.base.errors import ProbeError, printable
from striate.probes.catalog import entry
from striate.probes.channels.features import features as find_features
from striate.probes.channels.filters import filters as find_filters
from striate.probes.channels.maximize import maximize as climb
from striate.probes.channels.patches import patches as find_patches
from striate.probes.checks.sanity import checked, checked_features
from striate.probes.choices import FoolOptions, MaximizeOptions
from striate.probes.facts import Facts, FeatureFacts, FilterFacts, MaximizeFacts, PatchFacts
from striate.probes.fooling.facts import FoolFacts
from striate.probes.fooling.fool import fool as change
from striate.probes.record import Record
from striate.reports.probe.page import file_name, older_page, page_of, write_page

if TYPE_CHECKING:
    from torch import nn

    from striate.data.photos.picture import Picture

Some = TypeVar("Some", bound=Facts, covariant=True)


@dataclass(frozen=True, eq=False)
class Look(Generic[Some]):
    """What a probe found, with the net and the pictures that it was shown."""

    record: Record[Some]
    views: Views

    @property
    def subject(self) -> Subject:
        """The net."""
        return self.views.subject

    def to_json(self) -> dict[str, Any]:
        """Return the numbers, and what was shown, as JSON-able values."""
        seen = [{"image": p.name, "origin": p.origin, "label": p.label} for p in self.views.pictures]
        return {**self.record.to_json(self.subject.inputs.classes), "net": self.subject.name, "images": seen}


@dataclass(frozen=True)
class WrittenLook:
    """The page of a look; ``replaced`` is the probe whose page lay there before, where it was another one."""

    page: Path
    replaced: str


def probed(
    name: str,
    subject: Subject,
    images: Sequence[str | Picture],
    *,
    target: str | None = None,
    quick: bool = False,
    data_dir: Path | None = None,
    skip_damaged: bool = False,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Look[Facts]:
    """Return what the probe ``name`` finds in the pictures that ``images`` name.

    ``target`` is a class by number or name, None the predicted one. Heatmaps are checked unless ``quick``. ``options`` are
    those of the probe's function. Raises StriateError where something cannot be had.
    """
    made_by = entry(name)
    wanted = {**options} if target is None else {**options, "target": subject.class_number(target)}
    known = [each.name for each in signature(made_by.run).parameters.values() if each.kind is each.KEYWORD_ONLY]
    for option in wanted:
        if option not in known:
            raise ProbeError(unknown(f"probe {name}: option", option, known))
    views = opened_pictures(subject, images, data_dir, skip_damaged)
    record = made_by.run(subject.net, *([views.images] if made_by.images else []), **wanted)
    if record.kind == "heatmap" and not quick:
        own = {option: value for option, value in options.items() if option != "target"}
        record = checked(record, subject.net, views.images, partial(made_by.run, **own))
    return told(record, views)


def filters(subject: Subject, *, tap: str | None = None) -> Look[FilterFacts]:
    """Return the filters of the convolution ``tap``, None the first one."""
    import torch

    return told(find_filters(subject.net, tap=tap), Views(subject, (), torch.empty(0)))


def features(
    subject: Subject,
    data: str | None = None,
    *,
    taps: Sequence[str] = (),
    channels: Sequence[str] = (),
    images: int = 100,
    top: int = 2,
    quick: bool = False,
    data_dir: Path | None = None,
    skip_damaged: bool = False,
) -> Look[FeatureFacts]:
    """Return which of the first ``images`` test images of ``data``, and which places in them, make channels count.

    ``channels`` are numbers of every tap, or of each as ``conv1:3,8``. See `opened_data` for ``data``.
    """
    wanted = channels_of(channels)
    if isinstance(wanted, dict) and not taps:
        taps = list(wanted)
    views = opened_data(subject, data, images, data_dir, skip_damaged)
    record = find_features(subject.net, views.images, taps=taps, channels=wanted, top=top)
    return told(record if quick else checked_features(record, subject.net, views.images), views)


def patches(
    subject: Subject,
    data: str | None = None,
    *,
    tap: str | None = None,
    channels: Sequence[str] = (),
    images: int = 1000,
    top: int = 9,
    data_dir: Path | None = None,
    skip_damaged: bool = False,
) -> Look[PatchFacts]:
    """Return the ``top`` patches of the first ``images`` test images of ``data`` that excite each of ``channels`` most."""
    views = opened_data(subject, data, images, data_dir, skip_damaged)
    return told(find_patches(subject.net, views.images, tap=tap, channels=plain(channels) or None, top=top), views)


def maximize(
    subject: Subject,
    data: str | None = None,
    *,
    tap: str | None = None,
    channels: Sequence[str] = (),
    images: int = 1000,
    data_dir: Path | None = None,
    skip_damaged: bool = False,
    **options: Unpack[MaximizeOptions],
) -> Look[MaximizeFacts]:
    """Return the image that excites each of ``channels`` most; ``options`` are those of `striate.probe.maximize`."""
    views = opened_data(subject, data, images, data_dir, skip_damaged).in_pixels()
    return told(climb(subject.net, views.images, tap=tap, channels=plain(channels) or None, **options), views)


def fool(
    subject: Subject,
    images: Sequence[str | Picture],
    *,
    targets: Sequence[str] = (),
    also: Sequence[str] = (),
    trained_on: str | None = None,
    data_dir: Path | None = None,
    skip_damaged: bool = False,
    **options: Unpack[FoolOptions],
) -> Look[FoolFacts]:
    """Return the pictures changed until the net takes each for each of ``targets``: classes by number or name, none for all.

    ``also`` are other nets, as NET or NET=WEIGHTS, that are shown the same pictures; ``trained_on`` counts for them where
    nothing else says it. ``options`` are those of `striate.probe.fool`.
    """
    views = opened_pictures(subject, images, data_dir, skip_damaged).in_pixels()
    others = {word.partition("=")[0]: _other(word, subject, trained_on, data_dir) for word in also}
    named = list(targets)
    wanted = "all" if named in ([], ["all"]) else [subject.class_number(word) for word in named]
    return told(change(subject.net, views.images, target=wanted, also=others, **options), views)


def write_look(look: Look[Facts], out: str | Path | None = None, npz: str | Path | None = None) -> WrittenLook:
    """Write the page and its pictures into the folder ``out`` (runs/probe-NAME-NET), and the arrays to ``npz`` where given."""
    record, subject = look.record, look.subject
    folder = Path("runs") / f"probe-{record.probe}-{file_name(subject.name)}" if out is None else Path(out)
    before = older_page(folder)
    page = page_of(record, look.views.pictures, subject.inputs.classes, subject.name)
    written = write_page(replace(page, notes=(*page.notes, *look.views.notes)), folder, record.probe)
    if npz is not None:
        make_folder(Path(npz).parent)
        record.write_npz(Path(npz))
    return WrittenLook(written, before if before != record.probe else "")


def told(record: Record[Some], views: Views) -> Look[Some]:
    """Return the look; that the net is untrained is said in its record."""
    if views.subject.untrained:
        record = replace(record, untrained=True)
    return Look(record, views)


def channels_of(words: Sequence[str]) -> dict[str, list[int]] | list[int] | None:
    """Return ``3 8 26`` as numbers and ``conv1:3,8 conv2:5`` as a mapping; None for nothing. Raises ProbeError for both."""
    named = [word for word in words if ":" in word]
    if not named:
        return plain(words) or None
    if len(named) < len(words):
        raise ProbeError("some `channels` name a tap and some do not; write all as 3 8 26, or all as conv1:3,8,26")
    numbers: dict[str, list[int]] = {}
    for word in named:
        tap, _, several = word.rpartition(":")
        numbers.setdefault(tap, []).extend(plain(several.split(",")))
    return numbers


def plain(words: Sequence[str]) -> list[int]:
    """Return channels as numbers; raises ProbeError for what is not a number."""
    if wrong := [word for word in words if not (word.isascii() and word.isdecimal())]:
        raise ProbeError(f'"{printable(wrong[0])}" is not a channel; channels are numbers counted from 0, as 3 8 26')
    return [int(word) for word in words]


def _other(word: str, first: Subject, trained_on: str | None, data_dir: Path | None) -> nn.Module:
    """Return another net, which takes pixels; raises ProbeError unless it takes images of the same size in the same order."""
    from striate.nets.catalog import entry

    name, _, file = word.partition("=")
    # What the first net was trained on counts for another one only where nothing else says it.
    known = (Path(name) / "recipe.json").is_file() or entry(name).inputs is not None
    subject = open_subject(
        name, Path(file) if file else None, trained_on=None if known else trained_on, data_dir=data_dir
    )
    own, theirs = subject.inputs.image_shape, first.inputs.image_shape
    if own != theirs or subject.inputs.permuted != first.inputs.permuted:
        raise ProbeError(
            f'"{printable(name)}" takes images {own} (H, W, C), permuted: {subject.inputs.permuted}, and the first net'
            f" {theirs}, permuted: {first.inputs.permuted}; transfer needs nets that take the same images"
        )
    return subject.takes_pixels().net
