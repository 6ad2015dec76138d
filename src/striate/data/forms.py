"""In which form a path holds labelled images, told by what lies there; and the door to the reader of each form.

One row of `FORMS` is all that a new form needs. A folder that is none of them is one of class folders.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, listed, printable
from striate.data.imageset import ImageSet
from striate.data.photos.levels import Levels
from striate.data.photos.resizing import USUAL, Resizing

TEXTS = (".csv", ".tsv")
_FOLDERS = "class folders"


@dataclass(frozen=True)
class Wanted:
    """How the images of a path are wanted; see `striate.data.load`."""

    image_size: int | None = None
    skip_damaged: bool = False
    levels: Levels | None = None
    resizing: Resizing = USUAL


@dataclass(frozen=True)
class Form:
    """``is_it`` (path, first bytes of a file; none of a folder); ``load`` reads what `is_it` found."""

    name: str
    is_it: Callable[[Path, bytes], bool]
    load: Callable[[Path, Wanted], ImageSet]


def form_of(path: Path) -> Form | None:
    """Return the form in which ``path`` holds images; None where it is none that is known."""
    head = b""
    if not path.is_dir():
        try:
            with open_regular(path) as file:
                head = file.read(512)
        except OSError:
            return None
        if head[:2] == b"\x1f\x8b":
            with contextlib.suppress(OSError, EOFError, ValueError, zlib.error), gzip.open(path) as unpacked:
                head = unpacked.read(512)
    return next((form for form in FORMS if form.is_it(path, head)), None)


def load_form(path: Path, wanted: Wanted) -> ImageSet:
    """Return the images at ``path``; raises DataError where it is in no form that is known, or cannot be read."""
    if (path / "dataset_dict.json").is_file() or ((path / "state.json").is_file() and any(path.glob("*.arrow"))):
        raise DataError(
            f"{printable(str(path))} is what save_to_disk of the library datasets writes, and is not read; write each split"
            ' with its to_parquet, as in load_from_disk("FOLDER")["train"].to_parquet("train.parquet"), into one folder'
        )
    form = form_of(path)
    if form is not None and form.name == _FOLDERS and (beside := _files_of_images(path)):
        raise DataError(
            f"{printable(str(path))} has no class folders; it holds {listed(beside[:3])}: give the path of the file"
        )
    if form is None:
        names = ", ".join(form.name for form in FORMS)
        raise DataError(f"{printable(str(path))} is in no form that is known; they are {names}")
    return form.load(path, wanted)


def _files_of_images(folder: Path) -> list[str]:
    """Return which files of a folder without folders hold images in a form of their own, as they may be printed."""
    try:
        with os.scandir(folder) as entries:
            there = sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)
            if any(e.is_dir() for e in there):
                return []
    except OSError:
        return []
    likely = [Path(e.path) for e in there if e.name.lower().endswith((*TEXTS, ".npz"))]
    return [f"{printable(file.name)} ({form.name})" for file in likely[:10] if (form := form_of(file))]


def _photos(survey: str) -> Callable[[Path, Wanted], ImageSet]:
    module, _, name = survey.partition(":")

    def load(path: Path, wanted: Wanted) -> ImageSet:
        from importlib import import_module

        from striate.data.photos.folder import load_survey

        return load_survey(getattr(import_module(f"striate.data.photos.{module}"), name)(path), **vars(wanted))

    return load


def _arrays(reader: str) -> Callable[[Path, Wanted], ImageSet]:
    module, _, name = reader.partition(":")

    def load(path: Path, wanted: Wanted) -> ImageSet:
        from importlib import import_module

        from striate.data.resize import resized

        made: ImageSet = getattr(import_module(f"striate.data.readers.{module}"), name)(path)
        return made if wanted.image_size is None else resized(made, wanted.image_size, wanted.resizing)

    return load


def _has(*endings: str) -> Callable[[Path], bool]:
    from striate.data.readers.parts import files_in

    def has(folder: Path) -> bool:
        if not folder.is_dir():
            return False
        found = [
            file for file in files_in(folder, endings) if file.stem != "metadata"
        ]  # which lists the images beside it
        return bool(found) and not (found[0].parent == folder and _has_folders(folder))

    return has


def _has_folders(folder: Path) -> bool:
    """Return whether it has folders besides ``data``: an archive that was left beside class folders is not what is meant."""
    try:
        with os.scandir(folder) as entries:
            return any(e.is_dir() and e.name != "data" and not e.name.startswith(".") for e in entries)
    except OSError:
        return False


def _folder_of_metadata(path: Path, _: bytes) -> bool:
    if not path.is_dir():
        return False
    from striate.data.photos.lists.index import metadata_of

    return bool(metadata_of(path))


def _idx(path: Path, head: bytes) -> bool:
    from striate.data.readers.array_files.any_idx import NAME

    if not path.is_dir():
        return head[:4] == b"\0\0\x08\x03"
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        return any(NAME.match(entry.name) and not entry.is_dir() for entry in entries)
    return False


def _named_mat(path: Path) -> bool:
    """Return whether a folder has .mat files that are called after a part: others may say anything of pictures beside them."""
    from striate.data.readers.parts import files_in, part_of

    return _has(".mat")(path) and any(part_of(file.name) for file in files_in(path, (".mat",)))


def _image_npz(path: Path, head: bytes) -> bool:
    if head[:2] != b"PK":
        return False
    from striate.data.readers.array_files.image_npz import is_image_npz

    return is_image_npz(path)


def _pixels(path: Path, _: bytes) -> bool:
    from striate.data.readers.array_files.pixel_table import is_pixel_table

    if not path.is_dir():
        return is_pixel_table(path)
    return _has(*TEXTS)(path) and any(is_pixel_table(file) for file in path.iterdir())


def _index(path: Path, head: bytes) -> bool:
    if path.suffix.lower() == ".jsonl":
        return head.lstrip()[:1] == b"{"
    text = path.suffix.lower() in (*TEXTS, ".txt")
    return text and any(mark in head.decode("utf-8-sig", "ignore").partition("\n")[0] for mark in ",\t;")


FORMS: tuple[Form, ...] = (
    Form("Parquet", lambda p, h: h[:4] == b"PAR1" or _has(".parquet")(p), _photos("lists.parquet:survey_parquet")),
    Form(
        "webdataset",
        lambda p, h: h[257:262] == b"ustar" or _has(".tar", ".tar.gz", ".tgz")(p),
        _photos("lists.webdataset:survey_webdataset"),
    ),
    Form("imagefolder with metadata", _folder_of_metadata, _photos("lists.index:survey_metadata")),
    Form("MedMNIST's .npz", _image_npz, _arrays("array_files.image_npz:load_image_npz")),
    Form(
        "SVHN's .mat",
        lambda p, h: h[:6] == b"MATLAB" or h[:8] == b"\x89HDF\r\n\x1a\n" or _named_mat(p),
        _arrays("array_files.mat:load_mat"),
    ),
    Form("IDX", _idx, _arrays("array_files.any_idx:load_idx_files")),
    Form(
        "STL-10's binary",
        lambda p, _: (p / "train_X.bin").is_file() or (p.name.endswith("_X.bin") and p.is_file()),
        _arrays("array_files.stl10:load_stl10"),
    ),
    Form("CSV of pixels", _pixels, _arrays("array_files.pixel_table:load_pixel_table")),
    Form("CSV or TSV index", _index, _photos("lists.index:survey_index")),
    Form(_FOLDERS, lambda p, _: p.is_dir(), _photos("folder:survey_folder")),
)
