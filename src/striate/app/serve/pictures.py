"""Pictures that were dropped on the page: kept as files of a private folder while the server runs, named by their content."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import weakref
from collections import OrderedDict
from pathlib import Path

from striate.base.disk.files import write_bytes
from striate.base.errors import DataError, printable
from striate.data.catalog import names
from striate.data.photos.decode import FORMATS
from striate.data.photos.picture import read_picture

MOST = 16  # pictures that are kept; an older one is dropped again when it is wanted


class Dropped:
    """The pictures of this start, the oldest forgotten first."""

    def __init__(self) -> None:
        self._folder = ""
        self._kept: OrderedDict[str, tuple[Path, str]] = OrderedDict()

    def take(self, content: bytes, name: str) -> str:
        """Return the word of a picture from now on, ``dropped:HASH``; raises DataError for what is no image."""
        ending = Path(name).suffix.lower()
        if ending not in FORMATS:
            raise DataError(f'"{printable(name)}" does not end in {", ".join(FORMATS)}; convert or rename it')
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="striate-page-")  # which nobody else may enter
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        key = hashlib.sha256(content).hexdigest()[:32]
        path = Path(self._folder, key + ending)
        write_bytes(path, content)
        try:
            read_picture(path)
        except DataError as error:
            path.unlink(missing_ok=True)
            raise DataError(str(error).replace(str(path), printable(name))) from error
        self._kept[key] = path, name
        while len(self._kept) > MOST:
            _, (old, _) = self._kept.popitem(last=False)
            old.unlink(missing_ok=True)
        return f"dropped:{key}"

    def word(self, asked: str) -> str:
        """Return what ``asked`` is to a command: the path of a dropped picture, or a test image as it is, `digits:3`.

        Raises DataError for every other word: a path or an address that a page asks for is not opened.
        """
        kind, _, rest = asked.rpartition(":")
        if kind == "dropped":
            if rest not in self._kept:
                raise DataError("this picture is not here any more; drop it again")
            return str(self._kept[rest][0])
        if kind in names() and re.fullmatch(r"[0-9]{1,12}", rest):
            return asked
        raise DataError(f'"{printable(asked)}" is no picture here; drop one, or name a test image, as digits:3')

    def shown(self, asked: str) -> str:
        """Return how ``asked`` is called on a command line."""
        key = asked.rpartition(":")[2]
        return self._kept[key][1] if asked.startswith("dropped:") and key in self._kept else asked
