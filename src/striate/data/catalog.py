"""The data sets that have a name, and the door to all data: a name of the catalogue, a folder of images, or a table."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from striate.base.catalog import Catalog, later, unknown
from striate.base.errors import DataError, printable
from striate.data.photos.resizing import USUAL, Resizing
from striate.data.readers.layouts import CIFAR10, CIFAR100, FASHION_MNIST, MNIST, TABLES, CifarLayout, IdxLayout

if TYPE_CHECKING:
    from striate.data.imageset import ImageSet
    from striate.data.photos.levels import Levels

_ALSO = f"or the path of a folder with train/CLASS/*.png, of a file of images, or of a table ({', '.join(TABLES)})"
_digits = later("striate.data.readers.digits:load_digits")
_sums = later("striate.data.readers.tabular:sums")
_load_idx = later("striate.data.readers.idx:load_idx")
_load_cifar = later("striate.data.readers.cifar:load_cifar")


@dataclass(frozen=True)
class Entry:
    """One data set of the catalogue: ``size`` is in words, ``side`` that of its square images in pixels, None for a table."""

    name: str
    size: str
    side: int | None
    classes: int
    source: str
    load: Callable[[Path | None, bool], ImageSet]
    locate: Callable[[Path | None], Path | None] | None


@dataclass(frozen=True)
class Description:
    """One line of ``striate list data``: ``where`` is a path, ``built in``, or ``not here``."""

    name: str
    size: str
    classes: int
    source: str
    where: str


def _idx(layout: IdxLayout, source: str) -> Entry:
    return Entry(
        layout.name,
        "60,000 + 10,000 images, 28 x 28 grey",
        28,
        10,
        source,
        lambda data_dir, fetch: _load_idx(layout, data_dir=data_dir, fetch=fetch),
        layout.locate,
    )


def _cifar(layout: CifarLayout) -> Entry:
    return Entry(
        layout.name,
        "50,000 + 10,000 images, 32 x 32 colour",
        32,
        len(layout.classes),
        "Krizhevsky 2009",
        lambda data_dir, fetch: _load_cifar(layout, data_dir=data_dir, fetch=fetch),
        layout.locate,
    )


ENTRIES: Catalog[Entry] = Catalog(
    "data set",
    DataError,
    (
        Entry(
            "digits",
            "1,438 + 359 images, 8 x 8 grey",
            8,
            10,
            "Alpaydin and Kaynak 1998, in scikit-learn",
            lambda _data_dir, _fetch: _digits(),
            None,
        ),
        _idx(MNIST, "LeCun, Cortes and Burges 1998"),
        _idx(FASHION_MNIST, "Xiao, Rasul and Vollgraf 2017"),
        _cifar(CIFAR10),
        _cifar(CIFAR100),
        Entry(
            "sums",
            "500 + 250 + 250 rows of 20 features",
            None,
            2,
            "generated: is a weighted sum large?",
            lambda _data_dir, _fetch: _sums(),
            None,
        ),
    ),
    also=lambda: _ALSO,
)


def names() -> tuple[str, ...]:
    """Return the names that `load` knows."""
    return ENTRIES.names


def describe(data_dir: str | Path | None = None) -> list[Description]:
    """Return one description for each data set of the catalogue, with where it was found."""
    data_dir = None if data_dir is None else Path(data_dir)
    found: list[Description] = []
    for entry in ENTRIES.values():
        place = entry.locate(data_dir) if entry.locate else None
        where = "built in" if entry.locate is None else str(place) if place else "not here, downloaded when asked for"
        found.append(Description(entry.name, entry.size, entry.classes, entry.source, where))
    return found


def load(
    name: str | Path,
    *,
    data_dir: str | Path | None = None,
    image_size: int | None = None,
    download: bool = True,
    skip_damaged: bool = False,
    levels: Levels | None = None,
    resizing: Resizing = USUAL,
) -> ImageSet:
    """Return the data set ``name`` of the catalogue, or the images (`striate.data.forms`) or the table at the path ``name``.

    ``image_size`` is the side in pixels that all images are brought to. Of a folder, ``skip_damaged`` leaves out files that
    cannot be read, and ``levels`` are the 16-bit values that become 0 and 255 (None: the folder's own).
    ``resizing`` says how an image gets another size. Raises DataError for
    an unknown name (with the nearest valid one) and for whatever is absent or damaged.
    """
    name, data_dir = str(name), None if data_dir is None else Path(data_dir)
    if name in ENTRIES:
        return _noted(_resized(ENTRIES[name].load(data_dir, download), image_size, resizing))
    if is_table(name):
        from striate.data.readers.tabular import load_table

        return _resized(load_table(Path(name)), image_size, resizing)
    if os.path.exists(name):
        from striate.data.forms import Wanted, load_form

        return load_form(Path(name), Wanted(image_size, skip_damaged, levels, resizing))
    if os.sep in name or (os.altsep or os.sep) in name:
        raise DataError(
            f"there is no folder {printable(name)}; give one that holds train/CLASS/*.png, or a file of images"
        )
    raise DataError(unknown(ENTRIES.kind, name, ENTRIES, _ALSO))


def side(name: str, image_size: int | None = None) -> int | None:
    """Return the shorter side in pixels of the images that `load` gives, without loading them; None where it gives none."""
    if image_size is not None:
        return image_size
    if name in ENTRIES:
        return ENTRIES[name].side
    if os.path.isdir(name):
        from striate.data.forms import form_of
        from striate.data.photos.folder import side_of

        form = form_of(Path(name))
        return side_of(Path(name)) if form and form.name == "class folders" else None
    return None


def is_table(name: str) -> bool:
    """Return whether `load` gives the features of a table for ``name``, and no images."""
    if name in ENTRIES:
        return ENTRIES[name].side is None
    return name.endswith(TABLES) and not later("striate.data.readers.array_files.image_npz:is_image_npz")(Path(name))


def one_of(name: str) -> str:
    """Return what one example of the data set ``name`` is called: a `row` of a table, else an `image`."""
    return "row" if is_table(name) else "image"


def _noted(loaded: ImageSet) -> ImageSet:
    from striate.data.equal_images import notes_on

    return replace(loaded, notes=(*loaded.notes, *notes_on(loaded)))


def _resized(loaded: ImageSet, image_size: int | None, resizing: Resizing) -> ImageSet:
    if image_size is None:
        return loaded
    if loaded.tabular:
        raise DataError(f"{loaded.name} is a table, and has no image to bring to image_size {image_size}; leave it out")
    from striate.data.resize import resized

    return resized(loaded, image_size, resizing)
