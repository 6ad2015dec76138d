"""Files that came through the page: kept in a private folder while the server runs, named by their content.

What one may be is checked before it is kept. None is ever run, and a name that a browser gives is shown and never opened.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from pathlib import Path

from striate.base.disk.files import write_bytes
from striate.base.errors import DataError, StriateError, printable

MOST = 16  # files that are kept; an older one is to be given again when it is wanted
MARK = "dropped:"


class Uploads:
    """Files of one kind, of this start, the oldest forgotten first; ``what`` is the word for one of them."""

    def __init__(self, what: str, endings: Collection[str], check: Callable[[Path], object]) -> None:
        self.what, self.endings, self._check = what, endings, check
        self._folder = ""
        self._kept: OrderedDict[str, tuple[Path, str]] = OrderedDict()

    def take(self, content: bytes, name: str) -> str:
        """Return the key of a file from now on, ``dropped:HASH``; raises StriateError for what is none of this kind."""
        ending = Path(name).suffix.lower()
        if ending not in self.endings:
            raise DataError(f'"{printable(name)}" does not end in {", ".join(self.endings)}; convert or rename it')
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="striate-page-")  # which nobody else may enter
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        key = hashlib.sha256(content).hexdigest()[:32]
        path = Path(self._folder, key + ending)
        write_bytes(path, content)
        try:
            self._check(path)
        except StriateError as error:
            path.unlink(missing_ok=True)
            raise type(error)(str(error).replace(str(path), printable(name))) from error
        self._kept[key] = path, name
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            _, (old, _) = self._kept.popitem(last=False)
            old.unlink(missing_ok=True)
        return MARK + key

    @contextmanager
    def by_name(self) -> Generator[None]:
        """Have what is refused of a file name it as it was called where it came from."""
        try:
            yield
        except StriateError as error:
            text = str(error)
            for path, name in self._kept.values():
                text = text.replace(str(path), printable(name))
            if text == str(error):
                raise
            raise type(error)(text) from error

    def path(self, key: str) -> Path:
        """Return where the file of ``key`` lies; raises DataError where it is not kept any more."""
        if key.removeprefix(MARK) not in self._kept:
            raise DataError(f"this {self.what} is not here any more; give it again")
        return self._kept[key.removeprefix(MARK)][0]

    def name(self, key: str) -> str:
        """Return how the file of ``key`` was called where it came from; ``key`` itself where it is not kept."""
        kept = self._kept.get(key.removeprefix(MARK))
        return kept[1] if key.startswith(MARK) and kept else key
