"""One reader for our own JSON files: within bounds, by a schema, and sealed against damage.

A seal is the SHA-256 of everything else in a record. It finds damage and slips (a file cut short, a flipped bit, a number
edited by hand); it is not a defence against somebody who means it, for whoever can edit a record can seal it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from striate.base.disk.files import digest, read_json
from striate.base.disk.strict_json import encode
from striate.base.errors import RunError, StriateError, printable, reason

SEALED = 2  # the first format of a record that has a seal


class Form(BaseModel):
    """What a record must hold, and of what type; this one, anything. Other names are let through, for later versions."""

    model_config = ConfigDict(strict=True, extra="allow", defer_build=True)


F = TypeVar("F", bound=Form)


def seal(record: Mapping[str, Any]) -> str:
    """Return the seal of a record: 64 hexadecimal digits, over all of it but a seal that it has."""
    rest = {key: value for key, value in record.items() if key != "seal"}
    return digest(json.dumps(encode(rest), sort_keys=True, separators=(",", ":")).encode())


def sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with its format and its seal in it, as it is to be written."""
    made = {**record, "format": max(SEALED, record.get("format", 0))}
    return {**made, "seal": seal(made)}


def is_sealed(record: Mapping[str, Any]) -> bool:
    """Return whether a record that was read has a seal; one from before there were seals has none."""
    return "seal" in record


def fault(record: Mapping[str, Any]) -> str:
    """Return what is wrong with the seal of a record, empty where it fits or the record is from before there were seals."""
    if "seal" in record:
        return "" if record["seal"] == seal(record) else "it was changed after it was written"
    version = record.get("format", 1)
    return "its seal is gone" if not isinstance(version, int) or version >= SEALED else ""


def read_own(path: Path, form: type[Form], *, todo: str, kind: type[StriateError] = RunError) -> dict[str, Any]:
    """Return the record in ``path``, after its seal and its form were checked.

    Raises an error of ``kind`` in one sentence that ends with ``todo``, whatever is wrong with the file.
    """
    try:
        return checked(read_json(path), form)
    except (OSError, ValueError) as error:
        raise kind(f'"{printable(str(path))}" cannot be read ({reason(error)}); {todo}') from error


def checked(value: object, form: type[Form]) -> dict[str, Any]:
    """Return the record that was read; raises ValueError where its seal does not fit or it has not that form."""
    if not isinstance(value, dict):
        raise ValueError(f"it holds {type(value).__name__} where an object belongs")
    record = cast("dict[str, Any]", value)
    if wrong := fault(record):
        raise ValueError(wrong)
    conform(record, form)
    return record


def conform(record: object, form: type[F]) -> F:
    """Return what was read as ``form``; raises ValueError with the first place that does not fit, and why."""
    try:
        return form.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))) from error
