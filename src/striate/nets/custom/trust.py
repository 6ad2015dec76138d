"""Which code of a person's own may run.

A net named ``package.module:callable`` is code. What a file says (a recipe, a study, the labels of a checkpoint) never imports
or calls it by itself, for the file may be a stranger's. It runs once the person has named it: on this command (``--net``), in
Python by ``Recipe(net=...)``, ``Recipe.change(net=...)`` or ``build``; or once the person has trusted the source that a run
folder keeps (``--trust-code``, ``trust_code``), which then runs and no file of that name from elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from striate.base.errors import NetError, printable

_named: dict[
    str, Path | None
] = {}  # a net's name -> the folder that its module is loaded from; None: where Python finds it
_folders: set[Path] = set()  # run folders whose kept source may run
_reading: ContextVar[bool] = ContextVar("reading", default=False)


def trust(name: str, source: Path | None = None) -> None:
    """Let the net of this name be imported: from the folder ``source``, else from where Python finds its module.

    Does nothing inside `from_file`: there the name is a file's word, not a person's.
    """
    if not _reading.get():
        _named[name] = None if source is None else source.resolve()


def trust_code(what: str | Path) -> None:
    """Let code of one's own run in this process: the net ``what`` (module:callable), or that of the run folder ``what``.

    Of a run folder the source that it keeps runs: read it first, for it may be a stranger's.
    """
    if (Path(what) / "recipe.json").is_file():
        trust_folder(what)
    else:
        trust(str(what))


def trust_folder(folder: str | Path) -> None:
    """Let the net of the run in ``folder`` run from the source that the run keeps."""
    _folders.add(Path(os.path.realpath(folder)))


def trusts_folder(folder: Path) -> bool:
    """Return whether `trust_folder` was called for this run folder."""
    return Path(os.path.realpath(folder)) in _folders


def is_trusted(name: str) -> bool:
    """Return whether a person has named this net."""
    return name in _named


def source_folder(name: str) -> Path | None:
    """Return the folder that the module of net ``name`` is loaded from, None for where Python finds it.

    Raises NetError for a net that nobody has named.
    """
    if name not in _named:
        raise NetError(
            f'net "{printable(name)}" is code, and only a file names it here; if you trust that code, name it yourself with '
            f"`net={printable(name)}`"
        )
    return _named[name]


@contextmanager
def from_file() -> Generator[None]:
    """While the block runs, names of nets come from a file, and none is trusted for being read."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)
