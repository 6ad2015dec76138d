"""Files of weights that a page may look inside: those in the folder, those where data lie, and those that were given to it.

A key names one, and never a path: folder:NAME, data:NAME, or dropped:HASH. What is read is read as everywhere, weights only.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.serve.place import Place, files_below
from striate.app.serve.uploads import MARK, Uploads
from striate.base.errors import NetError, RunError, printable

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject

ENDINGS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt")


class Weights:
    """The files of weights of ``place``."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._files = Uploads("file of weights", ENDINGS, _readable)
        self.by_name = self._files.by_name

    def take(self, content: bytes, name: str) -> str:
        """Return the key of a file from now on; raises StriateError for what holds no weights."""
        return self._files.take(content, name)

    def listed(self, _query: Mapping[str, str] = {}) -> dict[str, Any]:
        """Return the keys of the files, the nets that weights may be of, and the data that they may come from."""
        from striate.app.inputs.opened_net import IMAGENET
        from striate.data.catalog import names
        from striate.nets.catalog import ENTRIES

        files = [f"{kind}:{name}" for kind, one in self._places() for name in files_below(one.top, ENDINGS)]
        return {"files": list(dict.fromkeys(files)), "nets": list(ENTRIES), "data": [*names(), IMAGENET]}

    def path(self, key: str) -> Path:
        """Return where the file of ``key`` lies; raises StriateError where it names none."""
        if key.startswith(MARK):
            return self._files.path(key)
        kind, _, name = key.partition(":")
        for here, one in self._places():
            if here == kind and name.endswith(ENDINGS):
                with contextlib.suppress(RunError):
                    return one.file(name)
        raise NetError(f'"{printable(key)}" is not a file of weights here; choose one of the list, or upload it')

    def shown(self, key: str) -> str:
        """Return how the file is called on a command line."""
        return self._files.name(key) if key.startswith(MARK) else str(self.path(key))

    def opened(self, name: str, key: str, trained_on: str) -> Subject:
        """Return the net ``name`` with the weights of ``key``; where none is named, the file may tell it.

        Raises NetError for a net that is code of someone's own, and as `open_subject` does.
        """
        from striate.app.inputs.opened_net import open_subject
        from striate.nets.custom.naming import is_own

        path = self.path(key)
        name = name or _told(path)
        if is_own(name) or not re.fullmatch(r"[A-Za-z0-9][\w.:-]*", name):
            raise NetError(
                f'"{printable(name)}" is not a net that weights can be of here; choose one of `striate list nets`'
            )
        known = self.listed()["data"]
        if trained_on and trained_on not in known:
            raise NetError(f'"{printable(trained_on)}" is not a data set of this page; accepted are {", ".join(known)}')
        return open_subject(name, path, trained_on=trained_on or None, data_dir=self.place.data_dir)

    def _places(self) -> list[tuple[str, Place]]:
        from striate.data.readers.download import roots

        *named, _cache = roots(self.place.data_dir)
        return [("folder", Place(self.place.top)), *(("data", Place(root)) for root in named)]


def _readable(path: Path) -> None:
    from striate.nets.weights.load import read_weights

    read_weights(path)


def _told(path: Path) -> str:
    from striate.training.starting.exported import metadata_of

    told = metadata_of(path)
    if told is None or told.built_as is None or told.built_as.engine != "torch":
        raise NetError(f'"{printable(path.name)}" does not say of what net its weights are; name the net beside it')
    return told.built_as.net
