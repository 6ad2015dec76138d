"""The folder list is the architecture: packages import only downwards, never in a circle, and each file is one idea.

Every law is a function from sources to the list of what breaks it; each is also shown a source that breaks it.
"""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "striate"
TESTS = ROOT / "tests"

# From the top down. Packages on one line do not know each other.
LINES = (
    ("app",),
    ("sheets",),
    ("reports",),
    ("studies",),
    ("training", "probes", "proofs"),
    ("nets", "data", "scratch"),
    ("base",),
)
RANK = {package: rank for rank, line in enumerate(LINES) for package in line}
# What everyone needs is a closed list: a package of its own lies above it.
BASE = {
    *(
        "catalog",
        "documented",
        "errors",
        "inline",
        "intervals",
        "pickle_opcodes",
        "seeds",
        "shapes",
        "signals",
        "validation",
        "version",
    ),
    *("disk.files", "disk.foreign", "disk.lock", "disk.outputs", "disk.sealed_json", "disk.strict_json"),
}
MOST_LINES = 250
MOST_SIBLINGS = 14
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc"}
HEAVY = {"torch", "sklearn", "scipy", "matplotlib", "pooch", "tensorboard", "PIL", "jinja2"}

Modules = dict[str, ast.Module]


def sources() -> dict[str, Path]:
    """Return every module by its dotted name: ``striate.base.disk.files`` -> its file."""
    return {dotted(path): path for path in sorted(SOURCE.rglob("*.py"))}


def dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def trees() -> Modules:
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in sources().items()}


def package_of(module: str) -> str:
    """Return the package of ``striate.package.module``; empty for the front page of the whole, ``striate``."""
    return module.split(".")[1] if "." in module else ""


def imported(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Yield every module of Striate that ``tree`` imports, also inside functions and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "striate")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "striate":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module


def is_front(module: str) -> bool:
    """Tell whether ``module`` is one of the two that stand above all packages: the public names and ``python -m``."""
    return module in {"striate", "striate.__main__"}


def wrong_directions(modules: Modules) -> list[str]:
    faults: list[str] = []
    for module, tree in modules.items():
        if is_front(module):
            continue
        here = package_of(module)
        for target in imported(tree, set(modules)):
            there = package_of(target)
            if is_front(target) or (there != here and RANK[there] <= RANK[here]):
                faults.append(f"{module} imports {target}")
    return faults


def cycle(modules: Modules) -> list[str]:
    """Return the modules of one import cycle, or an empty list."""
    graph = {module: set(imported(tree, set(modules))) - {module} for module, tree in modules.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_every_package_is_in_the_charter_and_nothing_lies_beside_them() -> None:
    packages = {path.name for path in SOURCE.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    assert packages <= RANK.keys()
    assert {path.stem for path in SOURCE.glob("*.py")} == {"__init__", "__main__"}


def test_the_base_is_a_closed_list() -> None:
    assert {name.removeprefix("striate.base.") for name in sources() if name.startswith("striate.base.")} - {
        "disk"
    } == BASE


def test_imports_go_downwards_only() -> None:
    assert wrong_directions(trees()) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("striate.base.a", "from striate.nets import b"),
        ("striate.nets.a", "import striate.data.b"),
        ("striate.training.a", "def late():\n    from striate.probes.b import look"),
        ("striate.app.a", "import striate"),
        ("striate.app.a", "from striate import __version__"),
        ("striate.studies.builtin.a", "from striate.reports.b import page"),
    ],
)
def test_an_import_upwards_or_sideways_is_found(module: str, line: str) -> None:
    assert wrong_directions({module: ast.parse(line)})
    sound = f"from striate.base.version import VERSION\nfrom {module.rpartition('.')[0]} import other"
    assert not wrong_directions({module: ast.parse(sound)})


def test_no_module_imports_itself_in_a_circle() -> None:
    assert cycle(trees()) == []


def test_a_circle_is_found() -> None:
    there, back = ast.parse("from striate.nets.b import x"), ast.parse("def f():\n    from striate.nets import a")
    assert set(cycle({"striate.nets.a": there, "striate.nets.b": back})) == {"striate.nets.a", "striate.nets.b"}
    assert cycle({"striate.nets.a": there, "striate.nets.b": ast.parse("import numpy")}) == []


def test_every_file_is_one_idea_of_readable_length_and_says_what_it_is() -> None:
    too_long, silent = [], []
    for name, path in sources().items():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MOST_LINES:
            too_long.append(f"{name}: {text.count(chr(10))} lines")
        if not ast.get_docstring(ast.parse(text)):
            silent.append(name)
    assert too_long == []
    assert silent == []


def test_no_shelf_is_overfull() -> None:
    folders = {path.parent for path in sources().values()}
    kept = {
        folder: [one for one in folder.iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()]
        for folder in folders
    }
    full = {str(folder.relative_to(SOURCE)): len(files) - 1 for folder, files in kept.items()}  # without its __init__
    assert {folder: count for folder, count in full.items() if count > MOST_SIBLINGS} == {}


def test_nothing_is_a_junk_drawer() -> None:
    names = {part.lstrip("_") for name in sources() for part in name.split(".")}
    names |= {path.stem for path in TESTS.rglob("*.py")} | {path.name for path in TESTS.rglob("*") if path.is_dir()}
    assert not names & JUNK_DRAWERS


def test_the_layers_by_hand_need_numpy_alone() -> None:
    allowed = {"numpy", "striate", "__future__"} | sys.stdlib_module_names
    foreign = {
        f"{module} imports {name}"
        for module, tree in trees().items()
        if package_of(module) == "scratch"
        for name in absolute_imports(tree)
        if name.split(".")[0] not in allowed
    }
    assert foreign == set()


def absolute_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_command_line_starts_without_loading_anything_heavy() -> None:
    code = f"import striate, striate.app.cli, sys; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []
