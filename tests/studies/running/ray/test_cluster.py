"""What is asked of a cluster and its nodes, and the sentences where there is none such."""

from __future__ import annotations

import signal
import socket
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from striate.base.errors import StudyError
from striate.studies.running.ray.cluster import address_of, as_ray_has_them, asked_of, joined, offered, places

NODES: list[dict[str, Any]] = [
    {"NodeID": "a", "Alive": True, "Resources": {"CPU": 4.0, "GPU": 1.0, "node:10.0.0.1": 1.0, "memory": 9e9}},
    {"NodeID": "b", "Alive": True, "Resources": {"CPU": 3.0}},
    {"NodeID": "c", "Alive": False, "Resources": {"CPU": 64.0}},
    {"NodeID": "d", "Alive": True, "Resources": {}},
]


def test_an_address() -> None:
    assert address_of("ray") == ""
    assert address_of("ray://head.local:6379") == "head.local:6379"
    assert address_of("ray://[fd00::2]:6379") == "[fd00::2]:6379"


@pytest.mark.parametrize("on", ["ray://", "ray://head", "ray://head:port", "ray:// head:1", "ray://head:1/x"])
def test_what_is_no_address(on: str) -> None:
    with pytest.raises(StudyError, match="names no Ray cluster; write ray://HOST:PORT"):
        address_of(on)


def test_what_a_run_asks_of_a_node() -> None:
    asked = asked_of(["num_cpus=2", "num_gpus=0.5", "accelerator_type=H100", "big_disk=1"])
    assert asked == {"num_cpus": 2, "num_gpus": 0.5, "accelerator_type": "H100", "big_disk": 1}
    assert as_ray_has_them(asked) == {
        "num_cpus": 2,
        "num_gpus": 0.5,
        "accelerator_type": "H100",
        "resources": {"big_disk": 1},
    }
    assert as_ray_has_them({"num_cpus": 1}) == {"num_cpus": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("num_gpus", "write KEY=VALUE"),
        ("num_gpus=", "write KEY=VALUE"),
        ("num_cpus=0.5", "num_cpus is a whole number of threads from 1 on"),
        ("num_gpus=-1", "num_gpus is a number from 0 on"),
        ("num_gpus=nan", "num_gpus is a number from 0 on"),
        ("num_gpus=many", "num_gpus is a number from 0 on"),
    ],
)
def test_what_is_nothing_to_ask(text: str, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        asked_of([text])


@pytest.mark.parametrize(
    ("asked", "unfit", "count"),
    [
        ({"num_cpus": 1}, [], 7),
        ({"num_cpus": 2}, [], 3),
        ({"num_cpus": 1, "num_gpus": 0.5}, [], 2),
        ({"num_cpus": 1, "num_gpus": 0}, ["a"], 3),
        ({"num_cpus": 8}, [], 0),
        ({"num_cpus": 1, "big_disk": 1}, [], 0),
        ({"num_cpus": 1, "accelerator_type": "H100"}, [], 0),
    ],
)
def test_how_many_runs_the_nodes_can_do(asked: dict[str, float | str], unfit: list[str], count: int) -> None:
    assert places(NODES, asked, unfit) == count


def test_what_the_nodes_have() -> None:
    assert offered(NODES) == "nothing; CPU 3; CPU 4, GPU 1"
    assert offered([]) == "none lives"


def library(monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    def init(*given: object, **named: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if says:
            raise ConnectionError(says)

    ray = SimpleNamespace(is_initialized=lambda: False, init=init, shutdown=lambda: None)
    monkeypatch.setitem(sys.modules, "ray", ray)


@pytest.mark.parametrize(
    ("address", "says", "told"),
    [
        (
            "",
            "Could not find any running Ray instance",
            r"no Ray cluster on this machine; start or join one here .*on=ray://HOST:PORT",
        ),
        (
            "h:6379",
            "timed out",
            r"no Ray cluster at h:6379 that this machine belongs to \(timed out\); start its head there",
        ),
        ("h:6379", "Version mismatch: Ray: 2.9", r"other versions than this machine .*install the same on all nodes"),
    ],
)
def test_no_such_cluster_is_a_sentence(address: str, says: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library(monkeypatch, says)
    monkeypatch.setattr(socket, "create_connection", lambda place, timeout: SimpleNamespace(close=lambda: None))
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(StudyError, match=told), joined(address):
        pass
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_address_where_nobody_listens_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    library(monkeypatch, "asked for minutes")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(StudyError, match=r"no Ray cluster at 127.0.0.1:\d+ .*refused"), joined(place):
            pass
    with pytest.raises(StudyError, match=r"no Ray cluster at 127.0.0.1:99999"), joined("127.0.0.1:99999"):
        pass


def test_the_library_takes_no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    library(monkeypatch, "")
    before = signal.getsignal(signal.SIGTERM)
    with joined(""):
        assert signal.getsignal(signal.SIGTERM) == before


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(StudyError, match="install it, as with the extra ray"), joined(""):
        pass
