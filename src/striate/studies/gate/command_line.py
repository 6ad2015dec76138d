"""A command as a person writes it at a shell, with {seed} where its seed belongs.

It is split into words as a shell would, and started without one, unless it has what only a shell does: a pipe, a
redirection, `;` or `&`, a variable, a substitution, a pattern of files, a home folder, an assignment at its head. Then
/bin/sh runs it. It is the person's own command either way, and all that is put into it is a number.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from striate.base.errors import StudyError, printable

SEED = "{seed}"
SHELL = "/bin/sh"
BARE = set("|&;<>()`$*?\n")  # what a shell acts on where it is not quoted
QUOTED = set("`$")  # and within double quotes


@dataclass(frozen=True)
class Command:
    """``shell`` is what made a shell necessary, empty where there is none."""

    side: str
    text: str
    shell: str = ""

    def words(self, seed: int) -> list[str]:
        """Return the words of the process with ``seed``."""
        text = self.text.replace(SEED, str(seed))
        return [SHELL, "-c", text] if self.shell else shlex.split(text)


def command(side: str, text: str) -> Command:
    """Return the command of ``side``, control or treatment; raises StudyError where it cannot be one, or has no {seed}."""
    if SEED not in text:
        raise StudyError(
            f"the {side} has no {SEED}, so every run of it would be the same; write it where the seed belongs, or, for a"
            f' program that takes none and draws anew each time, "env SEED={SEED} ..." before it'
        )
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise StudyError(f"the {side} cannot be read as a command ({error}): {printable(text)}") from error
    if not words or "\0" in text:
        raise StudyError(f"the {side} is not a command: {printable(text)!r}; write what you would write at a shell")
    return Command(side, text, needs_shell(text))


def one_command(control: str, treatment: str) -> bool:
    """Return whether two texts are one command, spaces between its words aside."""
    return control.split() == treatment.split()


def needs_shell(text: str) -> str:
    """Return the first thing in ``text`` that only a shell does, empty where there is nothing."""
    if match := re.match(r"\s*([A-Za-z_]\w*=\S*)\s", text):
        return match[1]
    quote, place = "", 0
    while place < len(text):
        letter = text[place]
        if letter == "\\" and quote != "'":
            place += 2
            continue
        if quote:
            if letter == quote:
                quote = ""
            elif quote == '"' and letter in QUOTED:
                return letter
        elif letter in "'\"":
            quote = letter
        elif letter in BARE or (letter == "~" and (not place or text[place - 1].isspace())):
            return {"\n": "a line break"}.get(letter, letter)
        place += 1
    return ""


def files_of(text: str) -> list[str]:
    """Return what in a command could name a file that the answer depends on, also within the words of a shell."""
    return list(dict.fromkeys(re.findall(r"[^\s'\"|&;<>()`$=]+", text)))
