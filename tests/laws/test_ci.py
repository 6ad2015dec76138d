"""What continuous integration runs: it installs what is missing, asks for the same tests as at home, and none is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def ran(folder: Path, *programs: str) -> tuple[int, list[str], str]:
    """Run .ci/run where there are only these programs, which do nothing; return exit code, what was called, and stderr."""
    there = folder / "bin"
    there.mkdir()
    for tool in ("bash", "dirname", "id"):
        (there / tool).symlink_to(shutil.which(tool) or tool)
    for program in programs:
        file = there / program
        file.write_text(f'#!{shutil.which("bash")}\necho "{program} $* CI=$CI" >> "{folder}/called"\n')
        file.chmod(0o755)
    surroundings = {name: value for name, value in os.environ.items() if name != "CI"} | {"PATH": str(there)}
    done = subprocess.run(
        [there / "bash", ROOT / ".ci" / "run"],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    called = (folder / "called").read_text().splitlines() if (folder / "called").exists() else []
    return done.returncode, [line for line in called if not line.startswith("kpsewhich ")], done.stderr


def test_where_all_is_there_the_tests_are_run_as_at_home(tmp_path: Path) -> None:
    assert ran(tmp_path, "pdflatex", "kpsewhich", "chromium", "apt-get", "make") == (0, ["make test CI=true"], "")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_is_missing_is_installed_first(tmp_path: Path) -> None:
    code, called, _ = ran(tmp_path, "apt-get", "sudo", "make")
    asked = [words.removeprefix("sudo ").split() for words in called]
    assert code == 0
    assert [words[:2] for words in asked] == [["apt-get", "update"], ["apt-get", "install"], ["make", "test"]]
    assert {"--yes", "texlive-latex-base", "texlive-latex-recommended", "lmodern", "chromium"} <= set(asked[1])


def test_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    code, called, _ = ran(tmp_path, "pdflatex", "kpsewhich", "apt-get", "sudo", "make")
    assert (code, called[1].split()[-2:]) == (0, ["chromium", "CI=true"])


def test_where_it_cannot_be_installed_it_is_said(tmp_path: Path) -> None:
    code, called, said = ran(tmp_path, "make")
    assert (code, called) == (1, [])
    assert said.startswith(".ci/run: the tests set pages with pdflatex, which is not here, ")
    assert said.count("\n") == 1


SKIPPED = {
    "a program": '@pytest.mark.skipif(True, reason="no LaTeX here")\ndef test() -> None: ...',
    "a package": 'def test() -> None:\n    pytest.importorskip("no_such_package")',
    "a module of tests": 'pytest.importorskip("no_such_package")\ndef test() -> None: ...',
}


@pytest.mark.parametrize("content", SKIPPED.values(), ids=list(SKIPPED))
@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_skipped_test_fails_there_and_only_there(content: str, ci: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "test_sound.py").write_text("def test() -> None: ...\n")
    (tmp_path / "test_it.py").write_text(f"import pytest\n\n{content}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider"]
    surroundings = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(
        command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert min(done.returncode, 1) == code, done.stdout
    assert ("skipped, and nothing may be where CI=true" in done.stdout) == (code == 1)


def test_what_is_expected_to_fail_is_not_skipped(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import pytest\n\n@pytest.mark.xfail\ndef test() -> None:\n    assert False\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider", "test_it.py"]
    surroundings = {**os.environ, "CI": "true", "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(
        command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
