"""The exceptions, all of them, and how their sentences are made.

    StriateError                exit code 2: the person who asked can mend it
    |-- RecipeError             a field, a value or a combination of them is not acceptable
    |-- DataError               a dataset is absent, damaged or empty
    |-- NetError                a net cannot be built, or its weights do not fit
    |-- RunError                a run folder is absent, damaged, in use or belongs to another recipe
    |-- StudyError              a study, its arms or its claims are not acceptable
    |-- ProofError              a proof is unknown, or cannot be made at the sizes asked for
    |-- ProbeError              a probe cannot be made of this net, these images or this class
    '-- StorageError            exit code 3: the disk refused (full, read-only, no permission)

Every message is one sentence: what was given, where, what is accepted, what to do next.
"""

from __future__ import annotations

import difflib
import unicodedata
import warnings
from collections.abc import Iterable, Sequence


class StriateError(Exception):
    """Something the caller can mend; its text is shown to a person as it stands."""

    exit_code = 2


class RecipeError(StriateError):
    """A recipe holds a field or a value that is not accepted."""


class DataError(StriateError):
    """A dataset is absent, damaged, empty or not what its name says."""


class NetError(StriateError):
    """A net cannot be built as asked, or weights do not fit it."""


class RunError(StriateError):
    """A run folder is absent, damaged, in use, or holds another run."""


class StudyError(StriateError):
    """A study, one of its arms or one of its claims is not acceptable."""


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


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return `` (did you mean "x"?)`` for the closest valid name, or an empty string."""
    matches = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return f' (did you mean "{matches[0]}"?)' if matches else ""


def sentence(faults: list[str], limit: int = 10) -> str:
    """Join several faults of one input into one sentence: each once, the first ``limit``, and a count of the rest."""
    different = list(dict.fromkeys(faults))
    shown = "; ".join(different[:limit])
    hidden = len(different) - limit
    return f"{shown}; and {hidden} more" if hidden > 0 else shown


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
    """Return the words as `a`, `a and b` or `a, b and c`; nothing for none."""
    return f"{', '.join(words[:-1])} {joint} {words[-1]}" if len(words) > 1 else "".join(words)
