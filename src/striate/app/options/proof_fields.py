"""The parameters of a proof as options after its name: ``--FIELD VALUE``, ``--FIELD=VALUE``; of `striate prove` and the page.

Which fields there are the proof says, so they cannot be the options of a signature.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from striate.base.errors import ProofError, sentence

SHORT = {"in": ("channels_in", "channels"), "out": ("channels_out", "filters")}
"""Options that stand for the first of these fields that the proof has, where none has the option's own name."""


def options(words: Sequence[str], fields: dict[str, Any]) -> dict[str, Any]:
    """Return field -> value of the option ``words``; each value is read as JSON where that is possible, else as text.

    Raises ProofError listing every word that is not an option, lacks its value or comes again; whether a field exists is judged
    with the values.
    """
    given: dict[str, Any] = {}
    faults: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("--") or word == "--":
            faults.append(f'"{word}" is not an option, write --FIELD VALUE')
            continue
        written, equals, text = word[2:].partition("=")
        field = written.replace("-", "_")
        if field not in fields:
            field = next((long for long in SHORT.get(field, ()) if long in fields), field)
        negated = field.removeprefix("no_")
        value: Any = None
        if field not in fields and fields.get(negated) is bool and not equals:
            field, value = negated, False
        elif equals or (left and not left[0].startswith("--")):
            value = _value(text if equals else left.pop(0))
        elif fields.get(field) is bool:
            value = True
        else:
            faults.append(f"--{written} needs a value")
        if field in given:
            faults.append(f"--{written} is given a second time, as {json.dumps(value)}; give each field once")
        given.setdefault(field, value)
    if faults:
        raise ProofError(sentence(faults))
    return given


def _value(text: str) -> Any:
    """Return ``text`` read as JSON, or as the list 1,2,3, or as it stands."""
    for written in (text, f"[{text}]") if "," in text else (text,):
        with suppress(ValueError):
            return json.loads(written)
    return text
