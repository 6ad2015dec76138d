"""Where a data file is looked for, and how it is downloaded when it is nowhere.

Looked for in ``data_dir``, then in ``$STRIATE_DATA``, then in the user's cache. A download comes from the official
address, goes to ``data_dir`` when one was given and to the cache otherwise; `watch_downloads` says who is told how far it is.
pooch writes it to a temporary file in the same folder, checks the hash and only then gives it its name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from striate.base.disk.foreign import amount, kind_of
from striate.base.errors import DataError, StorageError, printable
from striate.data.cache.place import cache_folder

VARIABLE = "STRIATE_DATA"
MOST_BYTES = 1 << 30  # of one file; the largest of the catalogue has 170 million
_CHUNK = 1 << 16  # bytes
_TIMEOUT = 30  # seconds without a byte


Watch = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]
"""File name, bytes in all where known -> a context while the download runs, which is told the bytes of each piece."""


@contextmanager
def _unwatched(name: str, total: int | None) -> Generator[Callable[[int], None]]:
    yield lambda size: None


_watch: ContextVar[Watch] = ContextVar("watch", default=_unwatched)


def watch_downloads(watch: Watch) -> None:
    """Have ``watch`` told of every download from now on; without it a download is silent."""
    _watch.set(watch)


@dataclass(frozen=True)
class Remote:
    """One file at its official address; ``known_hash`` is written ``md5:...`` or ``sha256:...``."""

    file: str
    url: str
    known_hash: str


def roots(data_dir: Path | None) -> tuple[Path, ...]:
    """Return the folders to look in, in order; raises DataError when one that was named is not a folder."""
    named: list[tuple[str, Path]] = []
    if data_dir is not None:
        named.append(("the data folder", data_dir))
    if variable := os.environ.get(VARIABLE):
        named.append((f"${VARIABLE}", Path(variable)))
    for source, folder in named:
        if not os.path.isdir(folder):
            raise DataError(f"{source} is {printable(str(folder))}, which is not a folder; make it or name another one")
    return (*(folder for _, folder in named), cache_folder())


def is_file(path: Path) -> bool:
    """Return whether the data file ``path`` is there; raises DataError for a pipe or device of that name: none is read."""
    kind = kind_of(path)
    if kind not in ("file", "folder", "absent"):
        raise DataError(
            f"{printable(str(path))} is {kind}, and must be a regular file; move it away or name another folder"
        )
    return kind == "file"


def target(data_dir: Path | None) -> Path:
    """Return the folder that downloads go to."""
    return data_dir if data_dir is not None else cache_folder()


def absent(name: str, files: tuple[str, ...], folder: Path, reason: str) -> DataError:
    """Return the error for the missing ``files`` of the data set ``name``: what, why, and where to put them."""
    return DataError(
        f"{name} needs {', '.join(files)}, and {reason}; put it into {printable(str(folder))},"
        f" or into a folder named with `data_dir` or ${VARIABLE}"
    )


def download(remote: Remote, folder: Path, name: str) -> Path:
    """Download ``remote`` for the data set ``name`` into ``folder`` and return its path.

    Raises DataError, saying which file to put where, when the network or the hash does not allow it, and StorageError
    when the disk does not. No file of that name exists afterwards unless it is whole.
    """
    import pooch

    is_file(folder / remote.file)
    pooch.get_logger().setLevel("WARNING")  # it would announce each file on the terminal
    # pooch annotates a downloader by names that its own do not have; it calls (url, file, None).
    receive = cast(Any, _receive)
    try:
        path = pooch.retrieve(remote.url, remote.known_hash, fname=remote.file, path=folder, downloader=receive)
        return Path(path)
    except _Unreached as error:
        reason = f"it could not be downloaded from {remote.url} ({error})"
        raise absent(name, (remote.file,), folder, reason) from error
    except ValueError as error:
        reason = f"what {remote.url} sent has not the hash {remote.known_hash} and was thrown away"
        raise absent(name, (remote.file,), folder, reason) from error
    except OSError as error:
        raise StorageError(
            f"{remote.file} could not be written to {printable(str(folder))} ({error.strerror or error});"
            " free some space or name another folder with `data_dir`"
        ) from error


class _Unreached(Exception):
    """Nothing, or no end, came from the network; the text says why in a few words."""


def _receive(url: str, file: str, _pooch: None) -> None:
    """Write what ``url`` sends to ``file``, telling the watcher; raises _Unreached."""
    import requests

    with Path(file).open("wb") as output:
        try:
            for chunk in _sent(url):
                output.write(chunk)
        # An address that a redirect names may be none, which some say by a ValueError.
        except (requests.RequestException, ValueError) as error:
            # Its text is a chain of addresses and objects; the kind says enough.
            raise _Unreached(type(error).__name__) from error


def _sent(url: str) -> Iterator[bytes]:
    import requests

    with requests.get(url, stream=True, timeout=_TIMEOUT) as response:
        response.raise_for_status()
        length = response.headers.get("content-length", "")
        size = 0
        with _watch.get()(url.rpartition("/")[2], int(length) if length.isdecimal() else None) as advance:
            for chunk in response.iter_content(_CHUNK):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise _Unreached(f"it sends more than {amount(MOST_BYTES)}")
                yield chunk
                advance(len(chunk))
