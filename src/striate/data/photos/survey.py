"""What lies in a folder of images: which folders are splits and classes, and which files are images. None is opened.

Splits are found by the names that are usual for them, in any letter case; a folder called train that holds no folders, beside
two others that are not splits, is a class. Passed over in silence is what systems leave behind: names that start with a dot,
``__MACOSX`` and the like.
"""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from striate.base.errors import DataError, counted, listed, nearest, printable, sentence
from striate.data.photos.decode import FORMATS
from striate.data.photos.source import Source, name_of

File = tuple[Source, int]
"""An image, and the number of its class."""

SPLITS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev", "development"),
    "test": ("test", "testing"),
}
"""The names of each split's folder, in lower case."""
UNREAD = {".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".ppm", ".pgm", ".svg", ".raw", ".dng"}
_LEFT_BEHIND = {"__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found", "__pycache__"}
_MEANING = {name: split for split, names in SPLITS.items() for name in names}


@dataclass
class Survey:
    """The class names, and the image files of each split with their labels; what is wrong, and what was passed over.

    ``faults`` are about folders; ``damaged`` are files that have the name of an image and can be left out. ``ignored`` counts
    the other files by extension, ``beside`` are folders next to train that were not read, and ``notes`` is what else to say.
    ``groups`` are the names of groups that an index gives images; ``file`` is the one in ``root`` that holds or names them all.
    """

    root: Path
    classes: tuple[str, ...] = ()
    files: dict[str, list[File]] = field(default_factory=dict[str, list[File]])
    faults: list[str] = field(default_factory=list[str])
    damaged: list[str] = field(default_factory=list[str])
    ignored: Counter[str] = field(default_factory=Counter[str])
    beside: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    groups: dict[Source, str] = field(default_factory=dict[Source, str])
    file: Path | None = None

    @property
    def place(self) -> Path:
        """What was given: the file that holds or names the images, or else the folder."""
        return self.file or self.root

    def shown(self, source: Source) -> str:
        """Return the name of ``source`` from the folder on, as it may be printed."""
        return printable(name_of(source, self.root))

    def fault(self, path: Path, what: str) -> None:
        """Note what is wrong with a folder, or with what lies where no image belongs."""
        self.faults.append(f"{self.shown(path)} {what}")


def survey(folder: Path) -> Survey:
    """Return what lies in ``folder``; raises DataError when there is no train, a split twice, or fewer than two classes."""
    found = Survey(folder)
    places = _splits(found)
    classes = _class_folders(places["train"], found)
    found.classes = tuple(classes)
    if len(classes) < 2:
        why = f" ({sentence(found.faults, 3)})" if found.faults else ""
        raise DataError(
            f"{printable(str(places['train']))} has {counted(len(classes), 'class folder')}{why}, and needs at least two;"
            " put the images of each class into a folder of its own"
        )
    numbers: dict[str, int] = {}
    for number, name in enumerate(classes):
        if (other := numbers.setdefault(_same(name), number)) != number:
            found.fault(places["train"] / name, f"has the name of {printable(classes[other])} in other characters")
    for split, place in places.items():
        names = classes if split == "train" else _class_folders(place, found)
        found.files[split] = []
        for name in names:
            if (number := numbers.get(_same(name))) is None:
                found.fault(place / name, f"is a class that train does not have{nearest(name, classes)}")
            else:
                found.files[split] += [(path, number) for path in _images(place / name, found)]
        if not names:
            found.fault(place, "has no class folder")
    return found


def _same(name: str) -> str:
    """Return ``name`` with accents in one way of writing: systems differ in it, so copies of one folder do."""
    return unicodedata.normalize("NFC", name)


def _splits(found: Survey) -> dict[str, Path]:
    """Return the folder of each split; where none is called train, the whole folder is."""
    folders = [entry for entry in _listed(found.root, found) if _is_folder(entry)]
    named: dict[str, list[Path]] = {}
    for entry in folders:
        if meaning := _MEANING.get(entry.name.lower()):
            named.setdefault(meaning, []).append(Path(entry.path))
    if _is_class(named, folders):
        return {"train": found.root}
    if "train" not in named:
        names = ", ".join(printable(path.name) for split in SPLITS for path in named.get(split, []))
        raise DataError(
            f"{printable(str(found.root))} has {names} but no train; add train/CLASS/*.png, or rename a class of that name"
        )
    for split, places in named.items():
        if len(places) > 1:
            raise DataError(
                f"{printable(str(found.root))} has {listed([printable(path.name) for path in places])}; keep one of them"
                f" for {split}"
            )
    read = {split: named[split][0] for split in SPLITS if split in named}
    found.beside += [printable(entry.name) for entry in folders if Path(entry.path) not in read.values()]
    return read


def _is_class(named: dict[str, list[Path]], folders: list[os.DirEntry[str]]) -> bool:
    """Return whether no folder is a split: none has such a name, or only a class of trains among other classes has."""
    if set(named) != {"train"} or len(folders) - len(named["train"]) < 2:
        return not named
    return not any(_is_folder(entry) for place in named["train"] for entry in _listed(place, Survey(place)))


def _class_folders(place: Path, found: Survey) -> list[str]:
    names: list[str] = []
    for entry in _listed(place, found):
        if _is_folder(entry):
            if not entry.name.isprintable():
                found.fault(Path(entry.path), "has a name that cannot be printed")
            else:
                names.append(entry.name)
        elif (extension := _extension(entry)) in FORMATS:
            found.fault(Path(entry.path), "lies outside the class folders")
        else:
            found.ignored[extension] += 1
    return names


def _images(place: Path, found: Survey) -> list[Path]:
    images: list[Path] = []
    damaged, others = len(found.damaged), Counter[str]()
    for entry in _listed(place, found):
        extension = _extension(entry)
        if extension not in FORMATS:
            if _is_folder(entry):
                found.fault(Path(entry.path), "is a folder inside a class folder, where only images are read")
            else:
                found.ignored[extension] += 1
                others[extension] += 1
        elif not _is_file(entry):  # opening a pipe would wait for ever
            found.damaged.append(f"{found.shown(Path(entry.path))} is not a regular file, or a link that leads nowhere")
        else:
            images.append(Path(entry.path))
    if not images and len(found.damaged) == damaged:
        found.fault(place, f"is an empty class: it has no {', '.join(sorted(FORMATS))} file{_unread(others)}")
    return images


def _unread(others: Counter[str]) -> str:
    """Return that an empty class holds pictures in other formats, which the next step is to convert."""
    told = [counted(n, f"{ending} file") for ending, n in others.most_common(3) if ending in UNREAD]
    return f" (but {listed(told)}: convert to .png)" if told else ""


def _listed(place: Path, found: Survey) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            seen = [e for e in entries if not e.name.startswith(".") and e.name.lower() not in _LEFT_BEHIND]
    except OSError as error:
        found.fault(place, f"could not be read ({error.strerror or error})")
        return []
    return sorted(seen, key=lambda entry: entry.name)


def _extension(entry: os.DirEntry[str]) -> str:
    return os.path.splitext(entry.name)[1].lower()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False
