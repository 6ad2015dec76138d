"""What is committed stays small, and names neither a machine nor a registry; every locked package carries its hash."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST = 300_000
LOCKS = sorted(ROOT.glob("requirements*.lock"))
LEFT_BEHIND = {".git", ".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis", "dist", "build"}

# Written in pieces, so that this file does not name what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        [
            "python" + r"hosted\.org",
            "pypi" + r"\.org",
            "npm" + r"js\.(org|com)",
            "deb" + r"\.debian\.org",
            "crates" + r"\.io",
            r"(?<![\w.])/(work|root|farm|Users)" + "/",
            r"(?<![\w.])/home" + r"/\w",
            "/tmp" + "/(bash_jobs|[a-z]{1,8}/)",
        ]
    )
)


def committed() -> list[Path]:
    """Return the files that are, or are about to be, committed; without git, all but what tools leave behind."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not LEFT_BEHIND & set(path.relative_to(ROOT).parts)]


def places(text: str) -> list[str]:
    """Return every forbidden place that ``text`` names."""
    return [found.group() for found in FORBIDDEN.finditer(text)]


def unhashed(lock: str) -> list[str]:
    """Return the packages of a lock file that are not pinned to one version with at least one SHA-256."""
    entries = [entry for entry in re.split(r"\n(?=[^\s#])", lock) if not entry.startswith("#")]
    good = re.compile(r"[\w.-]+==\S+( ; [^\\]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n?)+( *#.*\n?)*")
    return [entry.split("\n")[0] for entry in entries if not good.fullmatch(entry)]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    faults = {}
    for path in committed():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if found := places(text):
            faults[str(path.relative_to(ROOT))] = sorted(set(found))
    assert faults == {}


@pytest.mark.parametrize("text", ["see /" + "work/main", "index https://pypi" + ".org/simple", "'/" + "home/ann/x'"])
def test_a_forbidden_place_is_found(text: str) -> None:
    assert places(text)


def test_an_ordinary_path_passes() -> None:
    assert places("runs/root/x, ~/.cache/striate, /data/home, src/root/, https://example.org/root/") == []


def test_no_file_is_large() -> None:
    sizes = {path: path.stat().st_size for path in committed()}
    # A sheet is one file, with every picture in it.
    most = {path: 2_000_000 if path.parent == ROOT / "findings" / "sheets" else LARGEST for path in sizes}
    assert {path.name: size for path, size in sizes.items() if size > most[path]} == {}


def test_there_are_three_locks_and_no_other() -> None:
    assert [path.name for path in LOCKS] == ["requirements-dev.lock", "requirements-uv.lock", "requirements.lock"]
    assert not (ROOT / "uv.lock").exists()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_one_version_and_a_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "==" in text
    assert unhashed(text) == []
    assert "://" not in text


def test_a_package_without_a_hash_is_found() -> None:
    whole = "a==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via b\n"
    assert unhashed("# made by make lock\n" + whole) == []
    assert unhashed(whole + "b==2.0\n" + whole) == ["b==2.0"]
    assert unhashed(whole.replace("==", ">=")) != []


def requirements() -> tuple[set[str], set[str]]:
    """Return the names of the core dependencies, and of those of all extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name for extra in project["optional-dependencies"].values() for name in extra}
    core, optional = ({re.split(r"[\[<>=]", name)[0] for name in names} for names in (project["dependencies"], extras))
    return core, optional


def test_what_is_imported_is_asked_for_and_what_is_asked_for_is_imported() -> None:
    """A package that comes along with another one may leave with it; one that nothing imports is only a risk."""
    known = packages_distributions()
    used, named = set[str](), set[str]()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.update(known.get(node.value, []))
            tops = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"striate"}
            used |= {known.get(top, [top])[0].lower().replace("_", "-") for top in tops}
    core, optional = requirements()
    assert used - core - optional == set(), "imported and not asked for"
    assert core - used - named == set(), "asked for and not imported"


def test_the_locks_hold_what_the_project_asks_for() -> None:
    core, _ = requirements()
    for lock, more in (
        ("requirements.lock", {"hatchling", "editables"}),
        ("requirements-dev.lock", {"pytest", "timm"}),
    ):
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        assert (core | more) - locked == set()


def test_both_locks_agree_on_every_version() -> None:
    """Otherwise `make demo` and `make test` would take turns in replacing each other's packages."""
    core, dev = (
        set(re.findall(r"^[\w.-]+==[^\\\n]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert core <= dev
