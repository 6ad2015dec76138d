"""The surroundings that tests/conftest.py promises, tried one by one: a guard that lets through is worse than none."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

Blocked = pytest.fail.Exception


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("striate.invalid", 443)])
def test_a_connection_to_another_machine_fails_the_test(address: tuple[str, int]) -> None:
    with pytest.raises(Blocked, match="without a network"):
        socket.create_connection(address, timeout=1)
    with socket.socket() as plain, pytest.raises(Blocked, match="without a network"):
        plain.connect(address)
    with socket.socket() as plain, pytest.raises(Blocked, match="without a network"):
        plain.connect_ex(address)


def test_a_connection_to_this_machine_works() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        client.sendall(b"x")
        accepted, _ = server.accept()
        with accepted:
            assert accepted.recv(1) == b"x"


def test_nothing_of_the_person_who_runs_the_tests_is_seen() -> None:
    assert not [name for name in os.environ if name.startswith(("STRIATE_", "XDG_"))]
    assert Path.home().name.startswith("striate-home-")
    assert Path("~").expanduser() == Path.home()


def test_one_thread() -> None:
    import torch

    assert torch.get_num_threads() == 1


def test_a_warning_is_an_error() -> None:
    import warnings

    with pytest.raises(UserWarning, match="loud"):
        warnings.warn("loud", stacklevel=1)
