"""`striate probe filters|features|patches|maximize NET`: what a channel answers to, over the images of a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.commands.probe.present import present
from striate.app.options.probing import ChannelsOfTaps, Excited, Images, Looking, Net, Seed, Through, Unchecked
from striate.app.terminal.speech import tell_words
from striate.probes.choices import Parameters, Where

if TYPE_CHECKING:
    from striate.app.actions.looking import Look
    from striate.probes.facts import FeatureFacts, MaximizeFacts, PatchFacts


def filters(
    net: Net,
    *,
    tap: Annotated[str | None, typer.Option(help="The convolution.  [default: the first one]")] = None,
    looking: Looking,
) -> None:
    """Show the filters of the first convolution as pictures."""
    from striate.app.actions import looking as actions

    present(actions.filters(looking.opening.open(net), tap=tap), looking.output)


def features(
    net: Net,
    *,
    taps: Annotated[
        list[str] | None, typer.Option(help="The places in the net, as conv1 conv2.  [default: the last feature map]")
    ] = None,
    channels: ChannelsOfTaps = None,
    images: Images = 100,
    top: Annotated[int, typer.Option(min=1, help="Images shown for each feature map and rule.")] = 2,
    quick: Unchecked = False,
    through: Through,
    looking: Looking,
) -> None:
    """Show which images, and which places in them, make channels count."""
    from striate.app.actions import looking as actions

    look = actions.features(
        looking.opening.open(net),
        through.data,
        taps=taps or (),
        channels=channels or (),
        images=images,
        top=top,
        quick=quick,
        data_dir=looking.data_dir,
        skip_damaged=through.skip_damaged,
    )
    present(look, looking.output, _features)


def patches(
    net: Net,
    *,
    excited: Excited,
    through: Through,
    looking: Looking,
) -> None:
    """Show the patches of a data set that excite a channel most."""
    from striate.app.actions import looking as actions

    look = actions.patches(
        looking.opening.open(net),
        through.data,
        tap=excited.tap,
        channels=excited.channels or (),
        images=excited.images,
        top=excited.top,
        data_dir=looking.data_dir,
        skip_damaged=through.skip_damaged,
    )
    present(look, looking.output, _patches)


def maximize(
    net: Net,
    *,
    excited: Excited,
    steps: Annotated[int, typer.Option(help="Steps of the climb.")] = 256,
    rate: Annotated[float, typer.Option(help="Length of a step.")] = 0.05,
    where: Annotated[Where, typer.Option(help="What is climbed: the map's middle cell, or the whole map.")] = "cell",
    parameters: Annotated[Parameters, typer.Option(help="The numbers that are changed.")] = "fourier",
    smoothness: Annotated[float, typer.Option(help="Power of the frequency that coefficients are divided by.")] = 1.0,
    jitter: Annotated[int | None, typer.Option(help="Pixels of the random shift.  [default: a sixteenth]")] = None,
    seed: Seed = 0,
    through: Through,
    looking: Looking,
) -> None:
    """Make the image that excites a channel most, beside the patches of a data set that do."""
    from striate.app.actions import looking as actions

    look = actions.maximize(
        looking.opening.open(net),
        through.data,
        tap=excited.tap,
        channels=excited.channels or (),
        images=excited.images,
        data_dir=looking.data_dir,
        skip_damaged=through.skip_damaged,
        where=where,
        steps=steps,
        rate=rate,
        parameters=parameters,
        smoothness=smoothness,
        jitter=jitter,
        top=excited.top,
        seed=seed,
    )
    present(look, looking.output, _maximize)


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
