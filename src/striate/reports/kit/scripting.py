"""The script of a report: the modules that the served page loads one by one, as one text inside the page.

A page that holds it allows this very text and no other script, by its hash (Content Security Policy Level 3, section 6.7.3).
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

SCRIPTS = files("striate.reports.kit") / "scripts"
MODULES = ("dom.js", "save.js", "chart.js", "curves.js", "report.js")  # each after those that it imports


@dataclass(frozen=True)
class Script:
    """A script of this package; templates put it in as it is."""

    text: str

    @property
    def digest(self) -> str:
        """The hash by which a policy allows it."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()}"

    def __html__(self) -> str:
        """Return the text, as Jinja2 asks for it."""
        return self.text


@cache
def report_script() -> Script:
    """Return what makes the report of a study alive: the modules in one scope, so that none of them imports another."""
    texts = [(SCRIPTS / name).read_text(encoding="utf-8") for name in MODULES]
    return Script(
        "\n".join(re.sub(r"^import .*\n|^export (?=const|function|async)", "", t, flags=re.MULTILINE) for t in texts)
    )


@cache
def chart_style() -> Script:
    """Return the style of the charts that scripts draw."""
    return Script((SCRIPTS / "chart.css").read_text(encoding="utf-8"))


def jsonable(value: Any) -> Any:
    """Return ``value`` as JSON that a browser parses: numbers that are not finite are null, records are objects."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return jsonable({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return {str(key): jsonable(one) for key, one in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(one) for one in cast("list[Any]", value)]
    return str(value) if isinstance(value, Path) else value
