"""The surroundings that tests/conftest.py promises, tried one by one: a guard that lets through is worse than none."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import warm

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


def test_what_is_written_goes_to_the_disk_in_memory_where_there_is_one(tmp_path: Path) -> None:
    if root := os.environ.get("PYTEST_DEBUG_TEMPROOT"):
        assert tmp_path.resolve().is_relative_to(Path(root).resolve())
        assert Path.home().parent == Path(root)


def test_one_thread() -> None:
    import torch

    assert torch.get_num_threads() == 1


def test_a_warning_is_an_error() -> None:
    import warnings

    with pytest.raises(UserWarning, match="loud"):
        warnings.warn("loud", stacklevel=1)


ASKED = """
import json, os, random, signal, sys
import numpy
said = [int(numpy.random.randint(2**31)), random.random(), hash("a")]
said += [sys.argv[1:], os.getcwd(), os.environ["ASKED"], os.getppid(), os.getsid(0) == os.getpid(), sys.stdin.read()]
said += [signal.getsignal(signal.SIGINT) is signal.default_int_handler, os.read(int(sys.argv[1]), 9).decode()]
said += ["torch" in sys.modules, "striate" in sys.modules, __name__, sys.path[0]]
seen = [open(f"/proc/self/{name}", "rb").read().rstrip(b"\\0").decode() for name in ("cmdline", "environ")]
said += [seen[0].split("\\0")[1:], "ASKED=" + os.environ["ASKED"] in seen[1].split("\\0")]
print(json.dumps(said))
sys.exit("how it ends")
"""


def ask(folder: Path, *, session: bool = False) -> list[object]:
    """Return what a program says of how it was started, after the checks that hold for each start."""
    (folder / "asked.py").write_text(ASKED)
    ours, theirs = os.pipe()
    os.write(theirs, b"through")
    os.close(theirs)
    done = subprocess.run(
        [sys.executable, "asked.py", str(ours), "é x"],
        cwd=folder,
        env={**os.environ, "ASKED": "ü\n" * 5000},
        input="given",
        pass_fds=(ours,),
        start_new_session=session,
        capture_output=True,
        text=True,
        timeout=120,
    )
    os.close(ours)
    assert (done.returncode, done.stderr) == (1, "how it ends\n")
    said = json.loads(done.stdout)
    inherited = [[str(ours), "é x"], str(folder), "ü\n" * 5000, os.getpid(), session, "given", True, "through"]
    assert said[3:11] == inherited
    assert said[12:] == [said[11], "__main__", str(folder), ["asked.py", str(ours), "é x"], True]
    return [*said[:3], said[11]]


@pytest.mark.slow
@pytest.mark.skipif(warm.CLONE is None, reason="only Linux lets a server fork for another")
def test_a_program_begins_warm_and_is_else_as_it_was_asked_for(tmp_path: Path) -> None:
    first = ask(tmp_path)
    rest = [ask(tmp_path, session=bool(turn % 2)) for turn in range(5)]
    drawn, floats, hashes, heavy = zip(first, *rest, strict=True)
    assert heavy[-3:] == (True,) * 3
    assert len({*drawn}) == len({*floats}) == 6  # each draws anew, as it would by itself
    assert len({*hashes[-2:]}) == 2  # two in turn never share the order of a set


@pytest.mark.slow
@pytest.mark.skipif(warm.CLONE is None, reason="only Linux lets a server fork for another")
def test_the_program_that_a_shell_starts_begins_warm_too(tmp_path: Path) -> None:
    program, inner = tmp_path / "striate", tmp_path / "inner"
    said = ["'torch' in sys.modules", "sys.argv[1:]", "os.getcwd()", "sys.stdin.read()", "os.environ['ASKED']"]
    said += [f"{warm.DOOR!r} in os.environ", f"os.environ.get('PYTHONPATH') == {os.environ.get('PYTHONPATH')!r}"]
    program.write_text(f"#!{sys.executable}\nimport os, sys\nprint([{', '.join(said)}])\nsys.exit('how it ends')\n")
    program.chmod(0o700)
    inner.mkdir()
    with warm.shells(tmp_path) as environment:
        command = "cd inner; echo given | ../striate 'é x'; echo $?; ../striate < /dev/null | wc -l"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env={**environment, "ASKED": "ü"},
            capture_output=True,
            text=True,
            timeout=120,
        )
    told = [True, ["é x"], str(inner), "given\n", "ü", False, True]
    assert (done.stdout, done.stderr) == (f"{told}\n1\n1\n", 2 * "how it ends\n")


@pytest.mark.slow
@pytest.mark.skipif(warm.CLONE is None, reason="only Linux lets a server fork for another")
def test_a_warm_program_is_killed_as_any_other_and_leaves_none(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(600)\n")
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        for _ in range(2):
            command = [sys.executable, "waits.py"]
            with subprocess.Popen(
                command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
            ) as waits:
                assert waits.stdout is not None
                assert waits.stdout.readline() == b"here\n"
                waits.send_signal(number)
                assert waits.stdout.read() == b""  # no process holds the other end any more
            assert waits.returncode == -number


@pytest.mark.cold
def test_one_that_is_to_begin_cold_does(tmp_path: Path) -> None:
    assert [ask(tmp_path)[-1] for _ in range(3)] == [False] * 3
