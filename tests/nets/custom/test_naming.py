"""A net in a file is named package.module:callable; what else people write for it is answered with that."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import NetError
from striate.nets.catalog import entry
from striate.nets.custom.naming import other_form


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    for name in ("mine.py", "sub/inner.py", "my-net.py", "convnet.py"):
        Path(name).write_text("")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine.py:net", "write mine:net"),
        ("./mine.py:Net.Small", "write mine:Net.Small"),
        ("mine:net()", "write mine:net"),
        ("mine.py", "write mine:NAME, where NAME is its function or class"),
        ("mine", "write mine:NAME, where NAME is its function or class"),
        ("mine:", "write mine:NAME, where NAME is its function or class"),
        ("sub/inner.py:net", "write sub.inner:net"),
        ("sub/inner", "write sub.inner:NAME, where NAME is its function or class"),
        ("my-net:net", "rename my-net, since Python imports names of letters, digits and _ alone"),
        ("my-net.py", "rename my-net, since Python imports names of letters, digits and _ alone"),
    ],
)
def test_another_way_to_write_it_is_answered_with_the_right_one(name: str, words: str) -> None:
    assert other_form(name) == words
    with pytest.raises(NetError, match=f"is a file of your own, and no net is named so; {words}$"):
        entry(name)


@pytest.mark.parametrize(
    "name",
    ["mine:net", "sub.inner:net", "absent.py:net", "absent", "", ":net", "timm:mine", "../mine", "/mine.py", "a\0b"],
)
def test_nothing_is_said_of_a_right_name_or_of_what_is_no_file(name: str) -> None:
    assert other_form(name) == ""


def test_a_net_of_the_catalogue_keeps_its_name_beside_a_file_of_that_name() -> None:
    assert entry("convnet").name == "convnet"
