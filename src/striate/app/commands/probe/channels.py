"""`striate probe filters|features|patches|maximize NET`: what a channel answers to, over the images of a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.commands.probe.present import present
from striate.app.options.own_code import OwnCode
from striate.app.options.probing import Channels, Net, Output, Seed, Tap, Through, Unchecked
from striate.app.options.shared import Source
from striate.app.terminal.speech import tell_words
from striate.probes.choices import Parameters, Where

if TYPE_CHECKING:
    from striate.app.actions.looking import Look
    from striate.probes.facts import FeatureFacts, MaximizeFacts, PatchFacts

Images = Annotated[int, typer.Option(min=1, help="How many of its test images, from the first on.")]
Patches = Annotated[int, typer.Option(min=1, help="Patches for each channel.")]


def filters(
    net: Net,
    *,
    tap: Annotated[str | None, typer.Option(help="The convolution.  [default: the first one]")] = None,
    source: Source,
    own: OwnCode,
    output: Output,
) -> None:
    """Show the filters of the first convolution as pictures."""
    from striate.app.actions import looking

    own.let_in(net)
    present(looking.filters(source.open(net), tap=tap), output)


def features(
    net: Net,
    *,
    taps: Annotated[
        list[str] | None, typer.Option(help="The places in the net, as conv1 conv2.  [default: the last feature map]")
    ] = None,
    channels: Channels = None,
    images: Images = 100,
    top: Annotated[int, typer.Option(min=1, help="Images shown for each feature map and rule.")] = 2,
    quick: Unchecked = False,
    through: Through,
    source: Source,
    own: OwnCode,
    output: Output,
) -> None:
    """Show which images, and which places in them, make channels count."""
    from striate.app.actions import looking

    own.let_in(net)
    look = looking.features(
        source.open(net),
        through.data,
        taps=taps or (),
        channels=channels or (),
        images=images,
        top=top,
        quick=quick,
        data_dir=source.data_dir,
        skip_damaged=through.skip_damaged,
    )
    present(look, output, _features)


def patches(
    net: Net,
    *,
    tap: Tap = None,
    channels: Channels = None,
    images: Images = 1000,
    top: Patches = 9,
    through: Through,
    source: Source,
    own: OwnCode,
    output: Output,
) -> None:
    """Show the patches of a data set that excite a channel most."""
    from striate.app.actions import looking

    own.let_in(net)
    look = looking.patches(
        source.open(net),
        through.data,
        tap=tap,
        channels=channels or (),
        images=images,
        top=top,
        data_dir=source.data_dir,
        skip_damaged=through.skip_damaged,
    )
    present(look, output, _patches)


def maximize(
    net: Net,
    *,
    tap: Tap = None,
    channels: Channels = None,
    images: Images = 1000,
    steps: Annotated[int, typer.Option(help="Steps of the climb.")] = 256,
    rate: Annotated[float, typer.Option(help="Length of a step.")] = 0.05,
    where: Annotated[Where, typer.Option(help="What is climbed: the map's middle cell, or the whole map.")] = "cell",
    parameters: Annotated[Parameters, typer.Option(help="The numbers that are changed.")] = "fourier",
    smoothness: Annotated[float, typer.Option(help="Power of the frequency that coefficients are divided by.")] = 1.0,
    jitter: Annotated[int | None, typer.Option(help="Pixels of the random shift.  [default: a sixteenth]")] = None,
    top: Patches = 9,
    seed: Seed = 0,
    through: Through,
    source: Source,
    own: OwnCode,
    output: Output,
) -> None:
    """Make the image that excites a channel most, beside the patches of a data set that do."""
    from striate.app.actions import looking

    own.let_in(net)
    look = looking.maximize(
        source.open(net),
        through.data,
        tap=tap,
        channels=channels or (),
        images=images,
        data_dir=source.data_dir,
        skip_damaged=through.skip_damaged,
        where=where,
        steps=steps,
        rate=rate,
        parameters=parameters,
        smoothness=smoothness,
        jitter=jitter,
        top=top,
        seed=seed,
    )
    present(look, output, _maximize)


def _features(look: Look[FeatureFacts]) -> None:
    from striate.app.terminal import show as terminal

    lines = terminal.table("tap", "channel", "image of largest weight", "weight", right=("channel", "weight"))
    for row in look.record.facts.maps:
        best = row.rules["published"][0]
        picture = look.views.pictures[best.image]
        lines.add_row(row.tap, str(row.channel), picture.name, f"{best.value:.4g}")
    terminal.console().print(lines)


def _patches(look: Look[PatchFacts]) -> None:
    facts = look.record.facts
    for channel, even in zip(facts.channels, facts.even, strict=True):
        if even:
            tell_words(
                f"channel {channel} answers the same at every place of every image: no patch excites it more than another"
            )


def _maximize(look: Look[MaximizeFacts]) -> None:
    from striate.app.terminal import show as terminal

    facts = look.record.facts
    lines = terminal.table("channel", "made image", "best patch", right=("channel", "made image", "best patch"))
    best = facts.patches or [()] * len(facts.channels)
    for channel, largest, found in zip(facts.channels, facts.largest, best, strict=True):
        lines.add_row(str(channel), f"{largest:.4g}", f"{found[0].value:.4g}" if found else "")
    terminal.console().print(lines)
    for channel in facts.nowhere:
        tell_words(f"channel {channel}: the climb went nowhere; another --seed, or the --tap before it, may help")
