"""Where files are looked for, and downloads: a server on this machine plays the official address, well and badly."""

from __future__ import annotations

import hashlib
import http.server
import os
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path

import pytest

from striate.base.errors import DataError, StorageError
from striate.data.readers import download as fetch
from striate.data.readers.download import Remote, cache_folder, download, is_file, roots, target, watch_downloads

CONTENT = bytes(range(256)) * 2000
MD5 = "md5:" + hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


REDIRECTS = {
    "/circle": "/circle",
    "/bracket": "http://[::1/file",
    "/no-port": "http://127.0.0.1:99999/",
    "/long": "http://" + "a" * 300 + ".example/",
    "/empty": "http://",
    "/script": "javascript:alert(1)",
    "/file": "file:///etc/passwd",
    "/ftp": "ftp://127.0.0.1/file",
}


class Answers(http.server.BaseHTTPRequestHandler):
    """``/whole`` sends everything, ``/cut`` promises everything and sends half, anything else is not found."""

    def do_GET(self) -> None:
        if self.path in REDIRECTS:
            self.send_response(302)
            self.send_header("Location", REDIRECTS[self.path])
            self.end_headers()
            return
        if self.path not in ("/whole", "/cut"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if self.path == "/whole" else CONTENT[: len(CONTENT) // 2])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def test_the_order_of_the_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert roots(None) == (cache_folder(),)
    assert roots(first) == (first, cache_folder())
    monkeypatch.setenv("STRIATE_DATA", str(second))
    assert roots(first) == (first, second, cache_folder())
    monkeypatch.setenv("STRIATE_DATA", "")
    assert roots(None) == (cache_folder(),)
    assert cache_folder().name == "striate"
    assert target(first) == first
    assert target(None) == cache_folder()


def test_a_named_folder_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"the data folder is .*nowhere, which is not a folder"):
        roots(tmp_path / "nowhere")
    monkeypatch.setenv("STRIATE_DATA", str(tmp_path / "typo"))
    with pytest.raises(DataError, match=r"\$STRIATE_DATA is .*typo, which is not a folder; make it"):
        roots(None)


def test_a_download_arrives_whole(tmp_path: Path, address: str) -> None:
    path = download(Remote("file.gz", f"{address}/whole", MD5), tmp_path / "made/for/it", "toy")
    assert path == (tmp_path / "made/for/it/file.gz").resolve()
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == ["file.gz"]


def test_a_watcher_is_told_of_each_piece_and_without_one_it_is_silent(
    tmp_path: Path, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[tuple[str, int | None, list[int]]] = []

    @contextmanager
    def watch(name: str, total: int | None) -> Generator[Callable[[int], None]]:
        told.append((name, total, []))
        yield told[-1][2].append

    download(Remote("quiet.gz", f"{address}/whole", MD5), tmp_path, "toy")
    copy_context().run(_watched, watch, Remote("shown.gz", f"{address}/whole", MD5), tmp_path)
    assert [(name, total, sum(pieces)) for name, total, pieces in told] == [("whole", 512_000, 512_000)]
    assert capfd.readouterr() == ("", "")


def _watched(watch: fetch.Watch, remote: Remote, folder: Path) -> None:
    watch_downloads(watch)
    download(remote, folder, "toy")


@pytest.mark.parametrize(
    ("path", "known_hash", "words"),
    [
        ("/missing", MD5, r"it could not be downloaded from .*/missing \(HTTPError\)"),
        ("/cut", MD5, "it could not be downloaded|has not the hash"),
        ("/whole", "md5:" + "0" * 32, r"has not the hash md5:0+ and was thrown away"),
    ],
)
def test_a_bad_download_leaves_nothing_and_says_where_to_put_the_file(
    tmp_path: Path, address: str, path: str, known_hash: str, words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        download(Remote("file.gz", address + path, known_hash), tmp_path, "toy")
    assert "toy needs file.gz, and " in str(caught.value)
    assert f"put it into {tmp_path}, or into a folder named with `data_dir` or $STRIATE_DATA" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", REDIRECTS)
def test_a_redirect_that_leads_nowhere_is_told_as_one(tmp_path: Path, address: str, path: str) -> None:
    with pytest.raises(DataError, match=rf"it could not be downloaded from .*{path} \(\w+\); put it into") as caught:
        download(Remote("file.gz", address + path, MD5), tmp_path, "toy")
    assert "hash" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_download_without_end_is_cut(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match=r"it could not be downloaded from .* \(it sends more than 1\.0 kB\)"):
        download(Remote("file.gz", f"{address}/whole", MD5), tmp_path, "toy")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_in_the_place_of_the_file_is_neither_read_nor_replaced(tmp_path: Path, address: str) -> None:
    os.mkfifo(tmp_path / "file.gz")
    with pytest.raises(
        DataError, match=r"file\.gz is a pipe, and must be a regular file; move it away or name another"
    ):
        download(Remote("file.gz", f"{address}/whole", MD5), tmp_path, "toy")
    assert [path.is_fifo() for path in tmp_path.iterdir()] == [True]
    assert not is_file(tmp_path)
    assert not is_file(tmp_path / "absent")


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    # Port 1 of this machine: nobody listens.
    with pytest.raises(DataError, match=r"127\.0\.0\.1:1/file\.gz \(ConnectionError\); put it into") as caught:
        download(Remote("file.gz", "http://127.0.0.1:1/file.gz", MD5), tmp_path, "toy")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_is_named(tmp_path: Path, address: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"file\.gz could not be written to .*/file/below"):
        download(Remote("file.gz", f"{address}/whole", MD5), tmp_path / "file/below", "toy")


def test_an_interrupted_download_leaves_nothing(tmp_path: Path, address: str) -> None:
    @contextmanager
    def watch(name: str, total: int | None) -> Generator[Callable[[int], None]]:
        def interrupt(size: int) -> None:
            raise KeyboardInterrupt

        yield interrupt

    with pytest.raises(KeyboardInterrupt):
        copy_context().run(_watched, watch, Remote("file.gz", f"{address}/whole", MD5), tmp_path)
    assert list(tmp_path.iterdir()) == []
