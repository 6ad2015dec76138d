"""What is to be said of a learner's file: a verdict for each function, and all of them as the grade."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from textwrap import fill
from typing import Any

from striate.base.errors import counted, printable
from striate.base.inline import Inline

STATUSES = ("right", "wrong", "unfinished", "absent", "failed")
IMPORT = "the file cannot be imported: "
MARKS = {"right": "✓", "wrong": "✗", "failed": "!", "absent": "-"}


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one function. ``status``: right, wrong, unfinished, absent or failed.

    Of a wrong one, ``inputs`` are the smallest that show it, ``expected`` and ``returned`` the ``value`` that differs, and
    ``mistake`` is its name where it is one of the known ones.
    """

    name: str
    status: str
    said: str = ""
    mistake: str | None = None
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    value: str = ""
    expected: str = ""
    returned: str = ""


@dataclass(frozen=True)
class Grade(Inline):
    """The verdicts on a file, in order, and what it printed: its beginning, and then ... where there was more."""

    file: str
    verdicts: tuple[Verdict, ...]
    printed: str

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(verdict.status == "right" for verdict in self.verdicts)

    def __str__(self) -> str:
        """Return the verdicts as lines that fit into 80 columns, with the smallest counter-example of each wrong one."""
        return _text(self)

    def to_json(self) -> dict[str, Any]:
        """Return the record of `striate exercise grade` as JSON."""
        rows = [asdict(verdict) for verdict in self.verdicts]
        return {"file": self.file, "right": self.right, "of": len(rows), "printed": self.printed, "verdicts": rows}


def _text(done: Grade) -> str:
    """Return the verdicts as lines that fit into 80 columns."""
    lines = [] if (whole := _of_the_file(done)) is None else [fill(whole, 80)]
    for verdict in done.verdicts if whole is None else ():
        mark = MARKS.get(verdict.status, "…")
        said = verdict.mistake or verdict.said
        head = f"{mark} {verdict.name}"
        lines.append(fill(f"{head}: {said}" if said else head, 80, subsequent_indent="    "))
        if verdict.inputs:
            lines += _example(verdict)
    lines.append(f"\n{done.right} of {len(done.verdicts)} right")
    if done.printed.strip():
        first, *more = done.printed.strip().splitlines()
        rest = "many more lines" if more and more[-1] == "..." else counted(len(more), "more line")
        lines.append(f"your file printed: {first[:60]}{f' (and {rest})' if more else ''}")
    return "\n".join(lines)


def _of_the_file(done: Grade) -> str | None:
    """Return the one sentence that is true of every function, where several share what is wrong with their file."""
    first = done.verdicts[0]
    if len(done.verdicts) == 1 or any(verdict.status != first.status for verdict in done.verdicts):
        return None
    if first.status == "absent":
        return f"- {printable(done.file)} has none of these exercises; `striate exercise list` names them"
    same = all(verdict.said == first.said for verdict in done.verdicts)
    return f"! {first.said}" if same and first.said.startswith(IMPORT) else None


def _example(verdict: Verdict) -> list[str]:
    """Return the smallest counter-example, each array beside its name."""
    rows = [("with", f"{name} =", text) for name, text in verdict.inputs.items()]
    if verdict.value:
        rows += [
            ("expected", f"{verdict.value} =", verdict.expected),
            ("returned", f"{verdict.value} =", verdict.returned),
        ]
    lines: list[str] = []
    before = ""
    for word, name, text in rows:
        lead = f"    {word if word != before else '':<9}{name} "
        first, *more = text.splitlines() or [""]
        lines += [lead + first, *(" " * len(lead) + line for line in more)]
        before = word
    return lines
