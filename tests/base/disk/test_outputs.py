"""An output goes to a new name or over what was written here; everything else is refused and stays as it is."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from striate.base.disk.outputs import ENDS, MARK, claim, claim_folder, ours, write_output
from striate.base.errors import StorageError

SVG = f"<svg></svg>\n<!-- {MARK} -->\n"


def test_a_new_name_our_own_and_an_empty_file_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    write_output(path, SVG)
    write_output(path, SVG.replace("<svg>", "<svg id='2'>"))
    assert "id='2'" in path.read_text()
    (tmp_path / "empty").touch()  # as mktemp makes it
    write_output(tmp_path / "empty", SVG)
    assert (tmp_path / "empty").read_text() == SVG


def archive(path: Path) -> None:
    with tarfile.open(path, "w") as made:
        member = tarfile.TarInfo("a.svg")
        member.size = len(SVG)
        made.addfile(member, io.BytesIO(SVG.encode()))


STRANGERS: dict[str, Callable[[Path], object]] = {
    "a page": lambda path: path.write_text("<html>my page, made with striate</html>"),
    "a page with one of ours in it": lambda path: path.write_text(f"<html>{'x' * ENDS}{SVG}{'x' * ENDS}</html>"),
    "an archive of one of ours": archive,
    "a space": lambda path: path.write_text(" "),
    "a link to one of ours": lambda path: path.symlink_to(path.with_name("ours.svg")),
    "a dangling link": lambda path: path.symlink_to(path.with_name("nowhere")),
    "a named pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": lambda path: socket.socket(socket.AF_UNIX).bind(str(path)),
    "a device": lambda path: os.mknod(path, 0o020666, os.makedev(1, 3)) if os.geteuid() == 0 else os.mkfifo(path),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("put", STRANGERS.values(), ids=STRANGERS)
def test_what_was_not_written_here_is_refused_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: Callable[[Path], object]
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name has 108 bytes at most
    (tmp_path / "ours.svg").write_text(SVG)
    path = Path("there")
    put(path)
    before, content = os.lstat(path), path.read_bytes() if path.is_file() else b""
    with pytest.raises(
        StorageError, match=r"^there (exists, and striate did not write it|could not be written: it is a)"
    ):
        write_output(path, SVG)
    after = os.lstat(path)
    assert (after.st_mode, after.st_ino, after.st_mtime_ns) == (before.st_mode, before.st_ino, before.st_mtime_ns)
    assert not path.is_file() or path.read_bytes() == content
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ours.svg", "there"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("-", '"-" cannot be a name here'),
        ("nowhere/a.svg", "there is no folder .*nowhere; make it first"),
        ("ours.svg/a.svg", "there is no folder .*ours.svg; make it first"),
        ("x" * 300, r"\(File name too long\); choose a shorter name"),
        ("a\0b", r"a\\x00b could not be written \(embedded null byte\); choose another name"),
    ],
)
def test_names_that_no_file_can_have_are_refused_in_a_sentence(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "ours.svg").write_text(SVG)
    with pytest.raises(StorageError, match=said):
        claim(tmp_path / name)
    with pytest.raises(StorageError, match=said):
        write_output(tmp_path / name, SVG)


def test_a_name_as_long_as_a_disk_allows_is_written(tmp_path: Path) -> None:
    write_output(tmp_path / ("x" * 255), SVG)
    assert ours(tmp_path / ("x" * 255))


# As another user than root, whom no permission stops.
UNPRIVILEGED = """
import os, sys
from pathlib import Path
from striate.base.errors import StorageError
from striate.base.disk.outputs import claim, claim_folder
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
for check, name in ((claim, "closed/a.svg"), (claim_folder, "closed/page"), (claim_folder, "secret/page"), (claim, "mine")):
    try:
        check(Path(name))
    except StorageError as error:
        print(error)
"""


def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    (tmp_path / "secret").mkdir(mode=0)
    (tmp_path / "mine").write_text(SVG)
    os.chmod(tmp_path / "mine", 0)
    for level in (tmp_path, *tmp_path.parents[:2]):
        level.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    said = done.stdout.splitlines()
    assert said[0].startswith(
        "closed/a.svg could not be written: closed is a folder without permission to write; choose"
    )
    assert said[1].startswith(
        "the folder closed/page could not be made: closed is a folder without permission to write"
    )
    assert "secret/page" in said[2]
    assert "permission" in said[2].lower()
    assert said[3].startswith("mine could not be written: . is a folder without permission")


def test_a_folder_is_claimed_with_its_files_and_not_made(tmp_path: Path) -> None:
    claim_folder(tmp_path / "a" / "b", "index.html")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "index.html").write_text("mine")
    claim_folder(tmp_path, "other.html")
    with pytest.raises(StorageError, match=r"index.html exists, and striate did not write it; remove it, or choose"):
        claim_folder(tmp_path, "other.html", "index.html")
    for wrong, said in (
        ("index.html", "is a file, and a folder"),
        ("index.html/a", "is not a folder"),
        ("-", '"-" cannot be a name'),
    ):
        with pytest.raises(StorageError, match=said):
            claim_folder(tmp_path / wrong)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageError, match="is a symbolic link, and a folder is expected"):
        claim_folder(tmp_path / "link")
    (tmp_path / "real").mkdir()
    (tmp_path / "through").symlink_to(tmp_path / "real")
    claim_folder(tmp_path / "through", "index.html")  # the way that someone names may lead through a link


def test_an_output_without_its_mark_is_a_defect(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lacks its mark"):
        write_output(tmp_path / "a.svg", "<svg></svg>")
    with pytest.raises(ValueError, match="lacks its mark"):
        write_output(tmp_path / "a.svg", "x" * ENDS + MARK + "x" * ENDS)
    write_output(tmp_path / "a.csv", "seed,lr\n1,2\n", "seed,lr")
    assert ours(tmp_path / "a.csv", "seed,lr")
    assert not ours(tmp_path / "a.csv")
