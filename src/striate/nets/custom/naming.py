"""How the names of nets are told apart, and how an option's full name is written; nothing here loads PyTorch."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.base.errors import NetError, printable

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
PREFIX = "net."
"""What stands before an option's name where a field of the recipe has the same: ``net.seed``."""


def is_zoo(name: str) -> bool:
    """Return whether ``name`` begins with ``timm:`` or ``torchvision:``, which stand for nets of these libraries."""
    return name.startswith(("timm:", "torchvision:"))


def is_own(name: str) -> bool:
    """Return whether ``name`` has the form of a Python object, ``package.module:callable``, and is none of a library's nets."""
    return _NAME.fullmatch(name) is not None and not is_zoo(name)


def other_form(name: str) -> str:
    """Return what to write for a net in a file that is there, where ``name`` is another way to say it; else an empty text.

    Such are ``my_net.py:net``, ``sub/my_net.py``, ``my_net`` and ``my_net:net()``.
    """
    where, _, called = name.partition(":")
    if not where or is_zoo(name) or "\0" in name:
        return ""
    file = Path(where) if where.endswith(".py") else Path(f"{where}.py")
    # Of os.path, which says False of a name that is too long, where pathlib raises.
    if file.is_absolute() or ".." in file.parts or not os.path.isfile(file):
        return ""
    parts = file.with_suffix("").parts
    if strange := [part for part in parts if not part.isidentifier()]:
        return f"rename {printable(strange[0])}, since Python imports names of letters, digits and _ alone"
    meant = f"{'.'.join(parts)}:{called.removesuffix('()') or 'NAME'}"
    named = "" if called else ", where NAME is its function or class"
    return "" if meant == name else f"write {printable(meant)}{named}"


def unprefixed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options by their short names; raises NetError where one is given under both of its names."""
    plain = {name.removeprefix(PREFIX): value for name, value in options.items()}
    if len(plain) < len(options):
        twice = next(name for name in options if name.startswith(PREFIX) and name.removeprefix(PREFIX) in options)
        raise NetError(f"{twice} and {twice.removeprefix(PREFIX)} are one option of the net; give it once")
    return plain
