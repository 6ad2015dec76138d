"""Options that take several words: ``--taps conv1 conv2`` is read as ``--taps conv1 --taps conv2``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand

from striate.app.options.as_given import as_given


def repeated(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return the words with each of ``options`` repeated before every word that follows it, up to the next option."""
    made: list[str] = []
    current = ""
    for word in words:
        if word.startswith("-"):
            current = word if word in options else ""
            made += [] if current else [word]
        else:
            made += [current, word] if current else [word]
    return made


class Command(TyperCommand):
    """A command that converts only what was given to it."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, --help among them."""
        return as_given(super().get_params(ctx))


class Multiword(Command):
    """A command whose list options may be given several words at once; its arguments stand before them.

    ``--set`` takes one word as everywhere else.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words once the list options are repeated."""
        lists = [option for option in self.params if getattr(option, "multiple", False) and "--set" not in option.opts]
        many = [name for option in lists for name in option.opts]
        return super().parse_args(ctx, repeated(args, many))
