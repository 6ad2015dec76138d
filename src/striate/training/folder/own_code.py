"""The source of a net of one's own beside its run: kept when the run begins, and compared whenever the run is opened.

source/<first 12 digits of the fingerprint>/   the net's module and what it imports from beside it, as they were
environment.json   "source": {"fingerprint": SHA-256 over all, "files": {path: SHA-256}}, of a resumed part under "continued"

A run folder may be a stranger's, so opening one runs no code that only the folder names (`nets/custom/trust.py`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from striate.base.disk.files import digest, make_folder, read_json, write_bytes
from striate.base.errors import NetError, RunError, printable
from striate.nets.custom.load import own_sources
from striate.nets.custom.naming import is_own
from striate.nets.custom.source import fingerprint
from striate.nets.custom.trust import is_trusted, trust, trusts_folder

FOLDER = "source"
Kept = dict[str, Any]
_accepts_changes: set[Path] = set()


def accept_changes(folder: str | Path) -> None:
    """Let the run in ``folder`` be continued and tested although the source of its net is another one now."""
    _accepts_changes.add(Path(os.path.realpath(folder)))


def accepts_changes(folder: str | Path) -> bool:
    """Return whether `accept_changes` was called for ``folder``."""
    return Path(os.path.realpath(folder)) in _accepts_changes


def keep(folder: Path, net: str) -> Kept:
    """Write the source of ``net`` into the run folder, and return what environment.json holds of it; empty for no own net."""
    if not is_own(net):
        return {}
    files = own_sources(net)
    whole = fingerprint(files)
    place = folder / FOLDER / whole[:12]
    for name, content in files.items():
        make_folder((place / name).parent)
        write_bytes(place / name, content)
    return {"source": {"fingerprint": whole, "files": {name: digest(content) for name, content in files.items()}}}


def kept(folder: Path) -> Kept | None:
    """Return what environment.json holds of the source of the run's last part; None where it holds nothing of use."""
    try:
        environment = read_json(folder / "environment.json")
        parts = [environment, *environment.get("continued", [])]
        found: Any = [part["source"] for part in parts if part.get("source")][-1]
        names = [Path(name) for name in found["files"]]
        sound = re.fullmatch(r"[0-9a-f]{64}", found["fingerprint"]) and not any(
            name.is_absolute() or ".." in name.parts for name in names
        )
        return found if sound else None
    except (OSError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return None


def kept_files(folder: Path) -> dict[Path, bytes]:
    """Return the kept source of the run's last part, file by file; raises RunError where it is not what the run wrote."""
    record = kept(folder)
    if record is None:
        raise RunError(f'the run in "{folder}" keeps no source of its net; name the net with `net`, or train it again')
    place = folder / FOLDER / record["fingerprint"][:12]
    files: dict[Path, bytes] = {}
    for name, known in record["files"].items():
        try:
            content = (place / name).read_bytes()
        except OSError as error:
            raise RunError(
                f"{place / name} cannot be read ({error.strerror}); restore it, or name the net with `net`"
            ) from error
        if digest(content) != known:
            raise RunError(
                f"{place / name} is not what the run wrote (its hash differs); restore it, or name the net with `net`"
            )
        files[place / name] = content
    if {path.relative_to(place) for path in place.rglob("*") if path.is_file()} != {Path(n) for n in record["files"]}:
        raise RunError(f"{place} holds files that the run did not write; remove them, or name the net with `net`")
    return files


def admit(folder: Path, net: str, warn: Callable[[str], None] | None = None) -> None:
    """Let ``net`` of the run in ``folder`` be built, where it is code that a person trusts; nothing is done for other nets.

    Raises RunError for code that nobody has named, and for a source that has changed since, unless `accept_changes` was called;
    with ``warn`` the change is only told.
    """
    if not is_own(net):
        return
    record = kept(folder)
    if trusts_folder(folder):
        kept_files(folder)
        assert record is not None
        trust(net, folder / FOLDER / record["fingerprint"][:12])
        return
    if not is_trusted(net):
        raise RunError(
            f'the run in "{folder}" has a net of its own, "{printable(net)}", which is code'
            + (f" (kept in {folder / FOLDER}, SHA-256 {record['fingerprint'][:12]}...)" if record else "")
            + f"; add `net={printable(net)}` to run your own file of this name"
            + (", or read the kept source and add `trust_code` to run that" if record else "")
        )
    trust(net)
    if record is None:
        return  # of a run older than kept sources nothing is known
    now = own_sources(net)
    if fingerprint(now) == record["fingerprint"]:
        return
    names = sorted(record["files"].keys() | now.keys())
    different = [name for name in names if name not in now or record["files"].get(name) != digest(now[name])]
    told = f'{", ".join(different)} changed since the run in "{folder}" was trained'
    if warn is not None:
        warn(f"{told}: the net may be another one")
    elif not accepts_changes(folder):
        raise RunError(
            f"{told}, and its weights belong to the code as it was; add `trust_code` to run the source that the run keeps, or "
            "`changed_code` to go on with the file as it is now"
        )


def source_of(net: str) -> str:
    """Return the fingerprint of the source of a net of one's own as it is now, empty for other nets."""
    return fingerprint(own_sources(net)) if is_own(net) else ""


def refuse_changed(runs: Iterable[tuple[Path, str]]) -> None:
    """Raise RunError where a run, (folder, net), was trained by another source of its net than a run of today would be."""
    for folder, net in runs:
        if is_own(net) and (record := kept(folder)) and record["fingerprint"] != source_of(net):
            raise RunError(
                f'the source of net "{printable(net)}" has changed since "{folder}" was trained, and two nets cannot be '
                "compared; restore it, or choose another folder with `out`"
            )


def admit_named(net: str, expected: str) -> None:
    """Trust ``net`` for a run that another process planned; raises NetError where the source is no longer the one it saw."""
    if not is_own(net):
        return
    trust(net)
    if source_of(net) != expected:
        raise NetError(
            f'the source of net "{net}" has changed since the study began; restore it, or choose another `out`'
        )
