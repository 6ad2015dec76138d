"""One hierarchy of errors, drawn where it is defined, and no error class anywhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from striate.base import errors
from striate.base.errors import StriateError

SOURCE = Path(__file__).parents[2] / "src" / "striate"


def descendants(kind: type[StriateError]) -> set[type[StriateError]]:
    below = set(kind.__subclasses__())
    return below.union(*(descendants(child) for child in below))


def test_the_tree_in_the_docstring_is_the_hierarchy_with_its_exit_codes() -> None:
    drawn: dict[str, tuple[int, int]] = {}
    code = 0
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"(\s+(?:\||'|-|\s)*)(\w+Error) {2,}(?:exit code (\d))?", line):
            code = int(match[3]) if match[3] else 2
            drawn[match[2]] = (len(match[1]), code)
    known = {StriateError, *descendants(StriateError)}
    assert {kind.__name__: kind.exit_code for kind in known} == {name: code for name, (_, code) in drawn.items()}
    left = drawn["StriateError"][0]
    for kind in known - {StriateError}:
        assert (drawn[kind.__name__][0] > left) == issubclass(kind, StriateError)


def test_errors_are_defined_in_one_place() -> None:
    names = {"Exception", "BaseException", *(kind.__name__ for kind in {StriateError, *descendants(StriateError)})}
    elsewhere = [
        f"{path.relative_to(SOURCE)}: {node.name}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and path != SOURCE / "base" / "errors.py"
        and {ast.unparse(base).rpartition(".")[2] for base in node.bases} & names
        and node.name.endswith("Error")
    ]
    assert elsewhere == []
