"""Which files of a folder are the training, validation and test part: told by a word for one in their names.

`train-00000-of-00002.parquet`, `test_32x32.mat`, `valid.tar`, `imagenet-val-000000.tar`, `mnist_test.csv`: the word stands
between characters that are not letters. Where a name has several, the first counts if the name begins with it, and else the
last. A file that is given by itself is train.
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
    """Return train, val or test for the name of a file that has a word for it; None for any other."""
    words = [word.lower() for word in re.findall(r"t10k|[A-Za-z]+", name)]
    parts = [WORDS[word] for word in words if word in WORDS]
    begins = bool(parts) and words[0] in WORDS and name.lower().startswith(words[0])
    return parts[0] if begins else parts[-1] if parts else None


def all_part_files(path: Path, endings: Sequence[str]) -> tuple[dict[str, list[Path]], tuple[str, ...]]:
    """Return the files of each part of ``path``, a file or a folder, in the order of their names, and notes on the others.

    Where a folder has none, its folder ``data`` is looked into, its folders ``train``, ``test`` ..., or its only one, as those
    of a configuration on the Hugging Face hub. Where no name begins with a word for a part, all are train. Raises DataError
    where there is no file with one of ``endings``.
    """
    if not path.is_dir():
        return {"train": [path]}, ()
    places = _places(path, endings)
    if not places:
        raise DataError(f"{printable(str(path))} has no file that ends in {', '.join(endings)}")
    named: dict[str, list[Path]] = {}
    others: list[str] = []
    for part, files in places:
        for file in files:
            if of := part or part_of(file.name):
                named.setdefault(of, []).append(file)
            else:
                others.append(printable(file.name))
    if not named:
        return {"train": places[0][1]}, ()
    one = "file has no word for a part in its name, and was"
    several = "files have no word for a part in their name, and were"
    note = (f"{counted(len(others), one, several)} not read: {sentence(others, 3)}",)
    return {part: named[part] for part in ("train", "val", "test") if part in named}, note if others else ()


def files_in(path: Path, endings: Sequence[str]) -> list[Path]:
    """Return the files with one of ``endings`` that `all_part_files` finds in the folder ``path``, by name."""
    return [file for _, files in _places(path, endings) for file in files]


def _places(path: Path, endings: Sequence[str], data: str = "data") -> list[tuple[str | None, list[Path]]]:
    """Return the files of ``path`` itself, or else of the folders in it; with the part where the folder's name is its word."""
    files, folders = _listed(path, endings)
    if files:
        return [(None, files)]
    if data in (folder.name for folder in folders):
        return _places(path / data, endings, "")
    parts = [WORDS.get(folder.name.lower()) for folder in folders]
    if len(folders) > 1 and None in parts:
        return []
    found = [(part, *_listed(folder, endings)) for part, folder in zip(parts, folders, strict=True)]
    return [(part, files) for part, files, inner in found if files and not inner]  # not an archive beside class folders


def _listed(path: Path, endings: Sequence[str]) -> tuple[list[Path], list[Path]]:
    """Return the files with one of ``endings``, and the folders, in ``path``."""
    try:
        there = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise DataError(f"the folder {printable(str(path))} could not be read ({reason(error)})") from error
    return [p for p in there if p.name.endswith(tuple(endings))], [p for p in there if p.is_dir()]


def part_files(path: Path, endings: Sequence[str]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Return the one file of each part, as `all_part_files`; raises DataError where a part has several."""
    files, notes = all_part_files(path, endings)
    for part, several in files.items():
        if len(several) > 1:
            names = sentence([printable(file.name) for file in several], 3)
            raise DataError(f"{printable(str(path))} has {len(several)} files for {part} ({names}); keep one of them")
    return {part: several[0] for part, several in files.items()}, notes
