"""The page of a net's answers to pictures without labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from striate.reports.kit.pictures import rgb
from striate.reports.probe.page import Group, Page, Panel, Table
from striate.training.judging.answers import UNKNOWN, Answers

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture

CLASSES = ("class", "answers", "mean probability")
LEAST_SURE = ("picture", "answer", "probability", "second", "probability of it")


def unlabelled_page(found: Answers, net: str, seen: str, pictures: Mapping[int, Picture], notes: Sequence[str]) -> Page:
    """Return the page; ``seen`` says which pictures these are, ``pictures`` holds those that are shown, by their place."""
    panels = tuple(
        Panel(
            f"unsure-{number:02}",
            f"{pictures[each.place].origin}: {each.answer} ({each.confidence:.3f}), or {each.second} ({each.of_second:.3f})",
            rgb(pictures[each.place].pixels),
        )
        for number, each in enumerate(found.least_sure, start=1)
    )
    return Page(
        title="What it says of pictures without labels",
        over=f"answers, {net}",
        words=(summary(found, seen), UNKNOWN),
        formula="",
        groups=(Group("Of which it is least sure", (), panels),),
        tables=(Table("Answers", CLASSES, class_rows(found)),),
        notes=tuple(notes),
    )


def summary(found: Answers, seen: str) -> str:
    """Return how many pictures these are and how sure the net is of its answers, as a sentence."""
    low, middle, high = found.quartiles
    return (
        f"{found.images:,} {seen} without labels; the probability of the answer is {middle:.4f} in the median, and from"
        f" {low:.4f} to {high:.4f} for the middle half."
    )


def class_rows(found: Answers) -> tuple[tuple[str, ...], ...]:
    """Return a row of `CLASSES` for each class."""
    return tuple(
        (each.name, f"{each.answers:,}", "–" if each.confidence is None else f"{each.confidence:.4f}")
        for each in found.of_classes
    )


def unsure_rows(found: Answers, pictures: Mapping[int, Picture]) -> tuple[tuple[str, ...], ...]:
    """Return a row of `LEAST_SURE` for each picture that is shown."""
    return tuple(
        (pictures[each.place].origin, each.answer, f"{each.confidence:.4f}", each.second, f"{each.of_second:.4f}")
        for each in found.least_sure
    )
