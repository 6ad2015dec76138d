"""What is committed stays small, and names neither a machine nor a registry; every locked package carries its hash."""

from __future__ import annotations

import re
import subprocess
import tomllib
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
    assert places("runs/work/x, ~/.cache/striate, /data/home, src/root/, https://example.org/work/") == []


def test_no_file_is_large() -> None:
    assert {path.name: path.stat().st_size for path in committed() if path.stat().st_size > LARGEST} == {}


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


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    core = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    for lock, wanted in (("requirements.lock", core), ("requirements-dev.lock", core + extras["dev"] + extras["zoo"])):
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        assert {re.split(r"[\[<>=]", name)[0] for name in wanted} - locked == set()


def test_both_locks_agree_on_every_version() -> None:
    """Otherwise `make demo` and `make test` would take turns in replacing each other's packages."""
    core, dev = (
        set(re.findall(r"^[\w.-]+==[^\\\n]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert core <= dev
