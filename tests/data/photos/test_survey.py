"""What lies in a folder of images: the usual names of splits in any case, what systems leave behind, and odd names."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.data.photos.survey import SPLITS, Survey, survey


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def files(found: Survey) -> dict[str, list[tuple[str, int]]]:
    return {
        split: [(path.relative_to(found.root).as_posix(), label) for path, label in of]
        for split, of in found.files.items()
    }


TRAIN = ("train/cat/a.png", "train/dog/a.png")


@pytest.mark.parametrize(("split", "name"), [(split, name) for split, names in SPLITS.items() for name in names])
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_every_usual_name_is_read_in_any_letter_case(tmp_path: Path, split: str, name: str, case: object) -> None:
    written = case(name)  # type: ignore[operator]
    if split != "train":
        touch(tmp_path, *TRAIN)
    found = survey(touch(tmp_path, f"{written}/cat/b.JPG", f"{written}/dog/b.jfif"))
    assert files(found)[split] == [(f"{written}/cat/b.JPG", 0), (f"{written}/dog/b.jfif", 1)]
    assert not found.faults
    assert not found.beside


@pytest.mark.parametrize(("one", "two"), [("Test", "testing"), ("dev", "VAL"), ("train", "Training"), ("test", "TEST")])
def test_two_folders_of_one_meaning_are_refused(tmp_path: Path, one: str, two: str) -> None:
    touch(tmp_path, *TRAIN, f"{one}/cat/a.png", f"{two}/cat/a.png")
    with pytest.raises(
        DataError, match=f"has {min(one, two)} and {max(one, two)}; keep one of them for (test|val|train)"
    ):
        survey(tmp_path)


def test_folders_beside_train_that_are_not_read_are_named(tmp_path: Path) -> None:
    found = survey(touch(tmp_path, *TRAIN, "extra/cat/a.png", "raw\x1b/a.png", ".git/x", "__MACOSX/x", "notes.txt"))
    assert found.beside == ["extra", r"raw\x1b"]


@pytest.mark.parametrize("junk", [".ipynb_checkpoints", "__MACOSX", "@eaDir", ".thumbnails", "$RECYCLE.BIN"])
def test_what_systems_leave_behind_is_no_class_and_no_fault(tmp_path: Path, junk: str) -> None:
    touch(tmp_path, *TRAIN, f"train/{junk}/a.png", f"train/cat/{junk}/a.png", "train/cat/._a.png", "train/.DS_Store")
    found = survey(touch(tmp_path, "train/cat/Thumbs.db"))
    assert found.classes == ("cat", "dog")
    assert files(found)["train"] == [("train/cat/a.png", 0), ("train/dog/a.png", 1)]
    assert not found.faults
    assert found.ignored == {".db": 1}


def test_a_class_of_trains_is_a_class(tmp_path: Path) -> None:
    found = survey(touch(tmp_path, "bus/a.png", "car/a.png", "train/a.png"))
    assert found.classes == ("bus", "car", "train")
    assert files(found)["train"][2] == ("train/a.png", 2)


def test_a_train_folder_without_classes_is_not_taken_for_one(tmp_path: Path) -> None:
    touch(tmp_path, "train/a.png", "test/a.png", "masks/a.png", "more/a.png")
    with pytest.raises(DataError, match="train has 0 class folders"):
        survey(tmp_path)
    (tmp_path / "train/a.png").unlink()
    (tmp_path / "train").rmdir()
    with pytest.raises(DataError, match=r"has test but no train; add train/CLASS/.*, or rename a class of that name"):
        survey(tmp_path)


def test_a_class_that_is_a_link_is_read_and_a_loop_is_named(tmp_path: Path) -> None:
    touch(tmp_path, *TRAIN, "elsewhere/a.png")
    (tmp_path / "train/linked").symlink_to(tmp_path / "elsewhere")
    found = survey(tmp_path)
    assert found.classes == ("cat", "dog", "linked")
    assert not found.faults
    (tmp_path / "train/up").symlink_to("..")
    (tmp_path / "train/itself").symlink_to("itself")
    found = survey(tmp_path)
    assert found.faults == [
        "train/up/elsewhere is a folder inside a class folder, where only images are read",
        "train/up/train is a folder inside a class folder, where only images are read",
        "train/up is an empty class: it has no .apng, .bmp, .dib, .jfif, .jpe, .jpeg, .jpg, .mpo, .png, .webp file",
    ]
    assert found.ignored == {"": 1}


def test_a_class_of_pictures_in_another_format_is_told_to_be_one(tmp_path: Path) -> None:
    touch(tmp_path, *TRAIN, "train/owl/a.tif", "train/owl/b.TIF", "train/owl/c.heic", "train/owl/notes.txt")
    (fault,) = survey(tmp_path).faults
    assert fault.startswith("train/owl is an empty class: it has no .apng,")
    assert fault.endswith(".webp file (but 2 .tif files and 1 .heic file: convert to .png)")


def test_what_only_has_the_name_of_an_image_is_told_apart(tmp_path: Path) -> None:
    touch(tmp_path, *TRAIN)
    os.mkfifo(tmp_path / "train/cat/pipe.png")
    (tmp_path / "train/cat/device.jpg").symlink_to("/dev/zero")
    (tmp_path / "train/cat/gone.webp").symlink_to("nowhere")
    (tmp_path / "train/cat/folder.png").mkdir()
    found = survey(tmp_path)
    assert [line.split(" ")[0] for line in found.damaged] == [
        f"train/cat/{name}" for name in ("device.jpg", "folder.png", "gone.webp", "pipe.png")
    ]
    assert not found.faults


def test_a_class_of_another_split_is_known_by_its_letters_not_their_bytes(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    assert composed != apart
    touch(
        tmp_path, f"train/{apart}/a.png", "train/猫/a.png", f"test/{composed}/a.png", "test/猫/a.png", "test/猫s/a.png"
    )
    found = survey(tmp_path)
    assert found.classes == (apart, "猫")
    assert [label for _, label in found.files["test"]] == [1, 0] or [label for _, label in found.files["test"]] == [
        0,
        1,
    ]
    assert found.faults == ['test/猫s is a class that train does not have (did you mean "猫"?)']
    touch(tmp_path, f"train/{composed}/a.png")
    assert any("has the name of" in fault for fault in survey(tmp_path).faults)


def test_a_class_that_is_nearly_known_gets_its_nearest_name(tmp_path: Path) -> None:
    found = survey(touch(tmp_path, *TRAIN, "test/Dog/a.png"))
    assert found.faults == ['test/Dog is a class that train does not have (did you mean "dog"?)']


def test_thousands_of_classes_are_found_at_once(tmp_path: Path) -> None:
    touch(tmp_path, *(f"{split}/{number:04}/a.png" for split in ("train", "test") for number in range(2000)))
    found = survey(tmp_path)
    assert [label for _, label in found.files["test"]] == list(range(2000))


def test_a_name_that_no_encoding_has_is_shown_escaped(tmp_path: Path) -> None:
    touch(tmp_path, *TRAIN)
    os.close(os.open(os.fsencode(tmp_path / "train/cat") + b"/\xff.png", os.O_CREAT))
    os.mkdir(os.fsencode(tmp_path / "train") + b"/\xfe")
    found = survey(tmp_path)
    assert found.faults == [r"train/\udcfe has a name that cannot be printed"]
    assert found.shown(found.files["train"][1][0]) == r"train/cat/\udcff.png"
