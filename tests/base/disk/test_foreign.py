"""Files of others: only what ends is opened, only what fits is believed, and no advice of a library is passed on."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from striate.base.disk import foreign
from striate.base.disk.foreign import amount, free_memory, kind_of, open_regular, too_large


def test_a_file_is_opened_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for name in "ab":
        with open_regular(tmp_path / name) as file:
            assert file.read() == b"content"
        assert kind_of(tmp_path / name) == "file"


def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    kinds = {
        tmp_path / "pipe": "a pipe",
        tmp_path / "link": "a pipe",
        Path(os.devnull): "a device",
        tmp_path / "folder": "folder",
    }
    for path, kind in kinds.items():
        watch = threading.Timer(20, os._exit, (1,))  # a reader that waits for ever would stop the suite
        watch.start()
        try:
            with pytest.raises(OSError, match="it is not a regular file"):
                open_regular(path)
        finally:
            watch.cancel()
        assert kind_of(path) == kind


def test_a_socket_and_what_is_absent_have_their_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("s")
        assert kind_of(Path("s")) == "a socket"
    for name in ("nowhere", "a" * 300, "a\0b"):
        assert kind_of(Path(name)) == "absent"
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nowhere")


def test_memory_is_counted_before_it_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < free_memory() < 1 << 50
    monkeypatch.setattr(foreign, "free_memory", lambda: 1000)
    assert too_large(1000) == ""
    assert too_large(10**10) == "it would fill 10.0 GB of memory, and 1.0 kB may be used"


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2_340_000, "2.3 MB"), (10**30, "more than a billion GB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert amount(size) == words


def test_the_reason_of_the_system_is_kept(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "absent")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        open_regular(tmp_path / "loop")


def test_a_name_that_became_a_pipe_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"")
    before = os.stat(tmp_path / "file")
    monkeypatch.setattr(os, "stat", lambda _path: before)
    with pytest.raises(OSError, match="it is not a regular file"):
        open_regular(tmp_path / "pipe")
