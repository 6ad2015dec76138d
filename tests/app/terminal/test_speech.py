"""The door to the terminal: nothing foreign acts on it, and whatever ends a command ends in one sentence and a code."""

from __future__ import annotations

import errno
import io
import os
import sys
import warnings
from typing import TextIO

import pytest
import typer
from rich.table import Table
from rich.text import Text

from striate.app.terminal import show as terminal
from striate.app.terminal import speech
from striate.app.terminal.speech import explained, prepare, say, tell
from striate.base.errors import RunError, StorageError, shown

HOSTILE = "a[/b] :smile: \x1b[31m\x9b1m\x07\x08\x7f\r\u202e\u2066\u200b\udcffz"
HARMLESS = r"a[/b] :smile: \x1b[31m\x9b1m\x07\x08\x7f\r\u202e\u2066\u200b\udcffz"
# A styled text drops what Rich never prints.
STYLED = "a[/b] \x1b[31m\x9b1m\x7f\u202ez"
STYLED_HARMLESS = r"a[/b] \x1b[31m\x9b1m\x7f\u202ez"


def test_what_is_said_and_told_is_as_it_stands_but_for_what_acts(capsys: pytest.CaptureFixture[str]) -> None:
    tell(HOSTILE)
    tell("no line", nl=False)
    say(f"{HOSTILE}\nnext ±\u00a0\u2003漢", lines=True)
    say("one\nline")
    assert capsys.readouterr() == (f"{HARMLESS}\nno line", f"{HARMLESS}\nnext ±\u00a0\u2003漢\none\\nline\n")


@pytest.mark.parametrize("terminals", [False, True])
def test_a_console_takes_no_name_for_markup_and_lets_nothing_act(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminals: bool
) -> None:
    if terminals:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "300")
    out = terminal.console()
    grid = Table.grid()
    grid.add_row("cell " + HOSTILE, Text("text " + STYLED, style="red"))
    made = terminal.table("head " + HOSTILE)
    made.add_row(HOSTILE)
    for shown_one in (HOSTILE, Text(STYLED, style="bold"), Text.assemble((STYLED, "red"), STYLED), grid, made):
        out.print(shown_one)
    terminal.say(out, HOSTILE)
    text = capsys.readouterr().out
    assert text.count(HARMLESS) == 5
    assert text.count(STYLED_HARMLESS) == 3  # and once more, folded in its cell
    for colour in ("\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[2m"):
        text = text.replace(colour, "")  # ours
    assert shown(text) == text
    assert ("\x1b" in capsys.readouterr().out) is False


class Deaf(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_nobody_has_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Deaf())
    say("is anybody there?")


def test_what_an_encoding_lacks_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    streams: list[TextIO] = [io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
    prepare()
    sys.stdout.write("±é\n")
    sys.stdout.flush()
    assert streams[0].buffer.getvalue() == b"\\xb1\\xe9\n"  # type: ignore[attr-defined]
    assert "\x1b" not in warnings.formatwarning("\x1b[31m", UserWarning, "file\x1b.py", 1, "")


OUT_OF_MEMORY = (
    "[enforce fail at alloc_cpu.cpp:123] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
)
ENDS: dict[str, tuple[Exception, int, str]] = {
    "ours": (RunError('no run in "x"'), 2, 'striate: no run in "x"'),
    "ours, over two lines": (StorageError("a\nb"), 3, r"striate: a\nb"),
    "too long a name": (
        OSError(errno.ENAMETOOLONG, "File name too long", "xx"), 3,
        'striate: "xx" cannot be used (File name too long); choose a shorter name',
    ),
    "no permission": (
        PermissionError(errno.EACCES, "Permission denied", "runs/\x1b[31m"), 3,
        r'striate: "runs/\x1b[31m" cannot be used (Permission denied); ask for permission, or choose another place',
    ),
    "gone": (
        FileNotFoundError(errno.ENOENT, "No such file or directory", "a"), 3,
        'striate: "a" cannot be used (No such file or directory); see that it is there and whole',
    ),
    "a file for a folder": (
        NotADirectoryError(errno.ENOTDIR, "Not a directory", "a"), 3,
        'striate: "a" cannot be used (Not a directory); choose another folder',
    ),
    "full": (
        OSError(errno.ENOSPC, "No space left on device"), 3,
        "striate: the system refused (No space left on device); free some space or choose another folder",
    ),
    "read-only": (
        OSError(errno.EROFS, "Read-only file system", b"a"), 3,
        "cannot be used (Read-only file system); choose another folder",
    ),
    "too many files": (
        OSError(errno.EMFILE, "Too many open files", "a"), 3,
        "(Too many open files); close other programs, or raise the limit of open files",
    ),
    "memory": (MemoryError(), 3, "striate: the memory does not suffice (MemoryError); take fewer or smaller images"),
    "memory of tensors": (RuntimeError(OUT_OF_MEMORY), 3, "the memory does not suffice ([enforce fail"),
    "memory of a process": (OSError(errno.ENOMEM, "Cannot allocate memory"), 3, "the memory does not suffice ("),
    "the command line": (typer.BadParameter("no \x1b[31m"), 2, "Error: Invalid value: no \n"),
    "a defect": (
        ValueError("x\n\x1b[31m"), 1,
        r"striate: this is a defect of striate (ValueError: x\n\x1b[31m); run it again with striate --debug",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("error", "code", "said"), ENDS.values(), ids=ENDS)
def test_every_end_is_one_sentence_and_a_code(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    assert explained(error) == code
    text = capsys.readouterr().err
    assert said in text
    assert text.count("\n") == 1
    assert speech.shown(text) == text
