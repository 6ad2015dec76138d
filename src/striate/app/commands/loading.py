"""Commands that are loaded when they are asked for: `striate --help` and one command pay for no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from striate.app.commands.catalog import ENTRIES, GROUPS, Entry
from striate.app.options.as_given import as_given
from striate.app.options.groups import spliced
from striate.app.terminal.multiword import Command, Multiword

SILENT: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}
"""Settings of every Typer here: no completion, no colours, no traceback of its own."""
FREE: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


class Commands(TyperGroup):
    """The commands of the catalogue whose names begin with the words of this group; those of the whole have none."""

    words: str = ""
    entries: Sequence[Entry] = ENTRIES

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, --help among them."""
        return as_given(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the next word of each command, each once."""
        starts = [entry.name.removeprefix(self.words) for entry in self.entries if entry.name.startswith(self.words)]
        return list(dict.fromkeys(name.partition(" ")[0] for name in starts))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command, or the group, of this word; None where there is none."""
        name = f"{self.words}{cmd_name}"
        if not self.words and cmd_name in GROUPS:
            return group(cmd_name, self.entries)
        return next((command(entry) for entry in self.entries if entry.name == name), None)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands from the catalogue alone."""
        told = {entry.name: f"{entry.summary}." for entry in self.entries} | GROUPS
        with formatter.section("Commands"):
            formatter.write_dl([(word, told[f"{self.words}{word}"]) for word in self.list_commands(ctx)])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the words begin with; an unknown one is answered with the nearest."""
        self.commands = dict.fromkeys(self.list_commands(ctx))  # type: ignore[assignment]  # their names are all that is read
        return super().resolve_command(ctx, args)


def group(word: str, entries: Sequence[Entry]) -> Commands:
    """Return the group of the commands that begin with ``word``."""
    made = Commands(name=word, help=GROUPS[word], no_args_is_help=True, rich_markup_mode=None)
    made.words, made.entries = f"{word} ", entries
    return made


def command(entry: Entry) -> Any:
    """Return the command of ``entry``, with its module loaded."""
    one = typer.Typer(**SILENT)
    kind = Multiword if entry.name.startswith("probe ") else Command
    one.command(entry.name.rpartition(" ")[2], cls=kind, context_settings=FREE if entry.free else None)(
        spliced(entry.function())
    )
    return get_command(one)
