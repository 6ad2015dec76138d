"""The command of a probe that has none of its own: net, pictures and class as for every probe, its options by --with.

``general.NAME`` is the command of the probe NAME, for every name of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from striate.app.commands.probe.present import explain
from striate.app.options.probing import Explained, Looking, Net, Pictures
from striate.base.catalog import unknown
from striate.probes.catalog import ENTRIES, Entry

With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="NAME=VALUE", help="An option of the probe, as its function in Python has it."),
]


def __getattr__(name: str) -> Callable[..., None]:
    if name not in ENTRIES:
        raise AttributeError(unknown(ENTRIES.kind, name, ENTRIES))
    return _command(ENTRIES[name])


def _command(entry: Entry) -> Callable[..., None]:
    def look(net: Net, image: Pictures, *, options: With = None, explained: Explained, looking: Looking) -> None:
        from striate.app.inputs.changes import settings_of

        explain(entry.name, looking.opening.open(net), image, explained, looking, settings_of(options))

    look.__doc__ = f"Show {entry.summary}."
    return look
