"""Proofs on the page: the list with each one's parameters as fields, and one at chosen sizes, derived and checked anew."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.responses import Response

from striate.app.actions.lists import list_proofs
from striate.app.options.proof_fields import options
from striate.app.options.repeating import proof_command
from striate.proofs import catalog
from striate.reports.proof.page import proof_html

# A proof is a page of its own in a frame that may run nothing and load nothing; its styles are part of it.
FRAMED = {
    "content-security-policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'"
    ),
}
_TURN = threading.Lock()  # one at a time: the larger ones take seconds


def proofs(_query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the proofs, each with its parameters: name, type in JSON Schema, default, bounds, meaning."""
    made: list[dict[str, Any]] = []
    for named in list_proofs():
        fields = catalog.ENTRIES.entry(named.name).Parameters.model_json_schema().get("properties", {})
        rows = [{"name": name, **_field(schema)} for name, schema in fields.items()]
        made.append({"name": named.name, "summary": named.summary, "parameters": rows})
    return made


def _field(schema: Mapping[str, Any]) -> dict[str, Any]:
    plain: Mapping[str, Any] = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    told = {key: plain[key] for key in ("type", "minimum", "maximum", "enum") if key in plain}
    return {**told, "default": schema.get("default"), "meaning": schema.get("description", "")}


def proof_shown(query: Mapping[str, str]) -> Response:
    """Return the proof as its own page; raises ProofError for parameters that it does not take."""
    name = query.get("name", "")
    entry = catalog.ENTRIES.entry(name)
    words = [
        f"--{field.replace('_', '-')}={value}" for field, value in query.items() if field != "name" and value != ""
    ]
    given = options(words, {field: info.annotation for field, info in entry.Parameters.model_fields.items()})
    parameters = catalog.parameters(name, given)
    with _TURN:
        page = _made(name, parameters.model_dump_json())
    return Response(page, media_type="text/html", headers=FRAMED)


@lru_cache(16)  # the page asks whether it can be had, and then for it
def _made(name: str, parameters: str) -> str:
    entry = catalog.ENTRIES.entry(name)
    proof = entry.prove(entry.Parameters.model_validate_json(parameters))
    return proof_html(proof, proof_command(proof))
