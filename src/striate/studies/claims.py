"""What a study asserts: `Better`, `Sooner` and `Stabler`, and their JSON form, told apart by ``kind``."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_origin, get_type_hints

from striate.base.errors import StudyError, nearest, sentence
from striate.studies.better import Better
from striate.studies.sooner import Sooner
from striate.studies.stabler import Stabler

Claim = Better | Sooner | Stabler
KINDS: Mapping[str, type[Better] | type[Sooner] | type[Stabler]] = types.MappingProxyType(
    {claim.kind: claim for claim in (Better, Sooner, Stabler)}
)


def claim_from_json(value: Mapping[str, Any]) -> Claim:
    """Return the claim whose `to_json` wrote ``value``; raises StudyError listing every field that is wrong."""
    kind = value.get("kind")
    claim = KINDS.get(str(kind))
    if claim is None:
        raise StudyError(f'the claim kind is "{kind}"{nearest(str(kind), KINDS)}; accepted are {", ".join(KINDS)}')
    hints = get_type_hints(claim)
    accepted = [field.name for field in fields(claim)]
    faults = [f'"{name}" is missing' for name in accepted if name not in value]
    faults += [f'"{name}" is unknown{nearest(name, accepted)}' for name in value if name not in (*accepted, "kind")]
    faults += [
        f'"{name}" is {value[name]!r}' for name in accepted if name in value and not _fits(value[name], hints[name])
    ]
    if faults:
        raise StudyError(
            f"a claim of kind {kind} cannot be read: {sentence(faults)}; its fields are {', '.join(accepted)}"
        )
    parts: dict[str, Any] = {name: value[name] for name in accepted}
    for name in ("treatment", "control"):
        if not isinstance(parts[name], str):
            parts[name] = tuple(parts[name])
    return claim(**parts)


def _fits(value: object, hint: object) -> bool:
    if get_origin(hint) is tuple:
        return isinstance(value, (list, tuple))
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str)
