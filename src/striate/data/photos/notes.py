"""What a reader of a result should know of a set of photographs: how they were read, what was left out, what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from striate.base.errors import counted, listed, printable, sentence
from striate.data.photos.resizing import Resizing
from striate.data.photos.stack import DEFAULT_SIDE, Stack
from striate.data.photos.survey import UNREAD, Survey

ENLARGED = " a side that is shorter than the size asked for, and became larger"
_SHOWN = 3  # names in a note
_FACTS = {
    "CMYK": ("image", "images", " of printing colours (CMYK) became RGB, without a colour profile"),
    "enlarged": ("image has", "images have", ENLARGED),
    "frames": ("image holds", "images hold", " several frames, of which the first was taken"),
    "turned": ("image was", "images were", " turned or mirrored, as the orientation in the EXIF data says"),
}


def notes_of(found: Survey, stack: Stack, image_size: int | None, resizing: Resizing) -> tuple[str, ...]:
    """Return the notes on what was ``found`` and how it became the ``stack``."""
    notes: list[str] = []
    # A size that was asked for is told even where nothing had to change; the default is news only where it changed
    # something.
    if stack.resized and image_size is None:
        notes.append(f"images of several sizes were {resizing.in_words()} to {DEFAULT_SIDE} x {DEFAULT_SIDE}")
    elif image_size is not None:
        notes.append(f"images were {resizing.in_words()} to {image_size} x {image_size}")
    for fact, (one, several, what) in _FACTS.items():
        if fact in stack.facts:
            notes.append(f"{counted(stack.facts[fact], one, several)}{what}")
    notes += found.notes
    if stack.levels:
        scaled = f"{stack.levels.low} to {stack.levels.high} became 0 to 255"
        used = f"the images of 16 bits use the values {stack.range[0]} to {stack.range[1]}, and " if stack.range else ""
        notes.append(f"{used}{scaled}" if used else f"of the images of 16 bits, the values {scaled}")
    # An image of a format that is not read is a loss that the reader can undo; any other file beside is no loss at all.
    unread = {extension: n for extension, n in found.ignored.items() if extension in UNREAD}
    if unread:
        count = sum(unread.values())
        notes.append(
            f"{counted(count, 'image is of a format', 'images are of formats')} that are not read"
            f" ({_endings(unread)}); convert them to .png"
        )
    if others := {extension: n for extension, n in found.ignored.items() if extension not in UNREAD}:
        notes.append(
            f"{counted(sum(others.values()), 'file that is not an image was', 'files that are not images were')}"
            f" passed over ({_endings(others)})"
        )
    if found.beside:
        notes.append(f"beside train there are folders that were not read: {sentence(found.beside, _SHOWN)}")
    if found.damaged:
        notes.append(left_out(found.damaged))
    notes += _alike(found.classes)
    for split, files in stack.files.items():
        present = {label for _, label in files}
        absent = [printable(name) for number, name in enumerate(found.classes) if number not in present]
        if absent and files:
            notes.append(f"{split} has no image of {counted(len(absent), 'class')}: {sentence(absent, _SHOWN)}")
    return tuple(notes)


def _alike(classes: Sequence[str]) -> list[str]:
    """Return a note on each name that two classes have but for the case of its letters: most often one class, twice."""
    alike: dict[str, list[str]] = {}
    for name in classes:
        alike.setdefault(name.strip().casefold(), []).append(printable(name))
    several = [names for names in alike.values() if len(names) > 1]
    return [f"the classes {listed(names)} differ in small and capital letters alone" for names in several]


def _endings(counts: dict[str, int]) -> str:
    return ", ".join(sorted({printable(extension) or "no ending" for extension in counts})[:5])


def left_out(faults: list[str]) -> str:
    """Return that these files, each with its fault, were left out."""
    one, several = "file could not be read as an image and was", "files could not be read as images and were"
    return f"{counted(len(faults), one, several)} left out: {sentence(faults, _SHOWN)}"
