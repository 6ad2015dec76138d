"""The exceptions, all of them, and how their sentences are made.

    StriateError                exit code 2: the person who asked can mend it
    |-- RecipeError             a field, a value or a combination of them is not acceptable
    |-- DataError               a dataset is absent, damaged or empty
    |-- NetError                a net cannot be built, or its weights do not fit
    |-- RunError                a run folder is absent, damaged, in use or belongs to another recipe
    |-- ProcessError            another process of a run on several is gone
    |-- StudyError              a study, its arms or its claims are not acceptable
    |   '-- NoPairsError        runs that were declared to be pairs have no seed in common yet
    |-- ProofError              a proof is unknown, or cannot be made at the sizes asked for
    |-- ProbeError              a probe cannot be made of this net, these images or this class
    '-- StorageError            exit code 3: the disk refused (full, read-only, no permission)

Every message is one sentence: what was given, where, what is accepted, what to do next.
"""

from __future__ import annotations

import difflib
import re
import sysconfig
import traceback
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

_HARMFUL = re.compile(
    r"allow_pickle|weights_only|weights only load|safe_globals|trust_remote|verify\s*=", re.IGNORECASE
)
_LONGEST = 200  # characters of words that are not ours


class StriateError(Exception):
    """Something the caller can mend; its text is shown to a person as it stands. All errors of Striate are of this kind."""

    exit_code = 2


class RecipeError(StriateError):
    """A recipe holds a field or a value that is not accepted."""


class DataError(StriateError):
    """A dataset is absent, damaged, empty or not what its name says."""


class NetError(StriateError):
    """A net cannot be built as asked, or weights do not fit it."""


class RunError(StriateError):
    """A run folder is absent, damaged, in use, or holds another run."""


class ProcessError(StriateError):
    """Another process of a run on several has ended before its time; which and why, only the one that started it knows."""


class StudyError(StriateError):
    """A study, one of its arms or one of its claims is not acceptable."""


class NoPairsError(StudyError):
    """Two arms that were to be compared as pairs have no seed in common yet."""


class ProofError(StriateError):
    """A proof is unknown, or its parameters are not acceptable."""


class ProbeError(StriateError):
    """A probe is unknown, or the net, the images or the class do not allow it."""


class StorageError(StriateError):
    """The disk refused a read or a write."""

    exit_code = 3


class Remark(UserWarning):
    """Something about an input that the person should know, though nothing is refused; its text is a sentence."""


def remark(text: str) -> None:
    """Tell the person ``text``: a warning in Python, a line on stderr of a command."""
    warnings.warn(text, Remark, stacklevel=3)


def nearest(name: str, valid: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return `` (did you mean "x"?)`` for the closest valid name, or an empty string where none is as close as ``cutoff``."""
    matches = difflib.get_close_matches(name, list(valid), n=1, cutoff=cutoff)
    return f' (did you mean "{matches[0]}"?)' if matches else ""


def sentence(faults: list[str], limit: int = 10) -> str:
    """Join several faults of one input into one sentence: each once, the first ``limit``, and a count of the rest."""
    different = list(dict.fromkeys(faults))
    shown = "; ".join(different[:limit])
    hidden = len(different) - limit
    return f"{shown}; and {hidden} more" if hidden > 0 else shown


def reason(error: BaseException, *, kind: bool = False) -> str:
    """Return what the system, a library or a user's code says of an error, fit to be quoted in a sentence of ours.

    It is the first line, printable, and begins with the error's ``kind`` where that is asked for. Where the text advises to
    trust a file or to check nothing, the kind is all that is told.
    """
    if isinstance(error, OSError) and error.strerror and not kind:
        text = error.strerror  # without the name of the file, which the sentence has
    elif isinstance(error, UnicodeDecodeError):
        text = f"byte {error.start} is not UTF-8"
    elif isinstance(error, ValueError) and "integer string conversion" in str(error):
        text = "a whole number has more digits than are read"  # and no advice to lift the limit
    else:
        text = next((line for line in str(error).splitlines() if line.strip()), "")
    text, name = printable(text.strip()).rstrip("."), type(error).__name__
    if not text or _HARMFUL.search(str(error)):
        return name
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    return f"{name}: {text}" if kind else text


def foreign_place(error: BaseException) -> str:
    """Return ``file, line N`` of the last code in the traceback that is neither Python's, ours nor an installed package's.

    Only what was called from here counts; an empty string where there is none.
    """
    ours = str(Path(__file__).parents[1])
    known = tuple({ours, *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))})
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    within = next((place for place, (file, _) in enumerate(frames) if str(file).startswith(ours)), len(frames))
    theirs = [
        (file, line) for file, line in frames[within:] if file.suffix == ".py" and not str(file).startswith(known)
    ]
    return f"{printable(str(theirs[-1][0]))}, line {theirs[-1][1]}" if theirs else ""


def printable(text: str) -> str:
    """Return ``text`` with control and unprintable characters escaped, so that an error cannot draw on a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(text: str, *, lines: bool = True) -> str:
    """Return ``text`` for a terminal: what could act on it, or reorder what stands beside it, is escaped.

    These are control characters (C0, C1), formatting ones (the bidirectional ones too), halves of characters, and what has
    no meaning. Spaces of any width stay, and line breaks where ``lines``.
    """
    if text.isprintable():
        return text
    kept = "\n" if lines else ""
    return "".join(c if c in kept or unicodedata.category(c) == "Zs" else printable(c) for c in text)


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Return the words as `a`, `a and b` or `a, b and c`, or with semicolons where one has a comma; nothing for none."""
    if len(words) < 2:
        return "".join(words)
    if any("," in word for word in words):
        return f"{'; '.join(words[:-1])}; {joint} {words[-1]}"
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def counted(count: int, name: str, several: str = "") -> str:
    """Return how many there are of what ``name`` says in the singular: `1 epoch`, `1,200 images`, `2 passes`.

    ``several`` is for more than one where the verb agrees too: `1 file was left out`, `2 files were left out`.
    """
    if count == 1 or several:
        return f"{count:,} {name if count == 1 else several}"
    if name.endswith(("s", "x", "ch")) and not name.endswith("epoch"):  # whose ch is a k
        return f"{count:,} {name}es"
    return f"{count:,} {f'{name[:-1]}ies' if name.endswith('y') else f'{name}s'}"
