"""Models whose fields are described by the text below them, read so that a help text need not wait for it.

    class Options(Documented):
        width: int = 16
        '''Filters of the first stack.'''

Pydantic's ``use_attribute_docstrings`` does the same by splitting the source of each class into its tokens, which takes as long
as everything else that an option's help needs; here a module is parsed once. The check of a value is built when the first
value comes (``defer_build``).
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict


class Documented(BaseModel):
    """A model of which each field has the text that stands below it in the source as its description."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Give the fields of a class at the top of a module their descriptions; one from elsewhere has no source to read."""
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        for name, told in _texts(file).get(cls.__qualname__, {}).items() if file else ():
            if name in cls.model_fields:
                cls.model_fields[name].description = told


@lru_cache
def _texts(file: str) -> dict[str, dict[str, str]]:
    """Return class -> field -> the text below the field, for the classes at the top of a source."""
    try:
        body = ast.parse(Path(file).read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return {}
    return {
        node.name: {
            field.target.id: inspect.cleandoc(text.value.value)
            for field, text in pairwise(node.body)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        }
        for node in body
        if isinstance(node, ast.ClassDef)
    }
