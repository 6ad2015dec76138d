"""A list of image files: a CSV or TSV index with a path, a label and perhaps a split a row, or Hugging Face's metadata files.

    path,label,split,group         also file_name, filename, image; class, category, target; set, subset, fold; domain
    pets/1.jpg,cat,train           without a first line of names, the columns are path, label and, if there, split and group

Paths count from the folder of the list. Where nothing else tells the split and all paths begin with a folder that is called
one, as train/1.jpg, it is told by that. Hugging Face's `imagefolder` has metadata.csv, .jsonl or .parquet beside the images of
each split, or beside the folders of the splits, with file_name and a label; one without a label leaves the classes to the
folders, which that library does not. Images that lie there and are not listed are counted.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

from striate.base.disk.files import read_text
from striate.base.errors import DataError, counted, listed, printable, reason
from striate.data.photos.decode import FORMATS
from striate.data.photos.lists.columns import SPLITS, unread
from striate.data.photos.lists.parquet import records
from striate.data.photos.lists.rows import GROUPS, Row, survey_of
from striate.data.photos.survey import Survey
from striate.data.readers.parts import WORDS

METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
_LIMIT = 1 << 28  # bytes of a list
_PATHS = ("path", "file_name", "filename", "file", "image", "image_path", "filepath", "img", "image_file_name")
_LABELS = ("label", "class", "category", "target", "labels", "class_name", "label_name")

_UNNAMED = ("", "Unnamed: 0", "__index_level_0__")
"""The column in which pandas numbers the rows."""

Record = dict[str, str]


def survey_index(path: Path) -> Survey:
    """Return the images that the index ``path`` names; raises DataError where it is none."""
    rows, notes = _rows(path, path.parent, None)
    found = survey_of(path, rows)
    found.notes += notes
    found.notes.append(f"the images are those that {printable(path.name)} names: {counted(len(rows), 'row')}")
    return found


def metadata_of(folder: Path) -> list[tuple[Path, str | None]]:
    """Return the metadata files of ``folder`` and of its folders of splits that have a column of labels, with the split."""
    places: list[tuple[Path, str | None]] = [(folder, None)]
    try:
        with os.scandir(folder) as entries:
            there = sorted((e.name for e in entries if e.name.lower() in WORDS), key=str)
    except OSError:
        there = []
    places += [(folder / name, WORDS[name.lower()]) for name in there]
    files = [(place / name, split) for place, split in places for name in METADATA if (place / name).is_file()]
    return [(file, split) for file, split in files if _has_label(file)]


def survey_metadata(folder: Path) -> Survey:
    """Return the images that the metadata files of ``folder`` name; raises DataError where one is damaged."""
    files = metadata_of(folder)
    parts = [_rows(file, file.parent, split) for file, split in files]
    rows = [row for part, _ in parts for row in part]
    found = survey_of(folder, rows)
    found.notes += [note for _, notes in parts for note in notes]
    named = {os.path.abspath(row.source) for row in rows if isinstance(row.source, Path)}
    beside = [image for file, _ in files for image in _images(file.parent) if image not in named]
    if unlisted := len(set(beside)):
        found.notes.append(
            f"{counted(unlisted, 'image lies', 'images lie')} there that"
            f" {listed(sorted({file.name for file, _ in files}))} does not list; they were not"
            " read"
        )
    return found


def _images(folder: Path) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        yield from (
            os.path.abspath(os.path.join(place, name))
            for name in names
            if os.path.splitext(name)[1].lower() in FORMATS and not name.startswith(".")
        )


def _has_label(file: Path) -> bool:
    try:
        first = next(_records(file), None)
    except DataError:
        return True  # what is damaged is told when it is read
    return first is not None and _column(first, _LABELS) is not None


def _rows(file: Path, folder: Path, split: str | None) -> tuple[list[Row], list[str]]:
    """Return the rows of a list whose paths count from ``folder``, all of one ``split`` where that is known, and notes."""
    records = list(_records(file))
    if not records:
        return [], []
    path_name, label_name = _column(records[0], _PATHS), _column(records[0], _LABELS)
    split_name, group_name = _column(records[0], SPLITS), _column(records[0], GROUPS)
    if path_name is None or label_name is None:
        told = ", ".join(printable(name) for name in list(records[0])[:8])
        raise DataError(
            f"{printable(str(file))} has the columns {told}; it needs one of paths ({', '.join(_PATHS[:4])}) and one"
            f" of labels ({', '.join(_LABELS[:4])})"
        )
    names = [_path(record.get(path_name, "").strip(), folder) for record in records]
    # By their folders paths tell the split only where every folder is the word for one and train is among them: a class
    # that is called test, or a set without train, would otherwise become a split in silence.
    folders = {name.partition("/")[0] if "/" in name else "" for name in names if name}
    parts = {WORDS.get(place.lower()) for place in folders}
    by_folder = split is None and split_name is None and "train" in parts and None not in parts
    rows: list[Row] = []
    for number, (record, name) in enumerate(zip(records, names, strict=True), start=1):
        told = split if split_name is None else record.get(split_name, "")
        told = name.partition("/")[0] if by_folder else told
        label, group = record.get(label_name, "").strip(), record.get(group_name or "", "").strip()
        # A row that cannot be used is handed on with its fault, so that one error tells of all of them and none shifts the
        # numbers.
        where, image = f"row {number} of {file.name}", folder / name
        if not name:
            rows.append(Row(where, None, label or None, told, "names no file"))
            continue
        fault = "" if os.path.isfile(image) else f"names {printable(name)}, which is not there"
        if not fault and image.suffix.lower() not in FORMATS:
            fault = f"names {printable(name)}, which does not end in {', '.join(FORMATS)}"
        shown, source = (where, None) if fault else (name if label else where, image)
        rows.append(Row(shown, source, label or None, told, fault, group))
    split_words = listed(sorted(map(printable, folders)))
    notes = [f"the splits are the folders with which the paths begin: {split_words}"] if by_folder else []
    others = [name for name in records[0] if name not in (path_name, label_name, split_name, group_name, *_UNNAMED)]
    return rows, [*notes, *unread(path_name, label_name, others)]


def _path(name: str, folder: Path) -> str:
    """Return a path as it is written, or with slashes where it is one of Windows, which no file here is called by."""
    if "\\" not in name or os.path.lexists(folder / name):
        return name
    return name.replace("\\", "/")


def _column(record: Record, names: tuple[str, ...]) -> str | None:
    known = {key.strip().lower(): key for key in record}
    return next((known[name] for name in names if name in known), None)


def _records(file: Path) -> Iterator[Record]:
    """Yield each row of a list by the names of its columns; raises DataError where it is damaged."""
    if file.suffix == ".parquet":
        yield from records(file)
        return
    shown = printable(str(file))
    try:
        text = read_text(file, _LIMIT).removeprefix("\ufeff")
    except (OSError, ValueError) as error:
        raise DataError(f"{shown} could not be read ({reason(error)}); write the list as UTF-8") from error
    if file.suffix == ".jsonl":
        yield from _json_lines(text, shown)
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    if not text:
        raise DataError(f"{shown} is empty; write path,label in its first line, and a row for each image")
    reader = csv.reader(
        lines, delimiter="\t" if "\t" in lines[0] else ";" if lines[0].count(";") > 0 else ",", strict=True
    )
    try:
        names = next(reader)
        if os.path.splitext(names[0])[1].lower() in FORMATS:  # no line of names
            reader = csv.reader(lines, delimiter=reader.dialect.delimiter, strict=True)
            names = ["path", "label", "split", "group"][: len(names)]
        for row in reader:
            if row and len(row) != len(names):
                raise DataError(
                    f"{shown}: line {reader.line_num} has {counted(len(row), 'column')}, and the first has {len(names)}"
                )
            if row:
                yield dict(zip(names, row, strict=True))
    except csv.Error as error:
        raise DataError(
            f"{shown}: line {reader.line_num} is not a row of a table ({reason(error)}); correct it"
        ) from error


def _json_lines(text: str, shown: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{shown}: line {number} is not JSON ({reason(error)}); correct it") from error
        if not isinstance(record, dict):
            raise DataError(f"{shown}: line {number} is {type(record).__name__}, and an object is expected")
        label = _column(record, _LABELS)
        if label is not None and isinstance(record[label], (list, dict)):
            raise DataError(
                f"{shown}: line {number} has {json.dumps(record[label])[:60]} as its {printable(label)}, and one class for"
                " each image is accepted"
            )
        yield {str(key): "" if value is None else str(value) for key, value in record.items()}
