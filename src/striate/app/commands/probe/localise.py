"""`striate probe localise NET IMAGE...`: where in pictures of any size a class is; or in scenes made for the purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.commands.probe.present import present
from striate.app.options.probing import Explained, Looking, Net, Seed, Tap
from striate.app.terminal.speech import tell_words
from striate.base.errors import ProbeError
from striate.probes.choices import Background

if TYPE_CHECKING:
    from striate.app.actions.looking import Look
    from striate.probes.facts import LocaliseFacts


def localise(
    net: Net,
    *,
    image: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE...", help="Image files, folders, cifar10:7, my_photos:7 or addresses, at their own size."
        ),
    ] = None,
    explained: Explained,
    scale: Annotated[list[float] | None, typer.Option(help="How many times each picture is enlarged, as 1 2.")] = None,
    threshold: Annotated[
        float, typer.Option(help="The box holds what is above this share of the largest response.")
    ] = 0.2,
    tap: Tap = None,
    scenes: Annotated[
        int | None,
        typer.Option(min=1, help="Instead of pictures, make so many scenes of --data, whose boxes are known."),
    ] = None,
    data: Annotated[str | None, typer.Option(help="The data set whose test images the scenes are made of.")] = None,
    objects: Annotated[int, typer.Option(help="Objects in each scene.")] = 3,
    side: Annotated[int, typer.Option(help="How many times wider than an object a scene is.")] = 4,
    background: Annotated[Background, typer.Option(help="What lies around the objects of a scene.")] = "mean",
    seed: Seed = 0,
    looking: Looking,
) -> None:
    """Show where in a picture a class is, by reading the head at every place of the last feature map."""
    from striate.app.actions import localising

    if bool(image) == (scenes is not None):
        raise ProbeError("give either pictures to look at, or `scenes` and their `data`")
    look = localising.localise(
        looking.opening.open(net),
        image or () if scenes is None else localising.Scenes(scenes, data, objects, side, background, seed),
        target=explained.target,
        scale=scale or (1.0,),
        threshold=threshold,
        tap=tap,
        quick=explained.quick,
        data_dir=looking.data_dir,
        skip_damaged=explained.skip_damaged,
    )
    present(look, looking.output, _places if scenes is None else _scenes)


def _places(look: Look[LocaliseFacts]) -> None:
    """Print where each picture's class responds most, and what is there."""
    from striate.app.terminal import show as terminal
    from striate.probes.record import answer, label

    classes, record = look.subject.inputs.classes, look.record
    lines = terminal.table(
        "image", "explains", "response", "whole picture", "strongest place", "there", right=("response", "there")
    )
    for picture, score, strong in zip(look.views.pictures, record.scores, record.facts.strongest, strict=True):
        own, most = (label(k, classes) for k in (score.target, strong.target))
        lines.add_row(picture.name, own, f"{score.score:.3f}", answer(score, classes), most, f"{strong.response:.3f}")
    terminal.console().print(lines)


def _scenes(look: Look[LocaliseFacts]) -> None:
    """Print how well the objects of all scenes were found."""
    from striate.reports.kit.numerals import between, fixed

    told = look.record.facts.scenes
    if told is None:
        return
    pointing, overlap = told.pointing, told.overlap
    lines = (
        f"{told.scenes} scenes of {told.objects} objects",
        f"pointing game {between(pointing.share, pointing.low, pointing.high)}, anywhere {told.chance:.3f}",
        f"overlap {fixed(overlap.mean, 3)}, at least 0.5 in {fixed(told.overlap_half.share, 3)}",
        *([f"left out: {told.blank} objects, of whose class the response is blank"] if told.blank else []),
    )
    tell_words("\n".join(lines))
