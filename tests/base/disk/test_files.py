"""A write is whole or absent, whatever fails and whenever the process dies; JSON stays strict and loses nothing."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from striate.base.disk import files
from striate.base.disk.files import (
    digest,
    make_folder,
    part_of_name,
    read_json,
    write_bytes,
    write_text,
)
from striate.base.errors import StorageError

OLD, NEW = b"old " * 1000, b"new " * 2000
# What a write asks of the system, in this order; the rename is the moment from which on a reader finds the new content.
OPERATIONS = ("open file", "sync file", "rename", "open folder", "sync folder")
RENAMED = OPERATIONS.index("rename") + 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "state.json"
    file.write_bytes(OLD)
    return file


def interrupt_at(nth: int, act: Callable[[], None], patch: pytest.MonkeyPatch) -> list[str]:
    """Call ``act`` in place of the ``nth`` operation on the disk; return the list that records the operations."""
    seen: list[str] = []

    def watch(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*arguments: Any, **named: Any) -> Any:
            seen.append(name)
            if len(seen) - 1 == nth:
                act()
            return real(*arguments, **named)

        return operation

    syncs = iter(("sync file", "sync folder"))
    real_sync = os.fsync
    patch.setattr(os, "fsync", lambda descriptor: watch(next(syncs), real_sync)(descriptor))
    patch.setattr(os, "open", watch("open folder", os.open))
    patch.setattr(Path, "open", watch("open file", Path.open))
    patch.setattr(Path, "replace", watch("rename", Path.replace))
    return seen


def refuse() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_write_uses_the_operations_that_the_faults_are_put_into(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        seen = interrupt_at(-1, refuse, patch)
        write_bytes(path, NEW)
    assert tuple(seen) == OPERATIONS
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("nth", range(len(OPERATIONS)), ids=OPERATIONS)
def test_a_full_disk_leaves_the_old_content_and_no_temporary_file(path: Path, nth: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        interrupt_at(nth, refuse, patch)
        with pytest.raises(StorageError) as caught:
            write_bytes(path, NEW)
    assert str(caught.value) == (
        f"{path} could not be written (No space left on device); free some space or choose another folder"
    )
    assert path.read_bytes() == (OLD if nth < RENAMED else NEW)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("nth", range(RENAMED), ids=OPERATIONS[:RENAMED])
def test_ctrl_c_leaves_the_old_content_and_no_temporary_file(path: Path, nth: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        interrupt_at(nth, lambda: signal.raise_signal(signal.SIGINT), patch)
        with pytest.raises(KeyboardInterrupt):
            write_bytes(path, NEW)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


@pytest.fixture
def files_of_at_most_5000_bytes() -> Iterator[None]:
    """Let the system itself cut a write short, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("files_of_at_most_5000_bytes")
def test_a_write_that_the_system_cuts_short_leaves_the_old_content(path: Path) -> None:
    with pytest.raises(StorageError, match="File too large"):
        write_bytes(path, NEW)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


# One process that starts one child for every operation; the child is killed when it comes to that operation.
KILLED = """
import os, signal, sys
from pathlib import Path
import pytest
sys.path.insert(0, sys.argv[1])
from test_files import NEW, OPERATIONS, interrupt_at
from striate.base.disk.files import write_bytes
for nth, folder in enumerate(sorted(Path(sys.argv[2]).iterdir())):
    child = os.fork()
    if not child:
        interrupt_at(nth, lambda: os.kill(os.getpid(), signal.SIGKILL), pytest.MonkeyPatch())
        write_bytes(folder / "state.json", NEW)
    print(os.WTERMSIG(os.waitpid(child, 0)[1]))
"""


def test_a_process_killed_in_the_middle_leaves_the_old_or_the_new_whole(tmp_path: Path) -> None:
    paths = [tmp_path / str(nth) / "state.json" for nth in range(len(OPERATIONS))]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(OLD)
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)]
    done = subprocess.run(command, timeout=60, check=True, capture_output=True, text=True)
    assert [int(ended_by) for ended_by in done.stdout.split()] == [signal.SIGKILL] * len(OPERATIONS)
    assert [path.read_bytes() for path in paths] == [OLD] * RENAMED + [NEW] * (len(OPERATIONS) - RENAMED)
    for path in paths:
        write_bytes(path, b"the next write is not disturbed")
        assert path.read_bytes() == b"the next write is not disturbed"


def test_a_reader_never_sees_half_a_file(path: Path) -> None:
    done = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for round_number in range(40):
        write_bytes(path, NEW if round_number % 2 else OLD)
    done.set()
    reader.join()
    assert seen <= {OLD, NEW}


def test_a_file_that_was_not_there_is_written(tmp_path: Path) -> None:
    write_text(tmp_path / "new.txt", "caf\u00e9\n")
    assert (tmp_path / "new.txt").read_bytes() == b"caf\xc3\xa9\n"


def test_an_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        StorageError, match=r"nowhere/x could not be written: there is no folder .*nowhere; make it first"
    ):
        write_bytes(tmp_path / "nowhere" / "x", NEW)


def test_a_folder_is_made_with_its_parents_and_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(
        StorageError, match=r"the folder .*/file/b could not be made \(Not a directory\); choose .* `out`"
    ):
        make_folder(tmp_path / "file" / "b")


@pytest.mark.parametrize("made", [".", "a", "a/b/c", "there/b/c"])
def test_every_new_level_of_a_folder_is_made_durable_in_the_one_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: str
) -> None:
    (tmp_path / "there").mkdir()
    synced: list[Path] = []
    monkeypatch.setattr(files, "sync_folder", synced.append)
    make_folder(tmp_path / made)
    expected = {".": [], "a": [tmp_path], "a/b/c": [tmp_path, tmp_path / "a", tmp_path / "a/b"]}
    assert synced == expected.get(made, [tmp_path / "there", tmp_path / "there/b"])


def test_below_a_folder_of_ours_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "named").symlink_to(tmp_path / "run")
    make_folder(tmp_path / "named" / "a", within=tmp_path / "named")  # the way to it is what someone named
    for path in ("link", "link/inner"):
        with pytest.raises(StorageError, match=r"link is a symbolic link, and a folder is expected there"):
            make_folder(tmp_path / "run" / path, within=tmp_path / "run")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 300, "File name too long"),
        ("a\0b", "no folder can have the name"),
        ("a/-", '"-" cannot be a name here'),
    ],
)
def test_a_name_that_no_folder_can_have_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(StorageError, match=said):
        make_folder(tmp_path / name)


def test_a_link_a_pipe_and_a_folder_are_no_files_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(OLD)
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    os.mkfifo(tmp_path / "pipe")
    for name, kind in (("link", "a symbolic link"), ("pipe", "a named pipe"), (".", "a folder")):
        with pytest.raises(StorageError, match=f"could not be written: it is {kind}; "):
            write_bytes(tmp_path / name, NEW)
    assert (tmp_path / "victim").read_bytes() == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe", "victim"]


@pytest.mark.parametrize(
    ("text", "part"),
    [("resnet20", "resnet20"), ("a.b:c", "a.b-c"), ("../../x", "-..-x"), ("", "unnamed"), ("..", "unnamed"),
     ("my photos", "my photos"), ("\x1b[31m\u202e", "-[31m-"), ("x" * 300, "x" * 100), ("\u6f22" * 99, "\u6f22" * 33)],
)  # fmt: skip
def test_a_part_of_a_default_name_leads_nowhere_and_is_short(text: str, part: str) -> None:
    assert part_of_name(text) == part


def test_only_a_regular_file_within_bounds_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises((ValueError, OSError), match=r"not a regular file|Is a directory"):
            read_json(path)
    (tmp_path / "x.json").write_bytes(b"[1]")
    assert read_json(tmp_path / "x.json", limit=3) == [1]
    with pytest.raises(ValueError, match="larger than 2 bytes"):
        read_json(tmp_path / "x.json", limit=2)
    (tmp_path / "x.json").write_bytes(b'"\xff"')
    with pytest.raises(UnicodeDecodeError):
        read_json(tmp_path / "x.json")


def test_digest_is_sha256() -> None:
    # FIPS 180-2, appendix B.1
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(NEW) == hashlib.sha256(NEW).hexdigest()
