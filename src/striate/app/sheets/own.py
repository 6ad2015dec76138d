"""What a teacher's own sheet may get wrong in a part, which costs that part alone: a rule, a name, the home of code."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from striate.app.sheets.workshop import NotDone, Workshop
from striate.base.catalog import loaded, unknown
from striate.base.errors import reason
from striate.sheets.parts import Rule


def ruled(rule: Rule, names: Sequence[str], shop: Workshop) -> Sequence[str]:
    """Return the sentences of a rule from the facts of ``names``; raises NotDone where it fails or returns something else."""
    facts = [shop.fact(name) for name in names]
    called = getattr(rule, "__name__", "rule")
    try:
        told: Any = rule(*facts)
    except Exception as error:
        if str(getattr(getattr(rule, "func", rule), "__module__", "")).startswith("striate."):
            raise
        raise NotDone(f"The rule {called} raises {reason(error, kind=True)}.", failed=True) from error
    told = [told] if isinstance(told, str) else told
    if not isinstance(told, (list, tuple)) or not all(isinstance(one, str) for one in told):
        raise NotDone(f"The rule {called} returns {type(told).__name__}, and must return texts.", failed=True)
    return told


def refuse_unknown(what: str, named: Sequence[str], there: Sequence[str]) -> None:
    """Raise NotDone for a name of ``named`` that is not ``there``."""
    for name in named:
        if there and name not in there:
            raise NotDone(f"{unknown(what, name, there)}.", failed=True)


def source_of(module: str, name: str) -> str:
    """Return the source of ``name`` in ``module``; raises NotDone where there is none."""
    try:
        return textwrap.dedent(inspect.getsource(attrgetter(name)(loaded(module))))
    except (ImportError, AttributeError, TypeError, ValueError, OSError) as error:
        told = f"{module}:{name} is no function or class whose source is there, named as module:name."
        raise NotDone(told, failed=True) from error
