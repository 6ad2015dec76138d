"""`striate probe NAME NET IMAGE...`: look inside a net; pictures, one page, and the numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from striate.app.commands.look import AsJson, DataDir, Settings, SkipDamaged, settings_of
from striate.app.commands.probe.opened import (
    Asked,
    Class,
    Net,
    Npz,
    Out,
    Quick,
    Seen,
    TrainedOn,
    Weights,
    opened,
    present,
)
from striate.app.run_opening import opens_run
from striate.app.terminal.speech import say

probes = typer.Typer(help="Look inside a net: what it sees in an image, and where.", no_args_is_help=True)

CHECKED = 10
"""How many times a map is made where it is checked: once, and for the cascade before it and at each of 8 stages at most."""


@probes.command("saliency")
@opens_run
def saliency(
    net: Net,
    image: Seen,
    method: Annotated[str, typer.Option(help="gradient, signed, times-input, smoothgrad or integrated.")] = "gradient",
    target: Class = None,
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
    """Show which pixels the score depends on."""
    _look("saliency", net, image, locals(), target, method=method)


@probes.command("gradcam")
@opens_run
def gradcam(
    net: Net,
    image: Seen,
    tap: Annotated[str | None, typer.Option(help="The feature map to look at.  [default: the last one]")] = None,
    target: Class = None,
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
    """Show which places of a feature map speak for the class."""
    _look("gradcam", net, image, locals(), target, tap=tap)


@probes.command("occlusion")
@opens_run
def occlusion(
    net: Net,
    image: Seen,
    window: Annotated[int | None, typer.Option(help="Pixels of a patch's edge.  [default: an eighth]")] = None,
    stride: Annotated[int | None, typer.Option(help="Pixels from patch to patch.  [default: half the window]")] = None,
    target: Class = None,
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
    """Show what the score loses when a place is covered."""
    from striate.app.terminal import show as terminal
    from striate.app.terminal.progress import watching_passes

    # A single picture is never checked; several words, a folder, or a range are.
    several = len(image) > 1 or Path(image[0]).is_dir() or re.search(r":\d+-\d+$", image[0])
    rounds = CHECKED if several and not quick else 1
    with watching_passes(
        terminal.console(stderr=True), "occlusion", rounds, "for the checks (--quick leaves them out)"
    ) as watch:
        _look("occlusion", net, image, locals(), target, window=window, stride=stride, progress=watch)


@probes.command("filters")
@opens_run
def filters(
    net: Net,
    tap: Annotated[str | None, typer.Option(help="The convolution.  [default: the first one]")] = None,
    weights: Weights = None,
    trained_on: TrainedOn = None,
    out: Out = None,
    npz: Npz = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the filters of the first convolution as pictures."""
    import torch

    from striate.app.inputs.opened_net import open_subject
    from striate.probes.catalog import entry

    subject = open_subject(
        net, weights, trained_on=trained_on, options=settings_of(settings), data_dir=data_dir, warn=say
    )
    record = entry("filters").run(subject.net, tap=tap)
    present(record, Asked(subject, (), torch.empty(0)), out, as_json, npz)


def _look(name: str, net: str, image: list[str], given: dict[str, Any], target: str | None, **options: Any) -> None:
    """Run the heatmap probe ``name`` on what the command line gave, check the map unless --quick, and present the record."""
    from functools import partial

    from striate.probes.catalog import entry
    from striate.probes.checks.sanity import checked

    names = ("weights", "trained_on", "settings", "data_dir", "skip_damaged")
    asked = opened(net, image, *(given[name] for name in names))
    run = entry(name).run
    wanted = None if target is None else asked.subject.class_number(target)
    record = run(asked.subject.net, asked.images, target=wanted, **options)
    if not given["quick"]:
        record = checked(record, asked.subject.net, asked.images, partial(run, **options))
    present(record, asked, given["out"], given["as_json"], given["npz"])
