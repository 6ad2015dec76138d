"""The number that a command printed: what a pattern finds in its output, exactly once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from striate.base.disk.foreign import open_regular
from striate.base.errors import StudyError, printable, reason
from striate.studies.logs.log import number

MOST = 64 << 20  # bytes from the end of an output that are searched
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
NUMBER = r"(?<![\w.])[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?:nan|inf(?:inity)?)(?!\w))"


@dataclass(frozen=True)
class Measure:
    """``pattern`` finds the number: its group `value`, else its only group, else all of it.

    ``last`` takes the last of several.
    """

    pattern: str
    last: bool = False

    @property
    def name(self) -> str:
        """The name of what is measured: the word with which the pattern begins, or else `measure`."""
        begins = re.match(r"\W*([A-Za-z_][\w/.-]*[A-Za-z0-9])", re.sub(r"\\[A-Za-z]|\(\?[^)]*\)", " ", self.pattern))
        return begins[1] if begins else "measure"

    def check(self) -> None:
        """Raise StudyError where the pattern is none, or has several groups of which none is named value."""
        try:
            groups = re.compile(self.pattern)
        except re.error as error:
            raise StudyError(
                f'the measure "{printable(self.pattern)}" is not a pattern ({reason(error)}); correct it'
            ) from error
        if groups.groups > 1 and "value" not in groups.groupindex:
            raise StudyError(
                f'the measure "{printable(self.pattern)}" has {groups.groups} groups; name the one with the number'
                " (?P<value>...), and write the others (?:...)"
            )


def read_output(path: Path) -> str:
    """Return the end of an output as text, one line for each time that it was begun anew by a carriage return."""
    with open_regular(path) as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - MOST))
        text = file.read(MOST).decode("utf-8", "replace")
    return COLOURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def find(measure: Measure, out: str, err: str) -> str | None:
    """Return the text of the number that was printed, on stdout or, where nothing there fits, on stderr; None for none.

    Raises StudyError, in words that begin with a verb, where there are several and not the last was asked for.
    """
    compiled = re.compile(measure.pattern, re.MULTILINE)
    found = list(compiled.finditer(out)) or list(compiled.finditer(err))
    if not found:
        return None
    if len(found) > 1 and not measure.last:
        raise StudyError(
            f'printed {len(found)} that fit "{printable(measure.pattern)}" ({printable(_text(found[0])[:30])},'
            f" {printable(_text(found[1])[:30])}{' ...' if len(found) > 2 else ''}); make it fit one, or take the last"
            " with `last`"
        )
    return _text(found[-1])


def _text(match: re.Match[str]) -> str:
    """Return what the pattern takes for the number, with the sign of percent that follows it, which is its unit."""
    group = match.re.groupindex.get("value") or min(match.re.groups, 1)
    text = str(match[group]).strip()
    return f"{text} %" if re.match(r" ?%", match.string[match.end(group) :]) else text


def in_percent(text: str) -> bool:
    """Return whether a number was printed with the sign of percent."""
    return text.endswith("%")


def value_of(text: str) -> float:
    """Return the number that ``text`` is, or the only one within it; raises StudyError, beginning with a verb."""
    if (value := number(text)) is not None:
        return value
    within = re.findall(NUMBER, text, re.IGNORECASE)
    if len(within) != 1:
        raise StudyError(
            f'printed "{printable(text[:40])}" where a number is expected; put the number alone into a group ( )'
        )
    return float(within[0])
