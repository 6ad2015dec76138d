"""What has a name: a table of entries, what is said of a name that is none of them, and homes that are loaded when asked for.

An entry tells what it is without loading what it stands for: that lies at its home, ``module`` or ``module:name``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from striate.base.errors import StriateError, nearest, printable


class Named(Protocol):
    """Whatever a catalogue may hold."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...


E = TypeVar("E", bound=Named)


class Catalog(Mapping[str, E], Generic[E]):
    """The entries of one ``kind`` by their names, in the order in which they are listed.

    ``error`` is the class of what is raised for a name that is none of them; ``also`` says what else is accepted.
    """

    def __init__(
        self, kind: str, error: type[StriateError], entries: Iterable[E], also: Callable[[], str] = str
    ) -> None:
        self.kind, self._error, self._also = kind, error, also
        self._entries: dict[str, E] = {}
        for entry in entries:
            if entry.name in self._entries:
                raise ValueError(f"two {kind} entries are named {entry.name}")
            self._entries[entry.name] = entry

    def __getitem__(self, name: str) -> E:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self._entries)

    def entry(self, name: str) -> E:
        """Return the entry ``name``; raises the catalogue's error, with the nearest name and all that are accepted."""
        if name not in self._entries:
            raise self._error(unknown(self.kind, name, self._entries, self._also()))
        return self._entries[name]


def unknown(
    kind: str,
    name: str | Sequence[str],
    accepted: Iterable[str],
    also: str = "",
    *,
    most: int | None = None,
    see: str = "",
    brief: bool = False,
) -> str:
    """Return the one sentence for a name (or several) that nothing has: the nearest that is accepted, and what all are.

    ``also`` is what is accepted besides, as the end of the list. Of a long list ``most`` names are told; ``see`` says where it
    stands when none is. Of a ``brief`` one the list is left out where a nearest is told.
    """
    names, given = list(accepted), [name] if isinstance(name, str) else list(name)
    listed = [printable(one) for one in names[:most]]
    listed += [f"{len(names) - len(listed)} more"] if len(names) > len(listed) else []
    every = f"accepted are {', '.join([*listed, also] if also else listed) or 'none'}"
    if len(given) == 1:
        meant = _meant(given[0], names)
        told = f'{kind} "{printable(given[0])}" is unknown{meant}'
        if brief and meant:
            return told
    else:
        several = [f'"{printable(one)}"{_meant(one, names)}' for one in given]
        told = f"{kind}s {', '.join(several)} are unknown"
    return f"{told}; {f'see {see}' if see else every}"


def _meant(name: str, accepted: Sequence[str]) -> str:
    """Return the hint at the nearest name, else at one of which ``name`` is a part: val_acc for acc."""
    holding = [other for other in accepted if name and name.lower() in other.lower()]
    return nearest(name, accepted) or nearest(name, holding, cutoff=0)


def loaded(home: str) -> Any:
    """Return the module at ``home``, or what it holds by the name after a colon; it is imported when first asked for."""
    module, _, name = home.partition(":")
    found: Any = import_module(module)
    return getattr(found, name) if name else found


def later(home: str) -> Callable[..., Any]:
    """Return a function that calls the one at ``home``, ``module:name``, and loads it when it is first called."""

    def call(*given: Any, **named: Any) -> Any:
        return loaded(home)(*given, **named)

    return call


def doors(name: str, file: str | Path) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__all__``, ``__getattr__`` and ``__dir__`` of the package ``name``, whose ``__init__`` is ``file``.

    Its public names are what it imports ``if TYPE_CHECKING``: type checkers read them there, and each is loaded when it is
    first asked for.
    """
    at = homes(file)

    def get(wanted: str) -> Any:
        if wanted not in at:
            raise AttributeError(f"module {name!r} has no attribute {wanted!r}")
        return loaded(at[wanted])

    return list(at), get, lambda: sorted({*vars(import_module(name)), *at})


def homes(file: str | Path) -> dict[str, str]:
    """Return name -> home of what the module at ``file`` imports ``if TYPE_CHECKING``: its public names, written down once."""
    found: dict[str, str] = {}
    for node in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for line in node.body:
                if isinstance(line, ast.ImportFrom):
                    found |= {alias.asname or alias.name: f"{line.module}:{alias.name}" for alias in line.names}
    return dict(sorted(found.items()))
