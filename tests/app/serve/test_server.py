"""How the page is started, and its own files."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from striate.app.serve.place import Place
from striate.app.serve.server import prepared
from striate.base.errors import StorageError


def test_a_port_in_use_is_named_with_the_next_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StorageError, match=rf"port {port} is in use by another program; \d+ is free"):
            prepared(Place(tmp_path), port=port)


def test_each_start_has_a_token_of_its_own(tmp_path: Path) -> None:
    one, two = prepared(Place(tmp_path), port=0), prepared(Place(tmp_path), port=0)  # two servers on one folder
    tokens = {served.address.partition("token=")[2] for served in (one, two)}
    assert {len(token) for token in tokens} == {48}
    assert len(tokens) == 2
    for served in (one, two):
        assert served.listener.getsockname()[0] == "127.0.0.1"
        served.listener.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])
def test_beyond_this_machine_a_token_must_be_said(host: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="lets other machines in"):
        prepared(Place(tmp_path), host, 0)


@pytest.mark.parametrize("token", ["short", "a" * 15, "a" * 16 + "&", "ä" * 16])
def test_a_token_is_long_and_plain(token: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="16 or more letters"):
        prepared(Place(tmp_path), token=token)


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e%2fserver.py", "/static/server.py", "/static/.", "/x"]
)
def test_nothing_but_the_page_s_own_files_is_given(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_frame_loads_its_own_files_alone(client: TestClient) -> None:
    page = client.get("/study/anything").text
    assert "<script>" not in page
    assert "style=" not in page
    for name in ("main.js", "style.css", "icon.svg"):
        assert f'"/static/{name}"' in page
        assert client.get(f"/static/{name}").status_code == 200


def test_it_starts_without_loading_anything_heavy() -> None:
    heavy = {"torch", "sklearn", "scipy", "matplotlib", "sympy"}
    code = f"import striate.app.serve.server, sys; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == []
