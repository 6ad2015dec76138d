"""Code runs because a person named it, never because a file does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from striate.base.errors import NetError
from striate.nets.catalog import build, build_again, entry
from striate.nets.custom import trust

SOURCE = "from pathlib import Path\nPath('MARK').touch()\nfrom torch import nn\n\ndef net(classes):\n    return nn.Flatten()\n"


@pytest.fixture
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a net whose module leaves a mark when it is imported."""
    (tmp_path / "striate_marking.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "striate_marking", raising=False)
    return "striate_marking:net"


def test_a_net_that_nobody_named_is_not_imported(name: str) -> None:
    with pytest.raises(NetError, match="is code, and only a file names it here"):
        entry(name)
    with pytest.raises(NetError, match="is code"):
        build_again(name, {}, (1, 1, 3), 3)
    assert not Path("MARK").exists()


def test_a_net_that_was_named_is(name: str) -> None:
    trust.trust_code(name)
    assert entry(name).name == name
    assert Path("MARK").exists()


def test_who_builds_a_net_by_its_name_names_it(name: str) -> None:
    build(name, {}, (1, 1, 3), 3)
    assert trust.is_trusted(name)


def test_what_is_read_from_a_file_trusts_nothing(name: str) -> None:
    with trust.from_file():
        trust.trust(name)
    assert not trust.is_trusted(name)


def test_a_run_folder_is_trusted_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text("{}")
    trust.trust_code(tmp_path)
    assert trust.trusts_folder(tmp_path / ".." / tmp_path.name)
    assert not trust.is_trusted(str(tmp_path))
