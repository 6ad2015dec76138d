"""What only lists, shows or plans loads none of the heavy libraries, and so moves no random generator and builds no net.

All commands run in turn in one process; a command that loaded something would be named with what it loaded.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = ("torch", "sklearn", "scipy", "matplotlib", "torchvision", "timm", "optuna")
NUMBERS = ("numpy", "PIL", "pyarrow")
"""What a name, a help text or a plan has no use for either."""
CHECKS = ("pydantic",)
"""What only those need that show or check the fields of a recipe, the options of a net or the parameters of a proof."""
NAMES = [["list", what] for what in ("nets", "data", "studies", "proofs", "sheets")]
TRY = """
import json, sys
from typer.testing import CliRunner
from striate.app.cli import app
heavy, found = json.loads(sys.argv[1]), {}
for words in json.loads(sys.argv[2]):
    before = set(sys.modules)
    done = CliRunner().invoke(app, words)
    loaded = sorted(set(heavy) & set(sys.modules) - before)
    if loaded or done.exit_code:
        found[" ".join(words)] = [loaded, done.exit_code, done.output[-300:], str(done.exception)]
print(json.dumps(found))
"""
PLANS = """
import json, random, sys
import numpy
from striate.app.study import plan
from striate.studies.catalog import BUILTIN
random.seed(1), numpy.random.seed(1)
before = random.getstate(), str(numpy.random.get_state())
for name in BUILTIN:
    assert plan(name, None, {}).claims, name
    assert (random.getstate(), str(numpy.random.get_state())) == before, name
print(json.dumps(sorted(set(json.loads(sys.argv[1])) & set(sys.modules))))
"""


def commands() -> list[list[str]]:
    """Return what only looks: every list, the plans of all studies, and the help of every command there is."""
    from striate.app.commands.catalog import ENTRIES, GROUPS

    return [
        *([*name.split(), "--help"] for name in ("", *GROUPS, *(entry.name for entry in ENTRIES))),
        *(["list", what] for what in ("nets", "data", "studies", "proofs", "fields", "runs")),
        *(["list", "fields", "--net", net] for net in ("resnet", "vgg11", "mlp")),
        *(["show", "study", name, "--quick"] for name in ("batchnorm", "hidden-units")),
    ]


def run(code: str, *words: object, cwd: Path) -> object:
    given = [json.dumps(word) for word in words]
    done = subprocess.run([sys.executable, "-c", code, *given], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_what_only_looks_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    assert run(TRY, (*HEAVY, *NUMBERS), commands(), cwd=tmp_path) == {}


def test_what_only_names_things_checks_nothing_either(tmp_path: Path) -> None:
    as_json = [[*words, "--json"] for words in NAMES]
    assert run(TRY, (*HEAVY, *NUMBERS, *CHECKS), [["--help"], *NAMES, *as_json], cwd=tmp_path) == {}


def test_planning_any_study_moves_no_generator_and_builds_nothing(tmp_path: Path) -> None:
    assert run(PLANS, HEAVY, cwd=tmp_path) == []


def test_what_loads_something_is_found(tmp_path: Path) -> None:
    found = run(TRY, ["pydantic"], [["list", "fields"], ["--help"]], cwd=tmp_path)
    assert isinstance(found, dict)
    assert found["list fields"][0] == ["pydantic"]
    assert "--help" not in found
