"""Nets of someone's own on the page: their code runs where the person who started the page named it, and nowhere else."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from striate.app.options.flags import FLAGS
from striate.app.options.repeating import path_word
from striate.app.serve.place import Place
from striate.base.errors import NetError, RunError, printable


def named(nets: Iterable[str]) -> None:
    """Let the code of ``nets`` run, each named as MODULE:CALLABLE; raises NetError for another name and for no such code."""
    from striate.nets.custom.load import own_sources
    from striate.nets.custom.naming import is_own
    from striate.nets.custom.trust import trust

    for net in nets:
        if not is_own(net):
            raise NetError(f'"{printable(net)}" is not the name of a net of your own, which is MODULE:CALLABLE')
        trust(net)
        own_sources(net)


def words_of(folder: Path) -> list[str]:
    """Return the words of a command line that let the code of the run's own net run; none where it has no such net."""
    from striate.nets.custom.naming import is_own
    from striate.training.folder.run import open_run

    net = open_run(folder).recipe.net
    return [FLAGS["net"], net] if is_own(net) else []


def admitted(place: Place, folder: Path) -> None:
    """Raise RunError where the net of the run in ``folder`` is code that nobody named."""
    from striate.nets.custom.naming import is_own
    from striate.nets.custom.trust import is_trusted
    from striate.training.folder.run import open_run

    net = open_run(folder).recipe.net
    if is_own(net) and not is_trusted(net):
        words = shlex.join(["striate", "serve", path_word(place.top), FLAGS["net"], net])
        raise RunError(
            f'the net of this run, "{printable(net)}", is code of someone\'s own, and the page runs none that was not named'
            f" when it was started; read it, and start the page with: {printable(words)}"
        )
