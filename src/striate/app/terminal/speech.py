"""The one door to the terminal for text: what striate did not write itself can neither draw on it nor be taken for markup.

`say` and `tell` are for plain lines, `striate.app.terminal.show` for tables and colours; both let text through `shown`.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import warnings
from typing import Any

import typer

from striate.app.options.flags import in_flags
from striate.app.terminal.folding import columns_of, fold_lines, prose_width
from striate.base.disk.files import advice
from striate.base.errors import Remark, StriateError, foreign_place, reason, shown

STORAGE, DEFECT, INTERRUPTED, DIVERGED = 3, 1, 130, 4  # exit codes
_format, _show = warnings.formatwarning, warnings.showwarning


def tell(text: str, *, nl: bool = True) -> None:
    """Print a result on stdout as it stands."""
    typer.echo(shown(text), nl=nl)


def tell_words(text: str) -> None:
    """Print a result that is prose on stdout, each line folded between words."""
    typer.echo(fold_lines(shown(text), prose_width(columns_of(sys.stdout))))


def say(text: str, *, lines: bool = False) -> None:
    """Tell the person who asked one line (or ``lines``) on stderr, so that stdout stays the result alone.

    A terminal shows it folded between words; elsewhere it is one line. Nobody may listen any more.
    """
    told, columns = shown(text, lines=lines), columns_of(sys.stderr) if sys.stderr.isatty() else 0
    with contextlib.suppress(OSError):
        typer.echo(fold_lines(told, columns) if columns and not lines else told, err=True)


def remark(text: str) -> None:
    """Tell the person who asked what the library remarks, with options in place of the parameters that it names."""
    say(in_flags(text))


def prepare() -> None:
    """Let stdout and stderr escape what their encoding lacks, and warnings come through the door: remarks as sentences.

    Code of the user's that asks for input finds none where nobody sits at a terminal.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    warnings.formatwarning = _formatted
    warnings.showwarning = _shown_remark
    warnings.simplefilter("always", Remark)
    # It would look for plugins among all that is installed; none of them has anything to say to a command.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if sys.stdin is None or not sys.stdin.isatty():
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        if nothing:
            os.close(nothing)


def _formatted(*given: Any, **named: Any) -> str:
    return shown(_format(*given, **named))


def _shown_remark(message: Warning | str, category: type[Warning], *place: Any, **rest: Any) -> None:
    if issubclass(category, Remark):
        remark(f"striate: {message}")
    else:
        _show(message, category, *place, **rest)


def explained(error: Exception) -> int:
    """Say in one sentence what ended a command, and return its exit code."""
    if isinstance(error, StriateError):
        remark(f"striate: {error}")
        return error.exit_code
    if place := foreign_place(error):
        say(
            f"striate: {place}: this code raised {reason(error, kind=True)}; correct it there, or see more with striate --debug"
        )
        return StriateError.exit_code
    if (show := getattr(error, "show", None)) and hasattr(error, "format_message"):  # of the parser of the command line
        usage = io.StringIO()
        show(file=usage)
        say(usage.getvalue().rstrip("\n"), lines=True)
        return int(getattr(error, "exit_code", 2))
    if _of_memory(error):
        why = str(error).strip().partition("\n")[0][:200]
        say(
            f"striate: the memory does not suffice ({why or type(error).__name__}); "
            "take fewer or smaller images, a smaller batch_size or a smaller net"
        )
        return STORAGE
    if isinstance(error, OSError):
        why = error.strerror or str(error) or type(error).__name__
        what = f'"{error.filename}" cannot be used' if error.filename is not None else "the system refused"
        say(f"striate: {what} ({why}); {remedy(error)}")
        return STORAGE
    told = f"{type(error).__name__}: {error}"
    say(f"striate: this is a defect of striate ({told}); run it again with striate --debug")
    return DEFECT


def left(error: SystemExit) -> int | str | None:
    """Say where code that is not ours ended the program, and return the exit code."""
    place = foreign_place(error)
    if not place:
        return error.code
    say(f"striate: {place}: this code ended the program (SystemExit: {error}); leave that out")
    return StriateError.exit_code


def remedy(error: OSError) -> str:
    """Return what someone can do about what the system refused, be it a read or a write."""
    if error.errno in (errno.ENOENT, errno.EIO, None):
        return "see that it is there and whole"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "ask for permission, or choose another place"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "close other programs, or raise the limit of open files"
    return advice(error)


def _of_memory(error: Exception) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, (RuntimeError, OSError))
        and ("out of memory" in said or "allocate memory" in said or "not enough memory" in said)
    )
