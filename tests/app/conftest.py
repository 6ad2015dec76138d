"""The command line as a test calls it: in this process, in an empty folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from finished_study import write_study, write_verdict
from striate.app import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a function that runs `striate WORDS...` in ``tmp_path``; it returns exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def striate(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["striate", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return striate


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study with its verdicts; not to be changed."""
    folder = tmp_path_factory.mktemp("studies") / "batchnorm-cifar10"
    write_study(folder)
    write_verdict(folder)
    return folder
