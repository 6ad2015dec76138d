"""Which files of a folder are the training, validation and test part: told by the word with which their names begin.

`train-00000-of-00002.parquet`, `test_32x32.mat`, `valid.tar`: the word ends at a character that is no letter. A file that is
given by itself is train.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from striate.base.errors import DataError, counted, printable, reason, sentence

WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "development"), "val"),
    **dict.fromkeys(("test", "testing", "t10k"), "test"),
}


def part_of(name: str) -> str | None:
    """Return train, val or test for a name that begins with a word for it; None for any other."""
    found = re.match(r"[A-Za-z]+|t10k", name) if not name.startswith("t10k") else re.match("t10k", name)
    return WORDS.get(found[0].lower()) if found else None


def all_part_files(path: Path, endings: Sequence[str]) -> tuple[dict[str, list[Path]], tuple[str, ...]]:
    """Return the files of each part of ``path``, a file or a folder, in the order of their names, and notes on the others.

    A folder is looked into, and into its folder ``data``; where no name begins with a word for a part, all are train. Raises
    DataError where it has no file with one of ``endings``.
    """
    if not path.is_dir():
        return {"train": [path]}, ()
    found = files_in(path, endings)
    if not found:
        raise DataError(f"{printable(str(path))} has no file that ends in {', '.join(endings)}")
    named: dict[str, list[Path]] = {}
    others: list[str] = []
    for file in found:
        if part := part_of(file.name):
            named.setdefault(part, []).append(file)
        else:
            others.append(printable(file.name))
    if not named:
        return {"train": found}, ()
    one = "file has no word for a part in its name, and was"
    several = "files have no word for a part in their name, and were"
    note = (f"{counted(len(others), one, several)} not read: {sentence(others, 3)}",)
    return {part: named[part] for part in ("train", "val", "test") if part in named}, note if others else ()


def files_in(path: Path, endings: Sequence[str]) -> list[Path]:
    """Return the files in the folder ``path``, or else in its folder ``data``, that have one of ``endings``, by name."""
    for place in (path, path / "data"):
        try:
            there = sorted(p for p in place.iterdir() if p.name.endswith(tuple(endings)) and not p.name.startswith("."))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise DataError(f"the folder {printable(str(place))} could not be read ({reason(error)})") from error
        if there:
            return there
    return []


def part_files(path: Path, endings: Sequence[str]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Return the one file of each part, as `all_part_files`; raises DataError where a part has several."""
    files, notes = all_part_files(path, endings)
    for part, several in files.items():
        if len(several) > 1:
            names = sentence([printable(file.name) for file in several], 3)
            raise DataError(f"{printable(str(path))} has {len(several)} files for {part} ({names}); keep one of them")
    return {part: several[0] for part, several in files.items()}, notes
