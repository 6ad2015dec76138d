"""What a document shows: its fenced blocks, the commands in them, and the extras that a command needs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

SHELLS = ("console", "sh", "bash", "shell")


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the language and the content of every fenced block."""
    return re.findall(r"^ {0,3}```(\w*)[^\n]*\n(.*?)^ {0,3}```\s*$", text, re.MULTILINE | re.DOTALL)


def lines(text: str) -> list[str]:
    """Return the lines of the shell blocks that are commands, with their remarks; in one with prompts the rest is output."""
    found: list[str] = []
    for language, content in blocks(text):
        if language in SHELLS:
            shown = content.replace("\\\n", " ").splitlines()
            found += [line.removeprefix("$ ") for line in shown if line.startswith("$ ")] or shown
    return [line for line in found if shlex.split(line, comments=True)]


def commands(text: str) -> list[str]:
    """Return the commands in the shell blocks without their remarks."""
    return [shlex.join(shlex.split(line, comments=True)) for line in lines(text)]


def extras(line: str) -> list[str]:
    """Return the extras that the remark beside a command says it needs: `` # ... .[export]``."""
    return [
        name
        for names in re.findall(r"\.\[([\w,]+)\]", re.split(r"\s#", line, maxsplit=1)[-1])
        for name in names.split(",")
    ]


def words(command: str) -> list[str]:
    """Return the words of a command without the variables that are set before it and the path to the program."""
    given = shlex.split(command)
    while given and re.match(r"[A-Z_]+=", given[0]):
        del given[0]
    return [Path(given[0]).name, *given[1:]]
