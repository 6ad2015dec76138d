"""`striate probe fool NET IMAGE... --target C... [--also NET...]`: change images until the net sees something else."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from striate.app.commands.look import AsJson, DataDir, Settings, SkipDamaged
from striate.app.commands.probe.opened import Asked, Net, Npz, Out, Seen, TrainedOn, Weights, opened, present
from striate.app.terminal.speech import say, tell
from striate.base.errors import ProbeError, printable

if TYPE_CHECKING:
    from torch import nn

    from striate.app.inputs.opened_net import Subject
    from striate.probes.fooling.fool import Norm, Objective


def fool(
    net: Net,
    image: Seen,
    target: Annotated[
        list[str] | None, typer.Option(help="Classes to be taken for, by number or name, or all.  [default: all]")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(metavar="NET[=WEIGHTS]", help="Other nets: are they fooled by the same images?"),
    ] = None,
    confidence: Annotated[float, typer.Option(help="Probability of the target at which an image has arrived.")] = 0.0,
    steps: Annotated[
        int | None, typer.Option(help="Steps at most.  [default: as many as the progress asks for, 2000 at most]")
    ] = None,
    step: Annotated[float | None, typer.Option(help="L2 length of a step, pixels being 0 to 1.")] = None,
    budget: Annotated[float | None, typer.Option(help="Largest size of the whole change, in --norm.")] = None,
    norm: Annotated[str, typer.Option(help="l2 or linf.")] = "l2",
    objective: Annotated[str, typer.Option(help="What is climbed: score or probability.")] = "score",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random changes that transfer is compared with.")] = 0,
    weights: Weights = None,
    trained_on: TrainedOn = None,
    out: Out = None,
    npz: Npz = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    skip_damaged: SkipDamaged = False,
    as_json: AsJson = False,
) -> None:
    """Change images as little as it takes until the net sees another class in them."""
    from striate.app.terminal import show as terminal
    from striate.probes.fooling.fool import fool as run
    from striate.reports.probe.fool import undefined_pairs

    asked = opened(net, image, weights, trained_on, settings, data_dir, skip_damaged).in_pixels()
    others = {word: _other(word, asked, trained_on, data_dir) for word in also or []}
    record = run(
        asked.subject.net,
        asked.images,
        target=_targets(target or [], asked.subject),
        confidence=confidence,
        steps=steps,
        step=step,
        budget=budget,
        norm=cast("Norm", norm),
        objective=cast("Objective", objective),
        also={_short(word): other for word, other in others.items()},
        seed=seed,
    )

    def summary() -> None:
        facts = record.facts
        terminal.console().print(f"{facts.fooled} of {facts.pairs} pairs of image and target arrived", highlight=False)
        if facts.fooled:
            medians = ", ".join(f"{name} {value:.4g}" for name, value in asdict(facts.medians).items())
            terminal.console().print(f"medians: {medians}", highlight=False)
        if facts.fooled < facts.pairs:
            tried = f"{facts.gave_up} came no nearer and were given up; " if facts.gave_up else ""
            say(
                f"{tried}give those that did not arrive more --steps than {facts.steps}, or a longer --step or larger"
                " --budget"
            )
        made = terminal.table("net", "pairs", "target", "any other", "control: target", "any other", right=("pairs",))
        for row in facts.transfer.nets:
            shares = [each.share for each in row.shares()]
            made.add_row(row.net, str(row.tries), *("" if s is None else f"{100 * s:.1f} %" for s in shares))
        terminal.console().print(made)
        for line in undefined_pairs(facts.transfer.nets):
            tell(printable(line))

    present(record, asked, out, as_json, npz, summary)


def _targets(words: list[str], subject: Subject) -> list[int] | Literal["all"]:
    """Return class numbers for numbers and names, or "all"; raises ProbeError for a name that is no class."""
    return "all" if not words or words == ["all"] else [subject.class_number(word) for word in words]


def _other(word: str, asked: Asked, trained_on: str | None, data_dir: Path | None) -> nn.Module:
    """Return another net, which takes pixels; raises ProbeError unless it takes images of the same size in the same order."""
    from striate.app.inputs.opened_net import open_subject
    from striate.nets.catalog import entry

    name, _, file = word.partition("=")
    # What the first net was trained on counts for another one only where nothing else says it.
    known = (Path(name) / "recipe.json").is_file() or entry(name).inputs is not None
    subject = open_subject(
        name, Path(file) if file else None, trained_on=None if known else trained_on, data_dir=data_dir
    )
    own, theirs = subject.inputs.image_shape, asked.subject.inputs.image_shape
    if own != theirs or subject.permuted != asked.subject.permuted:
        raise ProbeError(
            f'"{printable(name)}" takes images {own} (H, W, C), permuted: {subject.permuted}, and the first net {theirs},'
            f" permuted: {asked.subject.permuted}; transfer needs nets that take the same images"
        )
    return subject.takes_pixels().net


def _short(word: str) -> str:
    return word.partition("=")[0]
