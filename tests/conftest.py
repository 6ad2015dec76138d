"""The strict surroundings of every test: no network, no settings of the person who runs it, one thread, no trusted code,
fixed examples and seeds; and a reader for the pages and pictures made.

Warnings are errors (pyproject.toml). A test marked `slow` runs only with --slow, which `make test` gives: last, or first
where several processes share the tests, so that none waits for another's long one at the end. Where CI=true none is skipped.
"""

from __future__ import annotations

import ipaddress
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings

import warm
from markup import Markup

# NumPy and PyTorch read these when they are first imported, here and in every process that a test starts.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["MPLBACKEND"] = "Agg"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

MEMORY, ROOM = "/dev/shm", 4 << 30


def roomy(folder: str) -> bool:
    """Return whether a disk has ROOM bytes for what the tests write, and lets them run it."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize >= ROOM


# Striate follows each file to the disk, and its folder too (fsync): a disk takes some ten milliseconds for each, memory none,
# and a run writes dozens. So the tests write to a disk in memory where there is one, unless TMPDIR says where to.
if "TMPDIR" not in os.environ and roomy(MEMORY):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)

settings.register_profile("striate", derandomize=True, deadline=None, database=None)
settings.load_profile("striate")

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the slow tests at an end, or leave them out."""
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    items[:] = quick
    if config.getoption("--slow"):
        items[:] = [*slow, *quick] if hasattr(config, "workerinput") else [*quick, *slow]
    elif slow:
        config.hook.pytest_deselected(items=slow)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Let every test, and what is made for it, draw the same whatever ran before it."""
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _not_skipped((yield))


def _not_skipped(report: R) -> R:
    """Return the report of a test, or of a file of tests, as a failure where it was skipped and CI=true."""
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be where CI=true: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _own_home() -> Iterator[Path]:
    """Give the whole session an empty home, so that no cache or configuration of a person is read or written."""
    root = os.environ.get("PYTEST_DEBUG_TEMPROOT")
    with tempfile.TemporaryDirectory(prefix="striate-home-", dir=root) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", folder)
        for variable in [name for name in os.environ if name.startswith(("STRIATE_", "XDG_"))]:
            patch.delenv(variable)
        patch.setenv("MPLCONFIGDIR", str(Path(folder, "matplotlib")))
        yield Path(folder)


@pytest.fixture(scope="session", autouse=True)
def _warm_processes() -> Iterator[None]:
    """Let the programs that tests start begin as forks of one that has imported PyTorch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", warm.Popen)
        yield
    warm.close()


@pytest.fixture(autouse=True)
def _cold_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let those of a test that is marked so begin by themselves."""
    if request.node.get_closest_marker("cold"):
        monkeypatch.setattr(warm, "enabled", False)


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no width and no colours of the terminal, and none that another test has set, change what is printed."""
    for name in ("COLUMNS", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def own(address: str) -> bool:
    """Return whether an address is one of this machine's own, as nodes of a cluster have them: only those can be bound."""
    try:
        version = ipaddress.ip_address(address).version
        with socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as tried:
            tried.bind((address, 0))
    except (OSError, ValueError):  # not an address, but a name, is never looked up
        return False
    return True


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that looks up or connects to anything but this machine; local sockets stay as they are."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in LOOPBACK and not own(str(name)):
            pytest.fail(f"this test reaches for {name}, and tests run without a network", pytrace=True)

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            check(address[0])
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX:
            check(address[0])
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        check(host)
        return getaddrinfo(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


_elsewhere: set[str] = set()  # modules that no test wrote


@pytest.fixture(autouse=True)
def _own_modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Forget the modules that a test, or what several tests share, wrote and imported: the next may use the name, from
    another folder, and what they share may be made a second time where processes share the tests out."""
    yield
    own = str(tmp_path_factory.getbasetemp())
    for name in sys.modules.keys() - _elsewhere:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(own):
            del sys.modules[name]
        else:
            _elsewhere.add(name)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """Fail a test after which a signal is answered otherwise: what later ones start would inherit it where it is ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.fixture(autouse=True)
def _nothing_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test as a process begins: no code of a person's own was named yet."""
    if trust := sys.modules.get("striate.nets.custom.trust"):
        monkeypatch.setattr(trust, "_named", {})
        monkeypatch.setattr(trust, "_folders", set())


@pytest.fixture(scope="session")
def read() -> Callable[[str], Markup]:
    """The reader of pages and pictures."""
    return Markup
