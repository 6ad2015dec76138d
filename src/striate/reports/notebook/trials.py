"""The cards of short answers: a test score, a trial before a training, a check of gradients, a gate, an exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from striate.base.errors import counted
from striate.reports.kit.numerals import fixed, number
from striate.reports.kit.table import PAIR, Cell, Table
from striate.reports.notebook.card import Card, Passage, drawing
from striate.reports.notebook.shown import card, html
from striate.scratch.exercises.exercise import Exercise
from striate.scratch.gradcheck import GradCheck
from striate.studies.gate.question import Gated
from striate.training.folder.run_score import RunScore
from striate.training.trials.lr_range import RangeTest
from striate.training.trials.overfit import Overfit

__all__ = ["html", "pairs", "said", "scores"]

DRAWN = "Its weights, or some of them, were drawn at random: the net is untrained."

KEEP: Mapping[str, str] = {
    "supported": "Keep the treatment",
    "refuted": "Do not keep the treatment",
    "undecided": "Not decided: do not keep the treatment yet",
}


def pairs(values: Mapping[str, str]) -> Table:
    """Return a table of names with their values."""
    return Table("", PAIR, tuple((Cell(name), Cell(value)) for name, value in values.items()))


def scores(images: int, unit: str, losses: Sequence[tuple[str, float | None, float | None]]) -> Table:
    """Return accuracy and loss in each of the ways in which ``images`` were scored; one that was not asked for is left out."""
    rows = tuple(
        (Cell(way), Cell(fixed(accuracy, 4)), Cell(fixed(loss, 4)))
        for way, accuracy, loss in losses
        if accuracy is not None
    )
    return Table("", (f"{counted(images, 'test ' + unit)}", "accuracy", "loss (nats)"), rows)


@card.register
def _(shown: RunScore) -> Card:
    biased = f"These {shown.unit}s chose the weights too, so the score is optimistically biased."
    unfinished = f"The run is {shown.status} after epoch {shown.reached} of {shown.epochs}, and this score is not kept."
    before = (
        f"These {shown.unit}s were scored before: {one.accuracy:.4f} by the weights of epoch {one.epoch}."
        for one in shown.earlier
    )
    lines = (*([biased] if shown.chosen_on_test else []), *([unfinished] if shown.status else []), *before)
    ways = (("as they are", shown.accuracy, shown.loss), ("with mirror images", shown.accuracy_flips, shown.loss_flips))
    return Card(
        title=f"Test accuracy {shown.accuracy:.4f}",
        over=f"score of a run, by the weights of epoch {shown.epoch}",
        passages=(Passage(lines=lines),) if lines else (),
        tables=(scores(shown.images, shown.unit, ways),),
    )


@card.register
def _(shown: Overfit) -> Card:
    done = shown.attempt
    rows = {
        "classified right": f"{done.right} of {done.images}",
        "updates": str(done.updates),
        "loss (nats)": number(done.loss, 3),
        "switched off for this": ", ".join(shown.switched_off) or "nothing",
    }
    return Card(
        title="The net learns one batch by heart" if done.reached else "The net does not learn one batch by heart",
        over="trial before a training",
        passages=(Passage("Why it did not get there", shown.reasons),) if shown.reasons else (),
        tables=(pairs(rows),),
    )


@card.register
def _(shown: RangeTest) -> Card:
    from striate.reports.run.lr_range import range_test_svg
    from striate.training.trials.lr_range import RULE

    none = tuple(f"Seed {ramp.seed} suggests none: {ramp.why_not}." for ramp in shown.ramps if ramp.why_not)
    found = shown.suggested is not None
    title, rule = "No learning rate is suggested", ()
    if found:
        title, rule = f"Suggested learning rate {shown.suggested:.2g}", (f"The rule: {RULE}.",)
        title += f", {shown.low:.2g} to {shown.high:.2g} over the seeds" if len(shown.ramps) > 1 else ""
    return Card(
        title=title,
        over=f"range test of {shown.recipe.net} on {shown.recipe.data}, {counted(len(shown.ramps), 'seed')}",
        passages=(Passage(lines=(*rule, *none)),),
        pictures=(drawing(range_test_svg(shown), "the smoothed loss over the learning rate"),),
    )


@card.register
def _(shown: GradCheck) -> Card:
    rows = tuple(
        (
            Cell(f"d{worst.array}[{', '.join(map(str, worst.index))}]"),
            *(Cell(f"{value:.6g}") for value in (worst.analytic, worst.numeric)),
            Cell(f"{worst.error:.1e}"),
        )
        for worst in shown.gradients
    )
    return Card(
        title="The gradients agree with central differences" if shown.holds else "The gradients are not right",
        over=f"{counted(shown.entries, 'entry', 'entries')} compared, tolerance {shown.tolerance:.0e}, relative",
        tables=(Table("", ("worst entry", "analytic", "numeric", "relative error"), rows),),
    )


@card.register
def _(shown: Gated) -> Card:
    gate = shown.gate
    night = "" if shown.night is None else f"; gate {shown.night[0]} of a night, level {shown.night[1]:.3g}"
    commands = {"control": gate.control, "treatment": gate.treatment, "measure": gate.measure.pattern}
    return replace(
        card(shown.judged),
        title=KEEP[shown.answer],
        over=f"gate {shown.folder}{night}",
        tables=(pairs(commands),),
        foot=f"The whole report is {shown.folder / 'report.html'}.",
    )


@card.register
def _(shown: Exercise) -> Card:
    also = f", also called {', '.join(shown.aliases)}" if shown.aliases else ""
    words = [line.strip() for line in shown.code.split('"""')[1].splitlines() if line.strip()]
    return Card(
        title=shown.name,
        over=f"exercise of {shown.group}, {shown.topic}{also}",
        passages=(Passage(lines=(" ".join(words),)),),
        foot=f'Begin it with st.start_exercise("{shown.name}", "mine.py").',
    )


def said(notes: tuple[str, ...], untrained: bool) -> tuple[Passage, ...]:
    """Return the notes of what a net was asked, and that it is untrained where it is, as a passage or none."""
    lines = (*notes, *([DRAWN] if untrained else []))
    return (Passage(lines=lines),) if lines else ()
