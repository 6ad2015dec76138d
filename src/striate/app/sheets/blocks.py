"""One part of an answer as the blocks that a document shows; what a part rests on comes from the workshop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import TYPE_CHECKING

from striate.app.sheets.numbers import checked_gradients, compared_forms
from striate.app.sheets.own import refuse_unknown, ruled, source_of
from striate.app.sheets.workshop import NotDone, Workshop
from striate.base.errors import counted, listed
from striate.reports.kit.numerals import ABSENT, fixed, number
from striate.sheets.answers import curves
from striate.sheets.document import (
    Aside,
    Block,
    Drawing,
    Formula,
    Listing,
    Paragraph,
    Pending,
    Shot,
    Shots,
    Steps,
    Table,
)
from striate.sheets.parts import (
    Beside,
    Checked,
    Code,
    Curves,
    Derivation,
    Figure,
    Forms,
    Look,
    Part,
    Says,
    Scores,
    Text,
    Trained,
    Trial,
    Verdicts,
)

if TYPE_CHECKING:
    from striate.reports.kit.table import Table as KitTable
    from striate.reports.probe.page import Panel

MOST_CHECKS = 3  # groups of pictures of how a map was checked


@singledispatch
def blocks_of(part: Part, shop: Workshop) -> Sequence[Block]:
    """Return the blocks of ``part``; raises NotDone where it rests on what is not done."""
    raise TypeError(f"{type(part).__name__} is not part of a sheet")


@blocks_of.register
def _(part: Text, shop: Workshop) -> Sequence[Block]:
    return [Paragraph(part.text), *([Formula(part.latex)] if part.latex else [])]


@blocks_of.register
def _(part: Derivation, shop: Workshop) -> Sequence[Block]:
    from striate.reports.proof.pictures import picture_chart

    proof = shop.proof(part.proof)
    made: list[Block] = [] if part.steps else [Paragraph(proof.statement), Formula(proof.statement_latex)]
    steps, tables = proof.steps[slice(*(part.steps or (None,)))], proof.tables[slice(*(part.tables or (None,)))]
    made += [Steps(tuple((step.text, step.latex) for step in steps))]
    made += [Table(table.title, table.columns, table.rows) for table in tables]
    made += [] if part.steps else [Drawing(picture_chart(shown)) for shown in proof.pictures]
    passed = sum(check.passed for check in proof.checks)
    kinds = [sum(check.kind == kind for check in proof.checks) for kind in ("symbolic", "numeric")]
    mark = "checked" if proof.holds else "refuted"
    of = " of the proof that this is a part of" if part.steps else ""
    told = f"{passed} of {len(proof.checks)} checks{of} passed ({kinds[0]} symbolic, {kinds[1]} numeric)."
    told += "" if part.steps else f" {proof.limits.replace('`', '')}"
    made.append(Paragraph(told, computed=True, mark=mark))
    return made + [Aside(e.source, e.says, f"{e.right} In numbers: {e.example}") for e in proof.errata]


@blocks_of.register
def _(part: Figure, shop: Workshop) -> Sequence[Block]:
    from striate.app.inputs.net_anatomy import net_anatomy
    from striate.reports.net.description import paragraph
    from striate.reports.net.drawn import architecture_chart
    from striate.reports.net.figure import architecture_svg

    anatomy = net_anatomy(part.net, dict(part.options), part.image, 10, by_hand=part.by_hand)
    drawn = Drawing(architecture_chart(anatomy), "", architecture_svg(anatomy), architecture_svg(anatomy, 340))
    return [drawn, Paragraph(paragraph(anatomy), computed=True)]


@blocks_of.register
def _(part: Trained, shop: Workshop) -> Sequence[Block]:
    from striate.app.sheets.trained import how_trained

    return how_trained(shop.fact(part.work))


@blocks_of.register
def _(part: Curves, shop: Workshop) -> Sequence[Block]:
    from striate.sheets.pages.drawings import run_panels, study_panels
    from striate.training.folder.run import Run

    found = shop.fact(part.work)
    if isinstance(found, Run):
        charts = run_panels(found, part.panels)
    else:
        refuse_unknown("arm", part.arms, [arm.name for arm in found.arms])
        charts = study_panels(found, part.panels, part.arms)
    if not charts:
        wanted = listed([f"{split}/{metric}" for split, metric in part.panels])
        raise NotDone(f"{part.work} has recorded nothing of {wanted}.", failed=True)
    return [Drawing(chart) for chart in charts]


@blocks_of.register
def _(part: Scores, shop: Workshop) -> Sequence[Block]:
    from striate.reports.study.tables import arms_table
    from striate.training.folder.run import Run

    found = shop.fact(part.work)
    if not isinstance(found, Run):
        return [_table(arms_table(found))]
    rows = [
        (name, *(fixed(points[-1][1] if (points := found.curve(split, metric)) else None, 4) for metric in METRICS))
        for split, name in (("train", "training, in the last epoch"), ("val", "validation"))
    ]
    test, seen = found.test(), curves.rows(found.recipe.data)
    rows.append(
        ("test, best validation weights", *((f"{test.accuracy:.4f}", f"{test.loss:.4f}") if test else (ABSENT, ABSENT)))
    )
    return [Table(f"After {counted(found.epoch, 'epoch')}", (seen, "accuracy", "loss"), tuple(rows))]


METRICS = ("accuracy", "loss")


@blocks_of.register
def _(part: Verdicts, shop: Workshop) -> Sequence[Block]:
    from striate.reports.study.cards import cards, intervals_of

    study = shop.fact(part.work)
    refuse_unknown("claim", part.claims, [str(claim.get("name")) for claim in study.claims])
    made: list[Block] = []
    for verdict, card in zip(study.verdicts, cards(study.verdicts, study.claims), strict=False):
        if part.claims and card.claim not in part.claims:
            continue
        made.append(
            Paragraph(f"{card.statement}: {verdict.get('reason') or card.reason}", computed=True, mark=card.answer)
        )
        if (chart := intervals_of(verdict)) is not None:
            made.append(Drawing(chart))
    return made or [Paragraph("The study has no verdict yet.")]


@blocks_of.register
def _(part: Look, shop: Workshop) -> Sequence[Block]:
    from striate.app.sheets.trained import nets_of
    from striate.reports.probe.page import page_of

    look = shop.looked(part)
    shown = page_of(look.record, look.views.pictures, look.subject.inputs.classes, look.subject.name)
    made: list[Block] = [*nets_of(part, shop), *(Paragraph(words) for words in shown.words if part.words)]
    made += [Formula(shown.formula)] if shown.formula else []
    for group in shown.groups[: part.most]:
        shots = [Shot(panel.caption, panel.pixels) for panel in kept(part, group.panels)]
        lines = [] if part.keep else [Paragraph(line) for line in group.lines]
        made += [Shots(group.title, tuple(shots)), *lines] if shots else lines
    checks = [line for group in shown.after[:MOST_CHECKS] for line in group.lines]
    made += [Paragraph(line, computed=True) for line in checks]
    return made + [
        Pending(f"picture {picture}", f"It could not be shown: {why}.") for picture, why in shop.unusable[part.name]
    ]


def kept(part: Look, panels: Sequence[Panel]) -> Sequence[Panel]:
    """Return the pictures of a group that a look shows."""
    from striate.reports.probe.features import BLANK

    found: list[Panel] = []
    for words in (part.keep, part.instead) if part.instead else (part.keep,):
        found = [one for one in panels if not words or any(word in one.file for word in words)]
        if not part.instead or any(not one.caption.endswith(BLANK) for one in found):
            return found
    return []


@blocks_of.register
def _(part: Trial, shop: Workshop) -> Sequence[Block]:
    from striate.app.sheets.trained import one_batch

    done = shop.fact(part.name).attempt
    rows = ((str(done.updates), f"{done.right} of {done.images}", number(done.loss, 3)),)
    return [one_batch(part, shop), Table("One batch, again and again", ("updates", "classified right", "loss"), rows)]


@blocks_of.register
def _(part: Code, shop: Workshop) -> Sequence[Block]:
    pieces: list[tuple[str, str]] = []
    for home in part.homes:
        module, _, name = home.partition(":")
        source = source_of(module, name)
        pieces.append((name, source.rstrip()))
    return [Listing(tuple(pieces))]


@blocks_of.register
def _(part: Checked, shop: Workshop) -> Sequence[Block]:
    return checked_gradients(part)


@blocks_of.register
def _(part: Forms, shop: Workshop) -> Sequence[Block]:
    return compared_forms(part)


@blocks_of.register
def _(part: Says, shop: Workshop) -> Sequence[Block]:
    return [Paragraph(text, computed=True) for text in ruled(part.rule, part.of, shop)]


@blocks_of.register
def _(part: Beside, shop: Workshop) -> Sequence[Block]:
    ours = " ".join(ruled(part.rule, part.of, shop)) if part.rule is not None else part.ours
    return [Aside(part.source, part.says, ours)]


def title_of(part: Part) -> str:
    """Return what a part is, for the line that names one that is not done."""
    if isinstance(part, (Says, Beside)):
        return f"{'what is said of' if isinstance(part, Says) else 'what is found beside a source, from'} {', '.join(part.of)}"
    return f"{part.kind}: {getattr(part, 'work', '') or getattr(part, 'proof', '')}".strip(": ")


def _table(made: KitTable) -> Table:
    """Return a table of arms; intervals are left to the verdicts, and what is said of the runs is kept."""
    rows = tuple(
        tuple(
            f"{cell.text} ({cell.aside})" if cell.aside and place == 1 else cell.text for place, cell in enumerate(row)
        )
        for row in made.rows
    )
    return Table("Means over the runs ± standard deviation", made.columns, rows)
