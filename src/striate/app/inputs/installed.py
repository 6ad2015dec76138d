"""Whether the libraries are there that exported files are written and read with."""

from __future__ import annotations

import importlib

from striate.base.errors import NetError


def needed(*modules: str) -> None:
    """Raise NetError naming those of ``modules`` that are not installed, and what to install."""
    missing: list[str] = []
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        raise NetError(
            f"the format onnx needs {', '.join(missing)}; install what is missing, in the folder of striate's source, with: pip"
            ' install ".[export]"'
        )
