"""The pictures that a page may look at: those that were dropped on it, and the test images of the catalogue."""

from __future__ import annotations

import re

from striate.app.serve.uploads import MARK, Uploads
from striate.base.errors import DataError, printable
from striate.data.catalog import names
from striate.data.photos.decode import FORMATS
from striate.data.photos.picture import read_picture


class Dropped:
    """The pictures of this start."""

    def __init__(self) -> None:
        self._files = Uploads("picture", FORMATS, read_picture)
        self.by_name = self._files.by_name

    def take(self, content: bytes, name: str) -> str:
        """Return the word of a picture from now on, ``dropped:HASH``; raises DataError for what is not an image."""
        return self._files.take(content, name)

    def word(self, asked: str) -> str:
        """Return what ``asked`` is to a command: the path of a dropped picture, or a test image as it is, `digits:3`.

        Raises DataError for every other word: a path or an address that a page asks for is not opened.
        """
        if asked.startswith(MARK):
            return str(self._files.path(asked))
        kind, _, rest = asked.rpartition(":")
        if kind in names() and re.fullmatch(r"[0-9]{1,12}", rest):
            return asked
        raise DataError(f'"{printable(asked)}" is not a picture here; drop one, or name a test image, as digits:3')

    def shown(self, asked: str) -> str:
        """Return how ``asked`` is called on a command line."""
        return self._files.name(asked)
