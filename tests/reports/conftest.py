"""A study folder as a run of `striate study` leaves it, for the reports to read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from finished_study import made_anatomy, write_study, write_verdict
from striate.nets.measure.anatomy import Anatomy


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study with its verdicts; not to be changed."""
    folder = tmp_path_factory.mktemp("studies") / "batchnorm-cifar10"
    write_study(folder)
    write_verdict(folder)
    return folder


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """The same study, to be changed."""
    return Path(shutil.copytree(finished, tmp_path / "study"))


@pytest.fixture
def net() -> Callable[..., Anatomy]:
    """The maker of hand-written nets."""
    return made_anatomy
