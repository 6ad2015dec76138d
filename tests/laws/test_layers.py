"""The folder list is the architecture: packages import only downwards, never in a circle, and each file is one idea.

Every law is a function from sources to the list of what breaks it; each is also shown a source that breaks it.
"""

from __future__ import annotations

import ast
import functools
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from striate.app.commands.catalog import ENTRIES

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
        "digits",
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
# The same inside the packages, from the top down: rooms and doors, the doors being what a package is entered by. Rooms that
# are joined by + know each other; single modules that are not named here are what all rooms of their package share.
INSIDE: dict[str, tuple[tuple[str, ...], ...]] = {
    "app": (
        ("cli",),
        ("commands",),
        ("serve",),
        ("judging", "sheets", "shown"),
        ("actions + options + progress + study + terminal",),
        ("exporting", "scoring"),
        ("inputs",),
    ),
    "sheets": (("catalog",), ("builtin",), ("answers", "pages")),
    "reports": (("notebook",), ("data", "run"), ("probe", "study"), ("net", "proof"), ("kit",)),
    "studies": (
        ("cost", "wording"),
        ("builtin", "catalog", "gate", "running"),
        ("grid", "judged", "python_file"),
        ("question",),
        ("claims + looks", "layout", "logs"),
    ),
    "training": (
        ("confusion",),
        ("train",),
        ("engines.processes.follow", "session", "trials"),
        ("loop",),
        ("judging", "loggers"),
        ("engines + feed + folder + starting",),
        ("schedule",),
        ("recipe",),
    ),
    "probes": (("probe",), ("catalog",), ("checks",), ("channels", "fooling", "heatmaps", "places")),
    "proofs": (("catalog",), ("statements",), ("parts",)),
    "nets": (("catalog",), ("published",), ("custom + measure + weights",), ("families",)),
    "data": (("catalog",), ("augment", "forms"), ("cache + photos + readers",)),
    "scratch": (
        ("catalog", "exercises", "gradcheck_cases"),
        ("convnet",),
        ("models",),
        ("chain",),
        ("layers",),
        ("fast",),
    ),
    "base": (("disk",),),
}
# Rooms that do not import one another although the lines above let them: what does a thing shows nothing.
APART = {
    "app": {
        ("actions", "exporting", "inputs", "judging", "scoring", "sheets"): ("terminal", "progress"),
        ("study",): ("terminal",),
    },
}
MOST_LINES = 250
MOST_SIBLINGS = 14
MOST_DENSE = 40
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.Try,
    ast.ExceptHandler,
    ast.With,
    ast.Match,
    ast.BoolOp,
    ast.comprehension,
)
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc"}
HEAVY = {"torch", "sklearn", "scipy", "matplotlib", "pooch", "tensorboard", "PIL", "jinja2"}

Modules = dict[str, ast.Module]


def sources() -> dict[str, Path]:
    """Return every module by its dotted name: ``striate.base.disk.files`` -> its file."""
    return {dotted(path): path for path in sorted(SOURCE.rglob("*.py"))}


def dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def trees() -> Modules:
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in sources().items()}


def package_of(module: str) -> str:
    """Return the package of ``striate.package.module``; empty for the front page of the whole, ``striate``."""
    return module.split(".")[1] if "." in module else ""


@functools.cache
def import_statements(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]


def imported(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Yield every module of Striate that ``tree`` imports, also inside functions and for types only."""
    for node in import_statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "striate")
        elif node.module and node.module.split(".")[0] == "striate":
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


def room_of(module: str) -> str:
    """Return which name of INSIDE a module belongs to, the longest that fits; empty where all rooms share it."""
    _, package, *within = f"{module}.".split(".", 2)
    named = (room for line in INSIDE.get(package, ()) for group in line for room in group.split(" + "))
    return max((room for room in named if within and within[0].startswith(f"{room}.")), key=len, default="")


def wrong_rooms(modules: Modules) -> list[str]:
    """Return which imports inside a package go upwards, sideways, to a door, or where two rooms are kept apart."""
    faults: list[str] = []
    known = set(modules)
    for module, tree in modules.items():
        package = package_of(module)
        place = {
            room: (rank, group)
            for rank, line in enumerate(INSIDE.get(package, ()))
            for group in line
            for room in group.split(" + ")
        }
        apart = {(room, other) for ones, others in APART.get(package, {}).items() for room in ones for other in others}
        for target in imported(tree, known):
            here, there = room_of(module), room_of(target)
            if package_of(target) != package or not here or not there or here == there:
                continue
            sideways = place[there][1] != place[here][1] and place[there][0] <= place[here][0]
            if sideways or (here, there) in apart:
                faults.append(f"{module} imports {target}")
    return faults


def own_doors(modules: Modules) -> list[str]:
    """Return which modules import the front of a folder that they lie in."""
    known = set(modules)
    return [
        f"{module} imports {target}"
        for module, tree in modules.items()
        for target in imported(tree, known)
        if module.startswith(f"{target}.")
    ]


def test_the_rooms_of_a_package_import_downwards_only() -> None:
    assert wrong_rooms(trees()) == []


def test_every_room_has_its_place() -> None:
    rooms = {(room.parent.name, room.name) for room in SOURCE.glob("*/*") if (room / "__init__.py").exists()}
    named = {
        (package, name)
        for package, lines in INSIDE.items()
        for line in lines
        for group in line
        for name in group.split(" + ")
    }
    assert rooms <= named
    present = {name.removeprefix("striate.") for name in sources()}
    assert {f"{package}.{name}" for package, name in named} <= present


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("striate.app.serve.views.proofs", "from striate.app.commands.prove import options"),
        ("striate.app.study", "from striate.app.terminal.show import console"),
        ("striate.app.scoring.score", "def late():\n    import striate.app.progress.bars"),
        ("striate.app.actions.training", "from striate.app.terminal import speech"),
        ("striate.reports.kit.table", "from striate.reports.study.records import ArmRecord"),
        ("striate.studies.claims.better", "from striate.studies.running.judge import Answer"),
        ("striate.studies.running.pool", "from striate.studies.gate.gate import x"),
        ("striate.training.engines.setup", "from striate.training.train import best_net"),
        ("striate.training.engines.processes.crew", "from striate.training.loop import follow_epochs"),
        ("striate.probes.heatmaps.gradcam", "from striate.probes.catalog import ENTRIES"),
    ],
)
def test_an_import_between_rooms_that_goes_upwards_or_sideways_is_found(module: str, line: str) -> None:
    target = ast.parse(line)
    known = {name: ast.parse("") for name in sources()}
    assert len(wrong_rooms({**known, module: target})) == 1
    sound = f"from {module.rpartition('.')[0]} import other\nfrom striate.base.errors import listed"
    assert not wrong_rooms({**known, module: ast.parse(sound)})


def test_no_module_imports_the_front_of_its_own_folder() -> None:
    assert own_doors(trees()) == []
    modules = {"striate.nets": ast.parse(""), "striate.nets.custom.load": ast.parse("from striate.nets import build")}
    assert own_doors(modules) == ["striate.nets.custom.load imports striate.nets"]


def test_no_command_imports_another() -> None:
    """Whoever needs a part of a command finds it below the commands, or in a module that is none itself (`probe.present`)."""
    commands = {f"striate.app.commands.{entry.home.partition(':')[0]}" for entry in ENTRIES}
    modules = trees()
    assert commands <= modules.keys()
    known = set(modules)
    borrowed = {
        (name, target) for name, tree in modules.items() for target in imported(tree, known) if target in commands
    }
    assert borrowed == set()


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


def densest(modules: Modules, count: int) -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Return the functions with the most lines times branches, docstrings apart, each with its module."""
    found = [
        (name, node)
        for name, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return sorted(found, key=lambda one: density(one[1]), reverse=True)[:count]


def density(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    branches = sum(isinstance(node, BRANCHES) for statement in body for node in ast.walk(statement))
    return (1 + branches) * ((function.end_lineno or 0) - body[0].lineno + 1) if body else 0


def test_the_densest_functions_say_why() -> None:
    files = sources()
    silent: list[str] = []
    for module, function in densest(trees(), MOST_DENSE):
        lines = files[module].read_text(encoding="utf-8").splitlines()[function.lineno - 1 : function.end_lineno]
        if not any(line.lstrip().startswith("# ") or "  # " in line for line in lines):
            silent.append(f"{module}: {function.name}")
    assert silent == []


def test_the_denser_function_is_found() -> None:
    tree = ast.parse("def plain():\n    return 1\n\ndef bent(x):\n    if x:\n        return 2\n    return 3\n")
    assert [function.name for _, function in densest({"striate.app.a": tree}, 2)] == ["bent", "plain"]


def test_no_shelf_is_overfull() -> None:
    folders = [one for one in (SOURCE, *SOURCE.rglob("*")) if one.is_dir() and one.name != "__pycache__"]
    full: dict[str, int] = {}
    for folder in folders:  # of modules, or of what the page and the reports are made of
        siblings = [one for one in folder.iterdir() if one.is_file() or (one / "__init__.py").exists()]
        full[str(folder.relative_to(SOURCE))] = len([one for one in siblings if one.name != "__init__.py"])
    assert max(full.values()) > 5
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
