"""Where a data file is looked for, and how it is downloaded when it is nowhere.

Looked for in ``data_dir``, then in ``$STRIATE_DATA``, then in the user's cache. A download comes from the official
address, goes to ``data_dir`` when one was given and to the cache otherwise, and shows its progress on a terminal.
pooch writes it to a temporary file in the same folder, checks the hash and only then gives it its name.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from striate.base.errors import DataError, StorageError, printable

if TYPE_CHECKING:
    from rich.progress import Progress

VARIABLE = "STRIATE_DATA"
_CHUNK = 1 << 16  # bytes; pooch's own kilobyte makes a large download slow


@dataclass(frozen=True)
class Remote:
    """One file at its official address; ``known_hash`` is written ``md5:...`` or ``sha256:...``."""

    file: str
    url: str
    known_hash: str


def cache_folder() -> Path:
    """Return the folder for downloads in the user's cache; it need not exist."""
    import pooch

    return Path(pooch.os_cache("striate"))


def roots(data_dir: Path | None) -> tuple[Path, ...]:
    """Return the folders to look in, in order; raises DataError when one that was named is no folder."""
    named: list[tuple[str, Path]] = []
    if data_dir is not None:
        named.append(("the data folder", data_dir))
    if variable := os.environ.get(VARIABLE):
        named.append((f"${VARIABLE}", Path(variable)))
    for source, folder in named:
        if not folder.is_dir():
            raise DataError(f"{source} is {printable(str(folder))}, which is no folder; make it or name another one")
    return (*(folder for _, folder in named), cache_folder())


def target(data_dir: Path | None) -> Path:
    """Return the folder that downloads go to."""
    return data_dir if data_dir is not None else cache_folder()


def absent(name: str, files: tuple[str, ...], folder: Path, reason: str) -> DataError:
    """Return the error for the missing ``files`` of the data set ``name``: what, why, and where to put them."""
    return DataError(
        f"{name} needs {', '.join(files)}, and {reason}; put it into {printable(str(folder))},"
        f" or into a folder named with --data-dir or ${VARIABLE}"
    )


def download(remote: Remote, folder: Path, name: str) -> Path:
    """Download ``remote`` for the data set ``name`` into ``folder`` and return its path.

    Raises DataError, saying which file to put where, when the network or the hash does not allow it, and StorageError
    when the disk does not. No file of that name exists afterwards unless it is whole.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")  # it would announce each file on the terminal
    bar = _Bar(remote.file) if sys.stderr.isatty() else False
    # pooch annotates neither its own downloader nor a bar of one's own as what `retrieve` accepts.
    downloader = cast(Any, pooch.HTTPDownloader(progressbar=cast(Any, bar), chunk_size=_CHUNK))
    try:
        path = pooch.retrieve(remote.url, remote.known_hash, fname=remote.file, path=folder, downloader=downloader)
        return Path(path)
    except requests.RequestException as error:
        # Its text is a chain of addresses and objects; the kind says enough.
        reason = f"it could not be downloaded from {remote.url} ({type(error).__name__})"
        raise absent(name, (remote.file,), folder, reason) from error
    except ValueError as error:
        reason = f"what {remote.url} sent has not the hash {remote.known_hash} and was thrown away"
        raise absent(name, (remote.file,), folder, reason) from error
    except OSError as error:
        raise StorageError(
            f"{remote.file} could not be written to {printable(str(folder))} ({error.strerror or error});"
            " free some space or name another folder with --data-dir"
        ) from error
    finally:
        if bar:
            bar.close()


class _Bar:
    """What pooch asks of a progress bar (``total``, update, reset, close), drawn by Rich on standard error."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._progress: Progress | None = None
        self.total = 0

    def _started(self) -> Progress:
        if self._progress is None:
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
            self._progress = Progress(*columns, console=Console(stderr=True))
            # A server that does not tell the length says 0; Rich then shows movement without an end.
            self._progress.add_task(self._label, total=self.total or None)
            self._progress.start()
        return self._progress

    def update(self, count: int) -> None:
        progress = self._started()
        progress.advance(progress.task_ids[0], count)

    def reset(self) -> None:
        progress = self._started()
        progress.reset(progress.task_ids[0], total=self.total or None)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
