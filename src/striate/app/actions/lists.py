"""What there is by name: nets, data sets, studies, the fields that a setting reaches, and the runs in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from striate.app.actions.choices import Engine

if TYPE_CHECKING:
    from striate.data.catalog import Description
    from striate.reports.run.listing import Listed


@dataclass(frozen=True)
class Named:
    """A name with what it stands for, in one line."""

    name: str
    summary: str


@dataclass(frozen=True)
class FieldRow:
    """One field of the recipe or option of a net: whose it is (``recipe`` or the net's name), and what it takes."""

    of: str
    field: str
    default: str
    accepted: str
    meaning: str


def list_nets() -> tuple[Named, ...]:
    """Return the nets of PyTorch, those by hand, and how nets from elsewhere are named."""
    from striate.nets import catalog
    from striate.scratch import catalog as scratch

    return (
        *(Named(entry.name, entry.summary) for entry in catalog.ENTRIES.values()),
        *(Named(one.name, f"with `engine=scratch`, by hand: {one.summary}") for one in scratch.ENTRIES.values()),
        *(Named(name, summary) for name, summary in catalog.ELSEWHERE.items()),
    )


def list_data(data_dir: str | Path | None = None) -> tuple[Description, ...]:
    """Return the data sets of the catalogue, each with where it was found."""
    from striate.data import describe

    return tuple(describe(data_dir))


def list_studies() -> tuple[Named, ...]:
    """Return the builtin studies with their questions."""
    from striate.studies.catalog import BUILTIN

    return tuple(Named(entry.name, entry.summary) for entry in BUILTIN.values())


def list_sheets() -> tuple[Named, ...]:
    """Return the builtin sheets with the homework that each answers."""
    from striate.sheets.catalog import BUILTIN

    return tuple(Named(entry.name, entry.title) for entry in BUILTIN.values())


def list_proofs() -> tuple[Named, ...]:
    """Return the statements that can be proved; nothing is checked."""
    from striate.proofs.catalog import ENTRIES

    return tuple(Named(entry.name, entry.summary) for entry in ENTRIES.values())


def list_fields(net: str | None = None, engine: Engine = "torch") -> tuple[FieldRow, ...]:
    """Return the options of ``net``; without a net the fields of the recipe and the options of convnet.

    Raises NetError for an unknown net.
    """
    from striate.app.actions.fields import fields_of

    rows = (FieldRow(*row) for row in fields_of(engine, net or "convnet"))
    return tuple(row for row in rows if net is None or row.of != "recipe")


def list_runs(folder: str | Path = "runs") -> tuple[Listed, ...]:
    """Return the runs in ``folder`` and below; raises RunError where there is no such folder."""
    from striate.reports.run.listing import list_runs as listed

    return tuple(listed(Path(folder)))
