"""A folder has one holder at a time, nothing that is not ours is emptied or swept, and who looks writes nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from striate.base.disk import lock
from striate.base.disk.lock import held, locked, unused, waited_for
from striate.base.errors import RunError, StorageError

OURS = ".striate-123-0123456789abcdef.tmp"


def test_the_lock_names_its_process_and_machine_and_ends_with_the_block(tmp_path: Path) -> None:
    with locked(tmp_path / "a" / "run"):
        assert (tmp_path / "a/run/lock").read_text() == f"{os.getpid()} {socket.gethostname()}\n"
        assert held(tmp_path / "a" / "run")
    assert not held(tmp_path / "a" / "run")
    with locked(tmp_path / "a" / "run"):
        pass


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("", r"in use by process \?;"),
        ("77", "in use by process 77;"),  # as an older version wrote it
        (f"77 {socket.gethostname()}\n", "in use by process 77;"),
        ("77 elsewhere\n", "in use by process 77 on elsewhere;"),
    ],
)
def test_who_holds_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, said: str) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.0)
    with locked(tmp_path):
        (tmp_path / "lock").write_text(before)
        with pytest.raises(RunError, match=said), locked(tmp_path):
            pass


def test_someone_who_only_looks_is_in_nobodys_way(tmp_path: Path) -> None:
    """Another process looks without a pause, and the lock is taken all the same."""
    code = (
        f"from pathlib import Path\nfrom striate.base.disk.lock import held\nwhile True: held(Path({str(tmp_path)!r}))"
    )
    (tmp_path / "lock").touch()
    with subprocess.Popen([sys.executable, "-c", code]) as other:
        try:
            time.sleep(0.5)
            for _ in range(200):
                with locked(tmp_path):
                    pass
        finally:
            other.kill()


def test_looking_writes_nothing(tmp_path: Path) -> None:
    assert not held(tmp_path)
    assert not held(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "lock").write_text("12")
    stamp = (tmp_path / "lock").stat().st_mtime_ns
    assert not held(tmp_path)
    assert ((tmp_path / "lock").read_text(), (tmp_path / "lock").stat().st_mtime_ns) == ("12", stamp)


def link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def dangling(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("nowhere"))


def pipe(path: Path, victim: Path) -> None:
    os.mkfifo(path)


def folder(path: Path, victim: Path) -> None:
    path.mkdir()


def hard(path: Path, victim: Path) -> None:
    path.hardlink_to(victim)


def notes(path: Path, victim: Path) -> None:
    path.write_text("my own notes about locks")


@pytest.mark.parametrize("put", [link, dangling, pipe, folder, hard, notes])
def test_what_is_named_lock_and_is_none_is_left_alone(tmp_path: Path, put: Callable[[Path, Path], None]) -> None:
    (tmp_path / "victim").write_text("do not empty me")
    (tmp_path / "run").mkdir()
    put(tmp_path / "run/lock", tmp_path / "victim")
    before = os.lstat(tmp_path / "run/lock")
    with pytest.raises(RunError, match="named lock"), locked(tmp_path / "run"):
        pass
    assert (tmp_path / "victim").read_text() == "do not empty me"
    after = os.lstat(tmp_path / "run/lock")
    assert (after.st_mode, after.st_ino, after.st_size) == (before.st_mode, before.st_ino, before.st_size)
    assert not held(tmp_path / "run")
    assert unused(tmp_path / "run") == (put is folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "victim"]


def test_only_what_a_killed_write_left_is_swept(tmp_path: Path) -> None:
    kept = [".notes.tmp", ".striate-1-0123.tmp", f"x{OURS}", f"{OURS}x", ".striate-a-0123456789abcdef.tmp", "a.tmp"]
    for place in (tmp_path, tmp_path / "checkpoints"):
        place.mkdir(exist_ok=True)
        for name in [*kept, OURS]:
            (place / name).write_text("x")
    (tmp_path / OURS).unlink()
    (tmp_path / OURS).symlink_to(tmp_path / ".notes.tmp")
    (tmp_path / "checkpoints" / ".striate-9-0123456789abcdef.tmp").mkdir()
    with locked(tmp_path, "checkpoints"):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*kept, OURS, "lock", "checkpoints"])
    assert sorted(p.name for p in (tmp_path / "checkpoints").iterdir()) == sorted(
        [*kept, ".striate-9-0123456789abcdef.tmp"]
    )


def test_an_inner_folder_that_is_a_link_is_refused_before_anything_is_swept(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / OURS).write_text("x")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoints").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="checkpoints is a symbolic link"), locked(tmp_path / "run", "checkpoints"):
        pass
    assert (tmp_path / "elsewhere" / OURS).exists()


def test_a_folder_is_unused_with_what_a_start_that_was_cut_short_leaves(tmp_path: Path) -> None:
    assert unused(tmp_path / "nowhere")
    for name in ("lock", OURS):
        (tmp_path / name).touch()
    (tmp_path / "checkpoints").mkdir()
    assert unused(tmp_path)
    assert not unused(tmp_path / "lock")
    (tmp_path / ".notes.tmp").touch()
    assert not unused(tmp_path)


def test_who_waits_gets_it_when_it_is_free_and_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "EVERY", 0.01)
    told, done = list[str](), threading.Event()

    def wait() -> None:
        with waited_for(tmp_path, lambda: told.append("waiting")):
            told.append("mine")
        done.set()

    with locked(tmp_path):
        other = threading.Thread(target=wait)
        other.start()
        assert not done.wait(0.2)
        assert told == ["waiting"]
    assert done.wait(60)
    other.join()
    assert told == ["waiting", "mine"]
    with waited_for(tmp_path, lambda: told.append("waiting")):
        assert held(tmp_path)
    assert told == ["waiting", "mine"]
