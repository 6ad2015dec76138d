"""Processes that begin warm: `python -m striate...` as a fork of an interpreter that has imported the heavy libraries.

A program that starts by itself imports PyTorch first, five seconds of work that a test is not about, and the suite starts
some hundreds. So the tests (`conftest.py`) take the `Popen` of this file for that of `subprocess`: a process is then asked
of a server, which has imported the libraries and the commonest modules of Striate, and forks. What differs from a start by
itself: these are loaded already, and two processes in turn come from two servers, whose hashes of strings differ.
All else is as the one who starts it asked: arguments, environment, folder, descriptors, session, standard streams, the
parent (the kernel makes the fork a child of the asker: CLONE_PARENT), and the code with which it ends. What it
starts in turn begins warm too; and what a shell does within `shells()`, where Python hands the program `striate` over as it
starts. A test marked `cold` starts its programs by themselves, and so does any other system than Linux on x86-64 or arm64,
and any process that is started in an unusual manner.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import gc
import importlib
import io
import json
import os
import platform
import random
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

HEAVY = (
    *("numpy.random", "torch.nn.functional", "torch.optim", "safetensors.torch", "scipy.stats", "scipy.optimize"),
    *(
        "torch.utils.flop_counter",
        "torch.utils.data",
        "tensorboard.summary.writer.record_writer",
        "PIL.Image",
        "pydantic",
    ),
    *("typer", "rich.progress", "rich.table", "rich.live", "rich.markup", "jinja2", "pooch"),
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("striate.app.cli", "striate.app.commands.loading", "striate.app.actions.training", "striate.app.study"),
    *(
        "striate.app.progress.bars",
        "striate.app.terminal.show",
        "striate.training.train",
        "striate.training.session",
    ),
    *("striate.training.engines.setup", "striate.nets.families.convnet", "striate.nets.custom.load"),
    *("striate.data.readers.digits", "striate.studies.running.process", "striate.studies.running.execute"),
    *("striate.reports.study.page", "striate.reports.net.figure"),
)
# The modules that begin warm, or those of these packages: of Striate, and those that start Striate.
MODULES = ("striate", "chaos", "sphinx", "ipykernel_launcher", "submitit")
FLAGS = ("-u",)
CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine()) if sys.platform == "linux" else None
CLONE_PARENT = 0x8000  # linux/sched.h
SERVERS = 2  # for one environment
KEPT = 6  # servers in all; the oldest is let go
ROOM = 100_000  # bytes for the words, and for the environment, that the system shows of a process
# What Python, or a library when it is imported, reads of the environment: a server is for one setting of these.
READ = ("PYTHON", "LC_", "LANG", "OMP_", "MKL_", "OPENBLAS_", "CUDA_", "MPLC", "TORCH", "HIDDEN_", "LD_")


DOOR = "STRIATE_TESTS_DOOR"  # in the environment of shells
HANDING = """
import os, sys

if {door!r} in os.environ and [os.path.basename(word) for word in sys.orig_argv[1:2]] == ["striate"]:
    sys.path.insert(0, {tests!r})
    import warm

    warm.hand_over()
    del sys.path[0]
"""
lock = threading.Lock()


class Server:
    """An interpreter that forks: asked through a socket, it answers with the number of a new process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, __file__, str(theirs.fileno()), " " * ROOM]
        named = {**environment, "STRIATE_TESTS_ROOM": " " * ROOM}
        self.process = Cold(command, stdin=subprocess.DEVNULL, cwd="/", env=named, pass_fds=(theirs.fileno(),))
        theirs.close()

    def fork(self, asked: Mapping[str, Any], descriptors: Sequence[int]) -> int | None:
        """Return the number of a process that does what is asked, None where the server has gone."""
        return fork(self.socket, asked, descriptors)

    def close(self) -> None:
        """Let it end, and wait for it."""
        self.socket.close()
        self.process.wait()


def fork(asker: socket.socket, asked: Mapping[str, Any], descriptors: Sequence[int]) -> int | None:
    """Ask the server at the other end for a process; None where it has gone."""
    try:
        with open(os.memfd_create("asked"), "w+b") as file:  # an environment may be longer than a packet
            file.write(json.dumps(asked, default=os.fspath).encode("utf-8", "surrogateescape"))
            file.flush()
            socket.send_fds(asker, [b"?"], [file.fileno(), *descriptors])
            return int(asker.recv(32) or 0) or None
    except OSError:
        return None


Cold = subprocess.Popen
servers: dict[tuple[tuple[str, str], ...], list[Server]] = {}
requests: dict[tuple[tuple[str, str], ...], int] = {}
enabled = CLONE is not None
group: int | None = None  # in a server that a program has for itself: the group of that program
nested: socket.socket | None = None  # in a process that a server forked: to a fork of that server


class Popen(Cold):
    """`subprocess.Popen` whose processes begin warm where they can."""

    def _execute_child(self, args: Any, executable: Any, preexec_fn: Any, close_fds: bool, pass_fds: Any, cwd: Any,
                       env: Any, startupinfo: Any, creationflags: int, shell: bool, *rest: Any) -> None:  # fmt: skip
        pipes, (restore, gid, gids, uid, umask, session, group) = rest[:6], rest[6:13]
        plain = not (preexec_fn or shell or executable or (gid, gids, uid) != (None,) * 3)
        plain = plain and close_fds and restore and umask < 0 and group in (-1, None)
        if plain and (words := warm(args)) is not None:
            streams = [end if end != -1 else number for number, end in enumerate((pipes[0], pipes[3], pipes[5]))]
            kept = [*map(int, pass_fds)]
            environment = dict(os.environ if env is None else env)
            asked = {"words": words, "environment": environment, "numbers": [0, 1, 2, *kept], "session": session}
            asked["folder"] = os.path.abspath(os.fspath(cwd)) if cwd else os.getcwd()
            room = max(map(len, (shown([sys.executable, *words]), shown(shown_environment(environment))))) <= ROOM
            if room and os.path.isdir(asked["folder"]) and (pid := forked(asked, [*streams, *kept])):
                self.pid, self._child_created = pid, True
                self._close_pipe_fds(*pipes)
                return
        super()._execute_child(args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags,
                               shell, *rest)  # fmt: skip


def warm(args: Any) -> list[str] | None:
    """Return what Python is to run, where it is a module of Striate or a script and is asked for plainly; else None."""
    if not enabled or isinstance(args, (str, bytes, os.PathLike)):
        return None
    program, *words = [os.fspath(word) for word in args]
    if program != sys.executable or not words or not all(isinstance(word, str) for word in words):
        return None
    start = words[words[0] in FLAGS :]
    known = start[:1] == ["-m"] and len(start) > 1 and start[1].partition(".")[0] in MODULES
    if known and start[1].startswith("striate.scratch."):
        return None  # NumPy alone, and bounds of memory that PyTorch alone would exceed
    return words if known or (start[:1] and start[0].endswith(".py")) else None


def indoors(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what `shells` put into it."""
    if DOOR not in environment:
        return {**environment}
    plain = {name: value for name, value in environment.items() if name not in (DOOR, "PYTHONPATH")}
    paths = environment["PYTHONPATH"].removeprefix(environment[DOOR]).removeprefix(os.pathsep)
    return plain | ({"PYTHONPATH": paths} if paths else {})


def read(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what a server is for."""
    return tuple(sorted((name, value) for name, value in environment.items() if name.startswith(READ)))


def forked(asked: Mapping[str, Any], descriptors: Sequence[int]) -> int | None:
    """Return a new process of a server for the environment; None where none is worth its start, or there can be none."""
    if nested is not None:
        return fork(nested, asked, descriptors)
    environment = indoors(asked["environment"])
    key = read(environment)
    known = servers.setdefault(key, [])
    turn = requests[key] = requests.get(key, 0) + 1
    if len(known) < SERVERS and turn > len(known) + 1:
        known.append(Server(environment))
    if not known:
        return None
    while sum(map(len, servers.values())) > KEPT:
        for server in servers.pop(next(iter(servers))):
            server.close()
    return known[turn % len(known)].fork(asked, descriptors)


@contextlib.contextmanager
def shells(folder: Path) -> Iterator[dict[str, str]]:
    """Give the environment in which the program `striate` that a shell starts begins warm, as a child of this process.

    A file in ``folder``, which Python reads when it starts, has the program hand over what it was asked for, and wait.
    """
    (folder / "sitecustomize.py").write_text(HANDING.format(door=DOOR, tests=str(Path(__file__).parent)), "utf-8")
    paths = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths, DOOR: str(folder)}
    key = read(indoors(environment))
    requests[key] = max(requests.get(key, 0), SERVERS)  # there will be many: all begin warm, and the first as well
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(f"\0{folder}")  # a name of Linux that is no file
        door.listen(16)
        threading.Thread(target=_open, args=(door,), daemon=True).start()
        yield environment
        door.shutdown(socket.SHUT_RDWR)


def _open(door: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the door was shut
        while True:
            threading.Thread(target=_serve_shell, args=(door.accept()[0],), daemon=True).start()


def _serve_shell(asker: socket.socket) -> None:
    with asker:
        _, received, *_ = socket.recv_fds(asker, 1, 4)
        with open(received[0], "rb") as file:
            file.seek(0)
            asked = json.loads(file.read().decode("utf-8", "surrogateescape"))
        asked |= {"environment": indoors(asked["environment"]), "numbers": [0, 1, 2], "session": False}
        with lock:
            pid = forked(asked, received[1:])
        for number in received[1:]:
            os.close(number)
        if pid:  # else the program begins by itself
            asker.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def hand_over() -> None:
    """In a program that starts: have it done by a process that begins warm, and end as that one does; else return."""
    asked = {"words": sys.orig_argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asker, contextlib.suppress(OSError):
        asker.connect(f"\0{os.environ[DOOR]}")
        with os.fdopen(os.memfd_create("asked"), "w+b") as file:
            file.write(json.dumps(asked).encode("utf-8", "surrogateescape"))
            file.flush()
            socket.send_fds(asker, [b"?"], [file.fileno(), 0, 1, 2])
        if code := asker.recv(32):
            os._exit(int(code) & 255)


def close() -> None:
    """Let all servers end."""
    for server in (server for some in servers.values() for server in some):
        server.close()
    servers.clear()


def serve(asker: socket.socket) -> dict[str, Any] | None:
    """Fork for whoever asks, until nobody can ask any more: None. In a fork: return what it is to do."""
    while True:
        message, received, *_ = socket.recv_fds(asker, 1, 250)
        if not message:
            return None
        pid = clone()
        if not pid:
            return begin(asker, received)
        for number in received:
            os.close(number)
        asker.send(str(max(pid, 0)).encode())


def clone() -> int:
    """Fork, with the parent of this process for that of the new one; return its number, and 0 in it."""
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    pid = ctypes.PyDLL(None).syscall(*map(ctypes.c_long, (CLONE or 0, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0)))
    (python.PyOS_AfterFork_Child if pid == 0 else python.PyOS_AfterFork_Parent)()
    return pid


def begin(asker: socket.socket, received: Sequence[int]) -> dict[str, Any]:
    """Become the process that was asked for, and return what it is to do."""
    global nested
    with open(received[0], "rb") as file:
        file.seek(0)
        asked = json.loads(file.read().decode("utf-8", "surrogateescape"))
    asker.close()
    if asked["session"]:
        os.setsid()
    elif group is not None:
        os.setpgid(0, group)
    nested = spare()
    high = max(64, *asked["numbers"]) + 1
    moved = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, high) for number in received[1:]]
    if nested is not None and nested.fileno() < high:
        nested = socket.socket(fileno=fcntl.fcntl(number := nested.detach(), fcntl.F_DUPFD_CLOEXEC, high))
        os.close(number)
    for number in received[1:]:
        os.close(number)
    for held, number in zip(moved, asked["numbers"], strict=True):
        os.dup2(held, number, inheritable=True)
        os.close(held)
    os.environ.clear()
    os.environ.update(asked["environment"])
    show([sys.executable, *asked["words"]], asked["environment"])
    os.chdir(asked["folder"])
    random.seed()
    sys.modules["numpy"].random.seed()  # two processes that begin alike would hide that they draw from it
    importlib.invalidate_caches()
    encoding, errors, unbuffered = sys.stdout.encoding, sys.stdout.errors, asked["words"][0] == "-u"
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding, sys.stdin.errors)
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = io.FileIO(number, "w", closefd=False)
        raw = file if unbuffered else io.BufferedWriter(file)
        lines, errors = number == 2 or os.isatty(number), errors if number == 1 else "backslashreplace"
        setattr(sys, name, io.TextIOWrapper(raw, encoding, errors, None, lines, write_through=unbuffered))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    return asked


def shown(words: Sequence[str]) -> bytes:
    """Return words as they stand in the memory of a process."""
    return b"".join(os.fsencode(word) + b"\0" for word in words)


def shown_environment(environment: Mapping[str, str]) -> list[str]:
    """Return an environment as words."""
    return [f"{name}={value}" for name, value in environment.items()]


def show(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Have the system tell these of this process (/proc/PID/cmdline and environ): by them others find it."""
    numbers = Path("/proc/self/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    places = [int(numbers[number - 3]) for number in (48, 49, 50, 51)]  # of arg_start ... env_end in proc(5)
    for start, end, kept in zip(places[::2], places[1::2], (words, shown_environment(environment)), strict=True):
        ctypes.memmove(start, shown(kept)[: end - start].ljust(end - start, b"\0"), end - start)


def alone() -> None:
    """In a fork that a program makes of itself: leave the server to that program, since two would get each other's answers."""
    global nested
    nested = None


def spare() -> socket.socket | None:
    """Fork a server for what this process starts, and return the way to it."""
    global group
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork():
        theirs.close()
        return ours
    ours.close()
    group = os.getpgrp()  # of what is started here
    os.setpgid(0, 0)  # or a signal to all of the program's group, and a look whether any is left, would find the server
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in os.listdir("/proc/self/fd"):
        if int(number) not in (theirs.fileno(), quiet):
            with contextlib.suppress(OSError):
                os.dup2(quiet, int(number)) if int(number) < 3 else os.close(int(number))
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if (asked := serve(theirs)) is None:
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    return become(asked)


def become(asked: Mapping[str, Any]) -> NoReturn:
    """Run the module or the script as Python would, and end as Python does, but for taking all modules apart."""
    subprocess.Popen = Popen
    signal.signal(signal.SIGINT, signal.default_int_handler)
    first, *words = asked["words"][asked["words"][0] in FLAGS :]
    code = 0
    try:
        if first == "-m":
            sys.path[0] = os.getcwd()
            sys.argv = ["-m", *words[1:]]
            runpy.run_module(words[0], run_name="__main__", alter_sys=True)
        else:
            sys.path[0] = str(Path(first).resolve().parent)
            sys.argv = [first, *words]
            runpy.run_path(os.path.abspath(first), run_name="__main__")
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else left.code is not None
        if code is True:
            sys.stderr.write(f"{left.code}\n")
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        code = -1 if isinstance(error, KeyboardInterrupt) else 1
    threading._shutdown()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"Exception ignored: {error!r}\n")
        code = 120
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    if code == -1:  # by the signal, so that a shell sees why
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code & 255)


def main(descriptor: int) -> None:
    """Import what is heavy and is there, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    os.register_at_fork(after_in_child=alone)
    if len(os.listdir("/proc/self/task")) > 1:
        sys.exit("a library has started a thread, and a fork would not have it")
    gc.freeze()  # so that no fork copies what it does not change
    if (asked := serve(socket.socket(fileno=descriptor))) is None:
        os._exit(0)
    become(asked)


if __name__ == "__main__":
    main(int(sys.argv[1]))
