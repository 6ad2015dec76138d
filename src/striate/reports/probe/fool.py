"""Fooling: original, fooled image, difference and magnified difference; and which other nets are fooled too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.base.errors import counted
from striate.probes.record import label
from striate.reports.kit.numerals import number
from striate.reports.kit.pictures import bytes_of, rgb
from striate.reports.probe.page import Group, Page, Panel, Table

if TYPE_CHECKING:
    from striate.base.intervals import Share
    from striate.data.photos.picture import Picture
    from striate.probes.fooling.facts import FoolFacts, Moved, Transfer
    from striate.probes.record import Record, Score

MOST_PAIRS = 24
MOST_CLASSES = 20
MAGNIFIED = 10
FORMULA = (
    r"p \leftarrow \mathrm{clip}\left(p + \eta \, \frac{g}{\lVert g \rVert_2}\right), \quad"
    r" g = \frac{\partial S_t}{\partial p}"
)


def page(record: Record[FoolFacts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a fool record; ``pictures`` are the clean images, as the net receives them."""
    facts = record.facts
    climbed = "the score" if facts.objective == "score" else "the logarithm of the probability"
    bound = f", and by {number(facts.budget)} ({facts.norm}) at most in all" if facts.budget else ""
    words = (
        f"Each image climbs {climbed} of each target class, by steps of length {number(facts.step)} along the gradient,"
        f" until the net takes it for the target{_confidence(facts)}; {_steps(facts)}."
        f" Pixels stay in 0 to 1{bound}."
        " L2 and L-infinity are the size of the whole change and of its largest number, in units of the full range of a pixel.",
        f"{facts.fooled} of {facts.pairs} pairs of image and target arrived; {facts.fooled_8bit} are still taken for"
        " the target when rounded to 256 levels, as a picture file holds them.",
        f"The difference is drawn around grey, once as it is and once {MAGNIFIED} times as large.",
    )
    shown = min(len(record.scores), MOST_PAIRS)
    transfer = facts.transfer
    return Page(
        title="How little it takes to be seen as something else",
        over=f"fool, {net}",
        words=words,
        formula=FORMULA,
        groups=tuple(_group(record, place, pictures, classes) for place in range(shown)),
        tables=(_sizes(record, pictures, classes), _nets(transfer), *_matrices(record, classes)),
        notes=(
            "Transfer counts the pairs that fool the net they were made for and whose clean image the other net sees as that"
            " net does. The control changes the same images at random by the same size. Intervals are 95 % (Wilson), as if"
            " pairs were independent; pairs of one image are not.",
            *undefined_pairs(transfer.nets),
            *([f"The first {shown} of {len(record.scores)} pairs are drawn."] if shown < len(record.scores) else []),
        ),
    )


def undefined_pairs(nets: Sequence[Moved]) -> list[str]:
    """Return for each net with pairs left out, for want of an answer, a sentence that says how many."""
    return [
        f"Left out: {row.undefined} {'pair' if row.undefined == 1 else 'pairs'} in which {row.net} has no answer, for"
        " its largest score is shared by several classes or is NaN."
        for row in nets
        if row.undefined
    ]


def _seen_as(score: Score, classes: Sequence[str]) -> str:
    return "no class: its largest score is shared" if score.tied else label(score.predicted, classes)


def _steps(facts: FoolFacts) -> str:
    if not facts.adaptive:
        return f"{counted(facts.steps, 'step')} at most"
    gave_up = f"; {facts.gave_up} pairs were given up for want of it" if facts.gave_up else ""
    return f"as many steps as its progress asks for, {facts.steps:,} at most{gave_up}"


def _confidence(facts: FoolFacts) -> str:
    return f" with a probability of {facts.confidence:g}" if facts.confidence else ""


def _group(record: Record[FoolFacts], place: int, pictures: Sequence[Picture], classes: Sequence[str]) -> Group:
    arrays = record.arrays
    picture = pictures[int(arrays["image"][place])]
    original = rgb(picture.pixels)
    change = arrays["change"][place].detach().cpu().double().numpy()
    fooled = bytes_of(picture.pixels.transpose(2, 0, 1) / 255 + change)
    source, target = (label(int(arrays[key][place]), classes) for key in ("source", "target"))
    stem = f"{place + 1:02}-{picture.name}-{target}"
    success = bool(arrays["success"][place])
    arrived, made = ("arrived", "fooled") if success else ("did not arrive", "changed")
    line = (
        f"{arrived} after {counted(int(arrays['iterations'][place]), 'step')}, probability"
        f" {float(arrays['probability'][place]):.3f};"
        f" L2 {number(float(arrays['l2'][place]))}, L-infinity {number(float(arrays['linf'][place]))}"
    )
    return Group(
        f"{picture.name}: {source} to {target}",
        (line,),
        (
            Panel(f"{stem}-original", f"original, seen as {source}", original),
            Panel(f"{stem}-fooled", f"{made}, seen as {_seen_as(record.scores[place], classes)}", fooled),
            Panel(f"{stem}-difference", "difference", bytes_of(0.5 + change / 2)),
            Panel(f"{stem}-magnified", f"difference, {MAGNIFIED} times", bytes_of(0.5 + MAGNIFIED * change / 2)),
        ),
    )


def _sizes(record: Record[FoolFacts], pictures: Sequence[Picture], classes: Sequence[str]) -> Table:
    arrays = {
        key: record.arrays[key].tolist()
        for key in ("image", "source", "target", "iterations", "success", "l2", "linf", "probability")
    }
    rows = [
        (
            f"{pictures[arrays['image'][i]].name}: {label(arrays['source'][i], classes)} to"
            f" {label(arrays['target'][i], classes)}",
            "yes" if arrays["success"][i] else "no",
            str(arrays["iterations"][i]),
            number(arrays["l2"][i]),
            number(arrays["linf"][i]),
            f"{arrays['probability'][i]:.3f}",
        )
        for i in range(min(len(record.scores), 10 * MOST_PAIRS))
    ]
    return Table("Sizes", ("pair", "fooled", "steps", "L2", "L-infinity", "probability"), tuple(rows))


def _nets(transfer: Transfer) -> Table:
    rows = [(row.net, str(row.tries), *map(_share, row.shares())) for row in transfer.nets]
    columns = ("net", "pairs", "taken for the target", "for any other class", "control: target", "control: any other")
    return Table("Transfer", columns, tuple(rows))


def _share(value: Share) -> str:
    if value.share is None or value.low is None or value.high is None:
        return "none tried"
    return f"{100 * value.share:.1f} % ({100 * value.low:.1f} to {100 * value.high:.1f})"


def _matrices(record: Record[FoolFacts], classes: Sequence[str]) -> tuple[Table, ...]:
    """Return for each net a table of source classes by target classes: pairs taken for the target, of those tried."""
    transfer = record.facts.transfer
    sources, targets = transfer.sources, transfer.targets
    if max(len(sources), len(targets)) > MOST_CLASSES:
        return ()
    made: list[Table] = []
    hits, tries = (record.arrays[key].cpu().numpy() for key in ("hits", "tries"))
    for net, row in enumerate(transfer.nets):
        if not tries[net].any():
            continue
        cells = np.where(
            tries[net] > 0, np.char.add(np.char.add(hits[net].astype(str), "/"), tries[net].astype(str)), ""
        )
        lines = tuple((label(s, classes), *cells[i].tolist()) for i, s in enumerate(sources))
        made.append(
            Table(
                f"From class (rows) to target (columns): {row.net}",
                ("class", *(label(t, classes) for t in targets)),
                lines,
            )
        )
    return tuple(made)
