"""`striate show mistakes`: where a net is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.actions.choices import On
from striate.app.options.opening import Opening
from striate.app.options.shared import AsJson, SkipDamaged
from striate.app.terminal.speech import remark, say, tell, tell_words

if TYPE_CHECKING:
    from striate.app.scoring.mistaking import Mistaken
    from striate.app.scoring.unlabelled import Unlabelled


def _unclaimed_page(value: Path | None) -> Path | None:
    """Refuse at once, before anything is computed, a folder that may not take the page."""
    if value is not None:
        from striate.reports.probe.page import claim_page

        claim_page(value, "mistakes.json")
    return value


def show(
    net: Annotated[
        str, typer.Argument(metavar="RUN|NET", help="A run, a net with --weights, or a file of striate export.")
    ],
    *,
    data: Annotated[
        str | None,
        typer.Option(
            help="Images to judge it on; of a folder without labels what it says.  [default: the run's validation images]"
        ),
    ] = None,
    on: Annotated[
        On | None, typer.Option(help="Of a run: its validation images, or the test images once tested.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="Images of each list.")] = 12,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the page, its pictures and mistakes.json.", callback=_unclaimed_page),
    ] = None,
    skip_damaged: SkipDamaged = False,
    opening: Opening,
    as_json: AsJson = False,
) -> None:
    """Show where a net is wrong: classes, pairs, its surest mistakes, calibration, labels that look wrong."""
    from striate.app.scoring.mistaking import Mistaken, judged, write_mistakes
    from striate.app.scoring.unlabelled import write_unlabelled
    from striate.base.disk.files import dump_json

    found = judged(
        net,
        data,
        on=on,
        most=most,
        skip_damaged=skip_damaged,
        warn=remark,
        **opening.given(net),
    )
    if as_json:
        tell(dump_json(found.to_json()), nl=False)
    elif isinstance(found, Mistaken):
        _tell(found)
    else:
        _tell_unlabelled(found)
    if out is not None:
        page = write_mistakes(found, out) if isinstance(found, Mistaken) else write_unlabelled(found, out)
        say(f"wrote {page}")


def _tell_unlabelled(found: Unlabelled) -> None:
    from striate.app.terminal.rows import show_rows
    from striate.reports.run.unlabelled import CLASSES, LEAST_SURE, class_rows, summary, unsure_rows
    from striate.training.judging.answers import UNKNOWN

    tell_words(summary(found.answers, found.seen))
    show_rows(CLASSES, class_rows(found.answers), False)
    show_rows(LEAST_SURE, unsure_rows(found.answers, found.pictures)[:10], False)
    tell_words(UNKNOWN)
    for note in found.notes:
        remark(f"note: {note}")


def _tell(found: Mistaken) -> None:
    from striate.app.terminal.rows import show_rows
    from striate.reports.run.mistakes import GROUPS, calibration_group, group_rows, told

    seen, made = found.mistakes, found.mistakes.accuracy
    tell_words(f"{made.hits:,} of {made.tries:,} {found.seen} are classified right: {told(made)}")
    rows = [
        (each.name, f"{each.images:,}", told(each.recall), f"{each.answers:,}", told(each.precision))
        for each in seen.of_classes
    ]
    show_rows(("class", "images", "recall", "answers", "precision"), rows, False)
    if seen.of_groups:
        show_rows(GROUPS, group_rows(seen), False)
    if seen.pairs:
        show_rows(("label", "taken for", "images"), [(a, b, f"{n:,}") for a, b, n in seen.pairs], False)
    tell_words(calibration_group(seen.calibration).lines[0])
    several = {"surest mistake": seen.surest, "label that looks wrong": seen.suspects}
    rows = [
        (
            what,
            found.pictures[each.place].origin,
            seen.classes[each.label],
            seen.classes[each.answer],
            f"{each.confidence:.4f}",
        )
        for what, some in several.items()
        for each in some[:5]
    ]
    if rows:
        show_rows(("", "image", "label", "answer", "probability"), rows, False)
    for note in found.notes:
        remark(f"note: {note}")
