"""Whether a server answers, and what the hub's client is told where none does."""

from __future__ import annotations

import importlib
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from striate.nets.published import hub


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.urllib.request, "getproxies", dict)


def test_a_server_that_listens_is_reachable_and_a_closed_port_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert hub.reachable(f"http://127.0.0.1:{port}/x")
    assert not hub.reachable(f"http://127.0.0.1:{port}/x")


def test_a_proxy_stands_in_for_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(hub.urllib.request, "getproxies", lambda: {"https": f"127.0.0.1:{port}"})
        assert hub.reachable("https://striate.invalid")


def test_a_name_that_is_looked_up_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_args: object, **_more: object) -> None:
        time.sleep(1)
        raise OSError

    monkeypatch.setattr(hub.socket, "create_connection", slow)
    assert not hub.reachable("https://striate.invalid", seconds=0.05)


@pytest.mark.parametrize(("answers", "alone"), [(False, True), (True, False)])
def test_the_cache_alone_is_asked_where_nobody_answers(
    answers: bool, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants: Any = importlib.import_module("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "reachable", lambda _address: answers)
    seen: list[bool] = []

    def fails() -> None:
        with hub.cache_alone_where_unreachable():
            seen.append(constants.is_offline_mode())
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert seen == [alone]
    assert constants.HF_HUB_OFFLINE is False


def test_a_file_that_is_not_kept_is_asked_of_a_server_that_answers_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    address = "https://striate.invalid/models/net-1234.pth"
    monkeypatch.setattr(hub, "reachable", lambda _address: True)
    hub.refuse_unreachable(address)
    monkeypatch.setattr(hub, "reachable", lambda _address: False)
    with pytest.raises(ConnectionError, match=r"^striate\.invalid cannot be reached$"):
        hub.refuse_unreachable(address)
    kept = tmp_path / "hub/checkpoints/net-1234.pth"
    kept.parent.mkdir(parents=True)
    kept.touch()
    hub.refuse_unreachable(address)
