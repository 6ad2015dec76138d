"""`striate probe features|patches|maximize NET --data NAME`: what a channel answers to, over the images of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from striate.app.commands.look import AsJson, DataDir, Settings, SkipDamaged, settings_of
from striate.app.commands.probe.opened import Asked, Net, Npz, Out, Quick, TrainedOn, Weights, present
from striate.app.terminal.speech import tell
from striate.base.errors import ProbeError, printable

if TYPE_CHECKING:
    from striate.probes.channels.maximize import Parameters, Where

Data = Annotated[
    str | None,
    typer.Option(
        help="The images to look through: a name of `striate list data`, or an image folder.  [default: what the net was"
        " trained on]"
    ),
]
Images = Annotated[int, typer.Option(min=1, help="How many of its test images, from the first on.")]
Taps = Annotated[
    list[str] | None, typer.Option(help="The places in the net, as conv1 conv2.  [default: the last feature map]")
]
Tap = Annotated[str | None, typer.Option(help="The place in the net.  [default: the last feature map]")]
Channels = Annotated[
    list[str] | None,
    typer.Option("--channels", "--channel", help="Channels of every tap, as 3 8 26.  [default: 0 1 2]"),
]
EachChannels = Annotated[
    list[str] | None,
    typer.Option("--channels", help="Channels of every tap, as 3 8 26, or of each, as conv1:3,8,26.  [default: 0 1 2]"),
]


def opened_data(
    net: str,
    data: str | None,
    count: int,
    weights: Path | None,
    trained_on: str | None,
    settings: list[str] | None,
    data_dir: Path | None,
    skip_damaged: bool = False,
) -> Asked:
    """Return the net and the first ``count`` test images of ``data`` (validation or training ones where there are none).

    None is the data set that the net was trained on; raises ProbeError where that is none of the catalogue's.
    """
    from striate.app.inputs.opened_net import open_subject
    from striate.data import load
    from striate.data.photos.picture import Picture, all_fitted

    subject = open_subject(net, weights, trained_on=trained_on, options=settings_of(settings), data_dir=data_dir)
    if not (looked_through := data or subject.inputs.data):
        raise ProbeError(
            f'the data set that "{printable(subject.name)}" was trained on is not at hand; name the images to look through with'
            " --data, a name of `striate list data` or an image folder"
        )
    skipping = skip_damaged or subject.skip_damaged
    images = load(
        looked_through, data_dir=data_dir, skip_damaged=skipping, levels=subject.levels, resizing=subject.resizing
    )
    split = images.test or images.val or images.train
    found = [
        Picture(f"{images.name} {i}, {images.classes[label]}", pixels, f"{images.name}:{i}", int(label))
        for i, (pixels, label) in enumerate(zip(split.images[:count], split.labels[:count], strict=True))
    ]
    seen = subject.arranged(all_fitted(found, subject.inputs.image_shape, subject.resizing))
    shown = tuple(Picture(p.name, s, p.origin, p.label) for p, s in zip(found, seen, strict=True))
    return Asked(subject, shown, subject.tensor(seen), images.notes if skipping else ())


def features(
    net: Net,
    data: Data = None,
    taps: Taps = None,
    channels: EachChannels = None,
    images: Images = 100,
    top: Annotated[int, typer.Option(min=1, help="Images shown for each feature map and rule.")] = 2,
    weights: Weights = None,
    trained_on: TrainedOn = None,
    out: Out = None,
    npz: Npz = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    skip_damaged: SkipDamaged = False,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """Show which images, and which places in them, make single channels count."""
    from striate.app.terminal import show as terminal
    from striate.probes.channels.features import features as run
    from striate.probes.checks.sanity import checked_features

    wanted = channels_of(channels or [])
    if isinstance(wanted, dict) and not taps:
        taps = list(wanted)
    asked = opened_data(net, data, images, weights, trained_on, settings, data_dir, skip_damaged)
    record = run(asked.subject.net, asked.images, taps=taps or (), channels=wanted, top=top)
    if not quick:
        record = checked_features(record, asked.subject.net, asked.images)

    def summary() -> None:
        made = terminal.table("tap", "channel", "image of largest weight", "weight", right=("channel", "weight"))
        for row in record.facts.maps:
            best = row.rules["published"][0]
            made.add_row(row.tap, str(row.channel), asked.pictures[best.image].name, f"{best.value:.4g}")
        terminal.console().print(made)

    present(record, asked, out, as_json, npz, summary)


def patches(
    net: Net,
    data: Data = None,
    tap: Tap = None,
    channels: Channels = None,
    images: Images = 1000,
    top: Annotated[int, typer.Option(min=1, help="Patches for each channel.")] = 9,
    weights: Weights = None,
    trained_on: TrainedOn = None,
    out: Out = None,
    npz: Npz = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    skip_damaged: SkipDamaged = False,
    as_json: AsJson = False,
) -> None:
    """Show the patches of a data set that excite a channel most."""
    from striate.probes.channels.patches import patches as run

    asked = opened_data(net, data, images, weights, trained_on, settings, data_dir, skip_damaged)
    record = run(asked.subject.net, asked.images, tap=tap, channels=plain(channels or []), top=top)

    def summary() -> None:
        for channel, even in zip(record.facts.channels, record.facts.even, strict=True):
            if even:
                tell(
                    f"channel {channel} answers the same at every place of every image: no patch excites it more than another"
                )

    present(record, asked, out, as_json, npz, summary)


def maximize(
    net: Net,
    data: Data = None,
    tap: Tap = None,
    channels: Channels = None,
    images: Images = 1000,
    steps: Annotated[int, typer.Option(help="Steps of the climb.")] = 256,
    rate: Annotated[float, typer.Option(help="Length of a step.")] = 0.05,
    where: Annotated[str, typer.Option(help="What is climbed: the map's middle cell, or the whole map.")] = "cell",
    parameters: Annotated[str, typer.Option(help="fourier or pixel.")] = "fourier",
    smoothness: Annotated[float, typer.Option(help="Power of the frequency that coefficients are divided by.")] = 1.0,
    jitter: Annotated[int | None, typer.Option(help="Pixels of the random shift.  [default: a sixteenth]")] = None,
    top: Annotated[int, typer.Option(min=1, help="Patches for each channel.")] = 9,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the start and of the shifts.")] = 0,
    weights: Weights = None,
    trained_on: TrainedOn = None,
    out: Out = None,
    npz: Npz = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    skip_damaged: SkipDamaged = False,
    as_json: AsJson = False,
) -> None:
    """Make the image that excites a channel most, beside the patches of a data set that do."""
    from striate.app.terminal import show as terminal
    from striate.probes.channels.maximize import maximize as run

    asked = opened_data(net, data, images, weights, trained_on, settings, data_dir, skip_damaged).in_pixels()
    record = run(
        asked.subject.net,
        asked.images,
        tap=tap,
        channels=plain(channels or []),
        where=cast("Where", where),
        steps=steps,
        rate=rate,
        parameters=cast("Parameters", parameters),
        smoothness=smoothness,
        jitter=jitter,
        top=top,
        seed=seed,
    )

    def summary() -> None:
        made = terminal.table("channel", "made image", "best patch", right=("channel", "made image", "best patch"))
        best = record.facts.patches or [()] * len(record.facts.channels)
        for channel, largest, found in zip(record.facts.channels, record.facts.largest, best, strict=True):
            made.add_row(str(channel), f"{largest:.4g}", f"{found[0].value:.4g}" if found else "")
        terminal.console().print(made)
        for channel in record.facts.nowhere:
            tell(f"channel {channel}: the climb went nowhere; another --seed, or the --tap before it, may help")

    present(record, asked, out, as_json, npz, summary)


def channels_of(words: list[str]) -> dict[str, list[int]] | list[int] | None:
    """Return ``3 8 26`` as numbers and ``conv1:3,8 conv2:5`` as a mapping; None for nothing. Raises ProbeError for both."""
    named = [word for word in words if ":" in word]
    if not named:
        return plain(words) if words else None
    if len(named) < len(words):
        raise ProbeError("some --channels name a tap and some do not; write all as 3 8 26, or all as conv1:3,8,26")
    made: dict[str, list[int]] = {}
    for word in named:
        tap, _, numbers = word.rpartition(":")
        made.setdefault(tap, []).extend(plain(numbers.split(",")))
    return made


def plain(words: list[str]) -> list[int]:
    """Return channels as numbers, 0 1 2 for none; raises ProbeError for what is no number."""
    if wrong := [word for word in words if not (word.isascii() and word.isdecimal())]:
        raise ProbeError(f'"{printable(wrong[0])}" is no channel; channels are numbers counted from 0, as 3 8 26')
    return [int(word) for word in words] or [0, 1, 2]
