"""The source of a net of one's own: its module, and what that imports from beside it.

The files are found without running anything, from the import statements (also those inside functions) and the folder that the
module's first name lies in. What is installed (the standard library, packages in site-packages, Striate) is not part of it.
"""

from __future__ import annotations

import ast
import site
import sysconfig
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from striate.base.disk.files import digest


def is_installed(file: Path | None) -> bool:
    """Return whether ``file`` belongs to the standard library, an installed package or Striate; what has no file does, too."""
    return file is None or any(file.resolve().is_relative_to(folder) for folder in _installed())


@cache
def _installed() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    library = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    user = site.getusersitepackages()
    return tuple({Path(p).resolve() for p in (*library, *site.getsitepackages(), user, Path(__file__).parents[2])})


def root_of(module: str, file: Path) -> Path:
    """Return the folder that the first name of ``module`` lies in, whose file is ``file``."""
    depth = module.count(".") + (file.name == "__init__.py")
    return file.resolve().parents[depth]


def sources(module: str, root: Path) -> dict[str, bytes]:
    """Return the files that ``module`` consists of under ``root``, as relative path -> content, the module's own first.

    Raises OSError when a file cannot be read.
    """
    kept: dict[str, bytes] = {}
    todo = [module]
    while todo:
        name = todo.pop(0)
        for part, file in _files(name, root):
            key = file.relative_to(root).as_posix()
            if key not in kept:
                kept[key] = file.read_bytes()
                todo += _imports(kept[key], part, package=file.name == "__init__.py")
    return dict(sorted(kept.items(), key=lambda item: (item[0] != _own_key(module, kept), item[0])))


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the names and contents of all files."""
    return digest("".join(f"{digest(content)} {name}\n" for name, content in sorted(files.items())).encode())


def _own_key(module: str, kept: Mapping[str, bytes]) -> str:
    stem = module.replace(".", "/")
    return next((key for key in (f"{stem}.py", f"{stem}/__init__.py") if key in kept), "")


def _files(module: str, root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (name, file) of ``module`` and of the packages that hold it, those that lie under ``root``."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        folder = root.joinpath(*parts[:count])
        for file in (folder / "__init__.py", folder.with_name(f"{folder.name}.py")):
            if file.is_file():
                yield ".".join(parts[:count]), file
                break


def _imports(content: bytes, module: str, *, package: bool) -> list[str]:
    """Return every dotted name that ``content`` may import, relative ones made whole; none of a file that is not Python."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return []
    here = module.split(".") if package else module.split(".")[:-1]
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            whole = ".".join([*base, *([node.module] if node.module else [])])
            found += [whole, *(f"{whole}.{alias.name}" for alias in node.names)]
    return [name.strip(".") for name in found if name.strip(".")]
