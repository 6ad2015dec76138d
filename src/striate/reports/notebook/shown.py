"""The card of each kind of result: a run, a study's answer, verdicts, the record of a probe, a proof, a grade."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np

from striate.base.errors import counted
from striate.probes.record import Record, answer
from striate.proofs.proof import Proof
from striate.reports.notebook.card import Card, Passage, Shown, drawing, html_of, photograph
from striate.scratch.exercises.verdict import Grade
from striate.studies.claims.verdict import Verdict
from striate.studies.judged.judging import Judged
from striate.studies.running.judge import Answer
from striate.training.folder.run import Run

if TYPE_CHECKING:
    from torch import nn

    from striate.reports.kit.table import Table

MOST_SHOWN = 12  # pictures of a record on a card


def html(shown: object) -> str:
    """Return the card of ``shown`` as HTML; raises TypeError for what has none."""
    return html_of(card(shown))


@singledispatch
def card(shown: object) -> Card:
    """Return the card of ``shown``; raises TypeError for what has none."""
    raise TypeError(f"a {type(shown).__name__} has no card")


@card.register
def _(shown: Run) -> Card:
    from striate.reports.run.page import curves_of, scores_of

    recipe = shown.recipe
    asked = f"epoch {shown.epoch} of {recipe.epochs}, seed {recipe.seed}"
    facts = [f"{fact.name} {fact.value}{f' ({fact.aside})' if fact.aside else ''}" for fact in scores_of(shown)]
    return Card(
        title=f"{recipe.net} on {recipe.data}: {shown.status}",
        over=f"run {shown.folder}",
        passages=(
            Passage(lines=tuple(filter(None, (shown.reason, f"{asked}; {', '.join(facts)}" if facts else asked)))),
        ),
        pictures=tuple(drawing(curve.svg, "") for curve in curves_of(shown)),
    )


@card.register
def _(shown: Verdict) -> Card:
    passage, pictures = _judged(shown)
    return Card(title="Verdict", passages=(passage,), pictures=pictures)


@card.register
def _(shown: Answer) -> Card:
    judged = [_judged(verdict) for verdict in shown.verdicts]
    failed = tuple(f"{run}: {reason}" for run, reason in shown.failures.items())
    return Card(
        title=shown.study.question,
        over=f"study {shown.folder}",
        passages=(*(passage for passage, _ in judged), *((Passage("Runs that failed", failed),) if failed else ())),
        pictures=tuple(picture for _, pictures in judged for picture in pictures),
        foot=f"The whole report is {shown.folder / 'report.html'}.",
    )


@card.register
def _(shown: Judged) -> Card:
    judged = [_judged(verdict) for verdict in shown.verdicts]
    return Card(
        title=f"What {shown.kind} says",
        over=f"{shown.name}: {counted(len(shown.runs), 'run')} of {counted(len(shown.arms), 'arm')}",
        passages=tuple(passage for passage, _ in judged),
        pictures=tuple(picture for _, pictures in judged for picture in pictures),
    )


def _judged(verdict: Verdict) -> tuple[Passage, tuple[Shown, ...]]:
    """Return the words and the intervals of a verdict, as its page has them."""
    from striate.reports.study.cards import cards

    (made,) = cards([json.loads(json.dumps(verdict.to_json(), default=str))], [])
    drawn = made.intervals
    pictures = (drawing(drawn.svg, made.statement),) if drawn else ()
    return Passage(made.statement, (made.reason,) if made.reason else (), made.answer, made.answer), pictures


@card.register(Record)
def _(shown: Record[Any]) -> Card:
    from striate.probes.catalog import entry

    made_by = entry(shown.probe)
    words, _ = made_by.explained()
    scores = [f"image {place + 1}: {answer(score, ())}" for place, score in enumerate(shown.scores)]
    return Card(
        title=made_by.title or made_by.summary.capitalize(),
        over=f"probe {shown.probe}{', of a net that is untrained' if shown.untrained else ''}",
        passages=(Passage(lines=(words, *scores[:MOST_SHOWN])),),
        pictures=tuple(_drawn(shown)),
        tables=(_arrays(shown),),
        foot=f"and {counted(more, 'more image')}" if (more := len(scores) - MOST_SHOWN) > 0 else "",
    )


def _drawn(record: Record[Any]) -> list[Shown]:
    """Return the maps and the pictures that a record holds, at most MOST_SHOWN of each array, each with its name."""
    from striate.reports.probe.page import png

    return [
        photograph(png(pixels), f"{name} {place + 1}", min(pixels.shape[:2]))
        for name, tensor in record.arrays.items()
        for place, pixels in enumerate(_pictures(tensor.detach().cpu().double().numpy()))
    ]


def _pictures(values: Any) -> list[Any]:
    """Return the entries of an array as uint8 (H, W, 3): planes, one colour or three; none where they are not pictures."""
    from striate.reports.kit.colours import coloured, scaled
    from striate.reports.kit.pictures import bytes_of, rgb

    shown, signed = values[:MOST_SHOWN], bool(values.size and values.min() < 0)
    if values.ndim not in (3, 4) or min(values.shape[-2:]) < 2 or values.shape[1:-2] not in ((), (1,), (3,)):
        return []
    if values.ndim == 3 or (values.shape[1] == 1 and signed):
        return [coloured(scaled(plane.reshape(plane.shape[-2:]))[0], signed=signed) for plane in shown]
    largest = float(np.abs(values).max()) or 1.0
    if signed or largest > 1:  # weights: 0 is the middle grey
        shown = 0.5 + shown / (2 * largest)
    return [rgb(bytes_of(np.moveaxis(image, 0, -1))) for image in shown]


def _arrays(record: Record[Any]) -> Table:
    """Return the arrays that the record holds, with their shapes and ranges."""
    from striate.reports.kit.numerals import number
    from striate.reports.kit.table import Cell, Table

    rows = [
        (name, " × ".join(map(str, tensor.shape)), *_range(tensor.detach().cpu().double().numpy(), number))
        for name, tensor in record.arrays.items()
    ]
    return Table("", ("array", "shape", "smallest", "largest"), tuple(tuple(map(Cell, row)) for row in rows))


def _range(values: Any, number: Any) -> tuple[str, str]:
    return (number(float(values.min())), number(float(values.max()))) if values.size else ("", "")


def net_card(net: nn.Module, image_shape: tuple[int, int, int], name: str, *, untrained: bool = False) -> Card:
    """Return the card of a net for images (H, W, C): its figure and its measures in words."""
    from striate.nets.measure.anatomy import anatomy
    from striate.reports.net.description import paragraph
    from striate.reports.net.figure import architecture_svg

    measured = anatomy(net, image_shape, name)
    note = "Its weights, or some of them, were drawn at random: the net is untrained." if untrained else ""
    figure = (drawing(architecture_svg(measured), f"the layers of {name}", 900),)
    return Card(name, passages=(Passage(lines=(paragraph(measured),)),), pictures=figure, foot=note)


@card.register
def _(shown: Proof) -> Card:
    from striate.reports.kit.table import Cell, Table

    checks = tuple(
        (Cell("✓" if check.passed else "✗"), Cell(check.name), Cell(check.kind), Cell(check.detail))
        for check in shown.checks
    )
    return Card(
        title=shown.title,
        over=f"proof {shown.name}: {shown.source}",
        passages=(
            Passage(
                shown.statement, _steps(shown.steps), *(("holds", "supported") if shown.holds else ("fails", "refuted"))
            ),
            Passage(lines=(shown.limits,)),
        ),
        tables=(Table("", ("", "check", "kind", "what was compared"), checks),),
    )


def _steps(steps: Sequence[Any]) -> tuple[str, ...]:
    return tuple(f"{place}. {step.text}" for place, step in enumerate(steps, 1))


@card.register
def _(shown: Grade) -> Card:
    from striate.reports.kit.table import Cell, Table

    looks = {"right": "supported", "wrong": "refuted"}
    told = tuple(
        Passage(v.name, tuple(filter(None, (v.mistake or v.said,))), v.status, looks.get(v.status, "undecided"))
        for v in shown.verdicts
    )
    rows = tuple(
        (Cell(v.name), Cell(", ".join(f"{name} = {value}" for name, value in v.inputs.items())),
         Cell(f"{v.value} = {v.expected}"), Cell(f"{v.value} = {v.returned}"))
        for v in shown.verdicts if v.value
    )  # fmt: skip
    return Card(
        title=f"{shown.right} of {len(shown.verdicts)} right",
        over=f"exercises in {shown.file}",
        passages=told,
        tables=(Table("", ("function", "with", "expected", "returned"), rows),) if rows else (),
        foot=f"The file printed: {shown.printed.strip()[:60]}" if shown.printed.strip() else "",
    )
