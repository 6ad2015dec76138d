"""The files that a net of one's own consists of."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from striate.nets import catalog
from striate.nets.custom.source import fingerprint, is_installed, root_of, sources


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path = path.with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_is_imported_from_beside_it_belongs_to_it_and_what_is_installed_does_not(tmp_path: Path) -> None:
    _write(
        tmp_path,
        first="import os, numpy\nfrom torch import nn\nimport second\ndef late():\n    from third import x",
        second="import first",
        third="import fourth.deep",
        fourth__deep="x = 1",
        other="",
    )
    (tmp_path / "fourth" / "__init__.py").write_text("")
    found = sources("first", tmp_path)
    assert list(found) == ["first.py", "fourth/__init__.py", "fourth/deep.py", "second.py", "third.py"]
    assert found["second.py"] == b"import first"


def test_relative_imports_are_followed_from_modules_and_from_packages(tmp_path: Path) -> None:
    _write(
        tmp_path, pack__a="from . import b\nfrom .sub import c", pack__b="", pack__sub__c="from .. import d", pack__d=""
    )
    (tmp_path / "pack" / "__init__.py").write_text("from .e import x")
    _write(tmp_path, pack__e="x = 1")
    found = sources("pack.a", tmp_path)
    assert list(found) == ["pack/a.py", "pack/__init__.py", "pack/b.py", "pack/d.py", "pack/e.py", "pack/sub/c.py"]


def test_a_file_that_is_no_python_is_kept_as_it_is(tmp_path: Path) -> None:
    _write(tmp_path, odd="def (")
    assert sources("odd", tmp_path) == {"odd.py": b"def ("}


def test_the_fingerprint_knows_names_and_contents() -> None:
    assert len({fingerprint(files) for files in ({"a": b"1"}, {"b": b"1"}, {"a": b"2"}, {"a": b"1", "b": b""})}) == 4
    assert fingerprint({"a": b"1", "b": b"2"}) == fingerprint({"b": b"2", "a": b"1"})


def test_the_root_is_where_the_first_name_lies(tmp_path: Path) -> None:
    assert root_of("net", tmp_path / "net.py") == tmp_path
    assert root_of("a.b", tmp_path / "a" / "b.py") == tmp_path
    assert root_of("a.b", tmp_path / "a" / "b" / "__init__.py") == tmp_path


def test_python_packages_and_striate_are_installed_and_a_file_of_ones_own_is_not(tmp_path: Path) -> None:
    for file in (os.__file__, np.__file__, catalog.__file__):
        assert is_installed(Path(file))
    assert is_installed(None)
    assert not is_installed(tmp_path / "net.py")
