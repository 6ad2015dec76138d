"""`striate probe fool NET IMAGE... --target C... [--also NET...]`: change images until the net sees something else."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.commands.probe.present import present
from striate.app.options.probing import Looking, Net, Pictures, Seed
from striate.app.options.shared import SkipDamaged
from striate.app.terminal.speech import say, tell_words
from striate.base.errors import printable
from striate.probes.choices import Norm, Objective

if TYPE_CHECKING:
    from striate.app.actions.looking import Look
    from striate.probes.fooling.facts import FoolFacts


def fool(
    net: Net,
    image: Pictures,
    *,
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
    norm: Annotated[Norm, typer.Option(help="How a change is measured.")] = "l2",
    objective: Annotated[Objective, typer.Option(help="What is climbed.")] = "score",
    seed: Seed = 0,
    skip_damaged: SkipDamaged = False,
    looking: Looking,
) -> None:
    """Change images as little as it takes until the net sees another class in them."""
    from striate.app.actions import looking as actions

    look = actions.fool(
        looking.opening.open(net, *(also or ())),
        image,
        targets=target or (),
        also=also or (),
        trained_on=looking.opening.source.trained_on,
        data_dir=looking.data_dir,
        skip_damaged=skip_damaged,
        confidence=confidence,
        steps=steps,
        step=step,
        budget=budget,
        norm=norm,
        objective=objective,
        seed=seed,
    )
    present(look, looking.output, _summary)


def _summary(look: Look[FoolFacts]) -> None:
    """Print how many arrived, how far they went, and whether other nets are fooled."""
    from striate.app.terminal import show as terminal
    from striate.reports.probe.fool import undefined_pairs

    facts, out = look.record.facts, terminal.console()
    terminal.say(out, f"{facts.fooled} of {facts.pairs} pairs of image and target arrived")
    if facts.fooled:
        medians = ", ".join(f"{name} {value:.4g}" for name, value in asdict(facts.medians).items())
        terminal.say(out, f"medians: {medians}")
    if facts.fooled < facts.pairs:
        tried = f"{facts.gave_up} came no nearer and were given up; " if facts.gave_up else ""
        say(
            f"{tried}give those that did not arrive more --steps than {facts.steps}, or a longer --step or larger"
            " --budget"
        )
    numbers = ("pairs", "target", "any other", "control: target", "any other")
    lines = terminal.table("net", *numbers, right=numbers)
    for row in facts.transfer.nets:
        shares = [each.share for each in row.shares()]
        lines.add_row(row.net, str(row.tries), *("" if s is None else f"{100 * s:.1f} %" for s in shares))
    out.print(lines)
    for line in undefined_pairs(facts.transfer.nets):
        tell_words(printable(line))
