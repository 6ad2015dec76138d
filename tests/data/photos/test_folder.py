"""Folders of images: what is read, in which order, and every fault that is reported."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from striate.base.errors import DataError
from striate.data.photos.folder import load_folder


def put(path: Path, shade: int | tuple[int, int, int] = 100, size: tuple[int, int] = (4, 4)) -> Path:
    """Write an image of one shade but for its last pixel, which is black; ``size`` is (W, H)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L" if isinstance(shade, int) else "RGB", size, shade)
    image.putpixel((size[0] - 1, size[1] - 1), 0 if isinstance(shade, int) else (0, 0, 0))
    image.save(path)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """train: two cats of shade 10 and 11, one dog of 20; val: a dog of 21; test: a cat of 12 and a dog of 22."""
    root = tmp_path / "pets"
    put(root / "train/dog/a.png", 20)
    put(root / "train/cat/b.PNG", 11)
    put(root / "train/cat/a.png", 10)
    put(root / "val/dog/a.png", 21)
    put(root / "test/cat/a.bmp", 12)
    put(root / "test/dog/a.png", 22)
    return root


def test_the_splits_classes_and_order(pets: Path) -> None:
    whole = load_folder(pets)
    assert whole.name == "pets"
    assert whole.classes == ("cat", "dog")
    assert whole.image_shape == (4, 4, 1)
    assert whole.val is not None
    assert whole.test is not None
    for split, shades, labels in [
        (whole.train, [10, 11, 20], [0, 0, 1]),
        (whole.val, [21], [1]),
        (whole.test, [12, 22], [0, 1]),
    ]:
        assert split.images[:, 0, 0, 0].tolist() == shades
        assert split.labels.tolist() == labels
    assert whole.notes == ("val has no image of 1 class: cat",)
    assert whole.origin == str(pets)


def test_the_order_of_the_disk_does_not_matter(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load_folder(pets).fingerprint
    original = os.scandir

    class Reversed:
        """The entries of a folder, last first."""

        def __init__(self, place: Path) -> None:
            with original(place) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> list[os.DirEntry[str]]:
            return self.entries

        def __exit__(self, *_: object) -> None:
            """Nothing is open."""

    monkeypatch.setattr(os, "scandir", Reversed)
    assert load_folder(pets).fingerprint == expected


@pytest.mark.parametrize("name", ["valid", "validation"])  # the others in tests/data/photos/test_survey.py
def test_other_names_of_val(pets: Path, name: str) -> None:
    expected = load_folder(pets).fingerprint
    (pets / "val").rename(pets / name)
    assert load_folder(pets).fingerprint == expected
    (pets / "val").mkdir()
    with pytest.raises(DataError, match=f"has val and {name}; keep one of them for val"):
        load_folder(pets)


def test_a_folder_of_classes_alone_is_train(pets: Path) -> None:
    whole = load_folder(pets / "train")
    assert (len(whole.train), whole.val, whole.test) == (3, None, None)


def test_without_a_test_folder_a_fifth_of_each_class_is_held_out(tmp_path: Path) -> None:
    for name, count, shade in (("cat", 10, 1), ("dog", 5, 100)):
        for number in range(count):
            put(tmp_path / "train" / name / f"{number}.png", shade + number)
    whole = load_folder(tmp_path)
    assert whole.test is not None
    assert whole.test.labels.tolist() == [0, 0, 1]
    shades = [*whole.train.images[:, 0, 0, 0].tolist(), *whole.test.images[:, 0, 0, 0].tolist()]
    assert sorted(shades) == [*range(1, 11), *range(100, 105)]
    assert whole.notes == ("there is no test folder, so 3 of 15 training images were held out as test images",)
    assert load_folder(tmp_path).fingerprint == whole.fingerprint
    (tmp_path / "train/dog/4.png").unlink()  # four dogs are too few to give one away
    assert load_folder(tmp_path).test is None


def test_grey_repeats_itself_where_others_have_colour(pets: Path) -> None:
    put(pets / "val/cat/c.png", (1, 2, 3))
    whole = load_folder(pets)
    assert whole.image_shape == (4, 4, 3)
    assert whole.train.images[0, 0, 0].tolist() == [10, 10, 10]
    assert whole.val is not None
    assert whole.val.images[0, 0, 0].tolist() == [1, 2, 3]


def test_one_size_is_kept_also_when_it_is_not_square(tmp_path: Path) -> None:
    for name in ("a", "b"):
        put(tmp_path / name / "x.png", 5, (7, 3))
    assert load_folder(tmp_path).image_shape == (3, 7, 1)


def test_several_sizes_become_squares_of_64_and_a_note(pets: Path) -> None:
    put(pets / "test/dog/z.png", 77, (30, 90))
    whole = load_folder(pets)
    assert whole.image_shape == (64, 64, 1)
    assert whole.train.images[:, 32, 32, 0].tolist() == [10, 11, 20]
    assert whole.test is not None
    assert (whole.test.images[2] == 77).all()
    assert whole.notes[0] == "images of several sizes were cropped and resized to 64 x 64"


def test_a_size_that_was_asked_for(pets: Path) -> None:
    whole = load_folder(pets, image_size=9)
    assert whole.image_shape == (9, 9, 1)
    assert whole.notes[0] == "images were cropped and resized to 9 x 9"


@pytest.mark.parametrize("size", [0, -3, 1025, 10**9])
def test_a_size_out_of_range_is_refused(pets: Path, size: int) -> None:
    with pytest.raises(DataError, match="must be from 1 to 1024"):
        load_folder(pets, image_size=size)


def test_images_of_other_formats_are_not_called_something_else(pets: Path) -> None:
    for name in ("train/cat/scan.TIFF", "train/dog/moving.gif", "train/dog/notes.txt"):
        (pets / name).write_bytes(b"")
    unread, others = load_folder(pets).notes[:2]
    assert unread == "2 images are of formats that are not read (.gif, .tiff); convert them to .png"
    assert others == "1 file that is not an image was passed over (.txt)"


def test_what_is_no_image_is_passed_over_with_a_note(pets: Path) -> None:
    expected = load_folder(pets).fingerprint
    (pets / "train/cat/._a.png").write_bytes(b"hidden")
    (pets / "train/.cache").mkdir()
    (pets / "train/cat/readme.TXT").write_text("x")
    (pets / "train/cat/scan.tif").write_text("x")
    (pets / "train/labels").write_text("x")
    whole = load_folder(pets)
    assert whole.fingerprint == expected
    assert whole.notes[1] == "2 files that are not images were passed over (.txt, no ending)"


def test_the_same_image_in_two_splits_is_counted(pets: Path) -> None:
    put(pets / "test/dog/same.png", 10)
    put(pets / "test/dog/again.png", 20)
    contradiction, shared = load_folder(pets).notes[-2:]
    assert contradiction.endswith("is seen: test/dog/same.png is train/cat/a.png")
    assert shared == "2 images of test are also in train, pixel for pixel"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-24])


FAULTS: list[tuple[Callable[[Path], object], str]] = [
    (
        lambda root: (root / "train/bird").mkdir(),
        r"train/bird is an empty class: it has no \.apng, \.bmp, \.dib, \.jfif",
    ),
    (lambda root: (root / "val/cat").mkdir(), r"val/cat is an empty class"),
    (lambda root: put(root / "test/mouse/a.png"), r"test/mouse is a class that train does not have"),
    (lambda root: truncate(root / "train/cat/a.png"), r"train/cat/a\.png is cut off or damaged"),
    (lambda root: (root / "val/dog/a.png").write_bytes(b""), r"val/dog/a\.png is not a PNG, JPEG"),
    (
        lambda root: put(root / "x.bmp").rename(root / "val/dog/y.png"),
        r"val/dog/y\.png holds BMP, which its extension does not say",
    ),
    (lambda root: put(root / "train/stray.png"), r"train/stray\.png lies outside the class folders"),
    (lambda root: (root / "train/cat/more").mkdir(), r"train/cat/more is a folder inside a class folder"),
    (lambda root: os.mkfifo(root / "train/cat/pipe.png"), r"train/cat/pipe\.png is not a regular file"),
    (
        lambda root: (root / "train/cat/l.png").symlink_to("nowhere"),
        r"train/cat/l\.png is not a regular file, or a link",
    ),
    (lambda root: (root / "train/cat/o.png").symlink_to("o.png"), r"train/cat/o\.png is not a regular file, or a link"),
    (lambda root: put(root / "train/c\x1b[2Jt/a.png"), r"train/c\\x1b\[2Jt has a name that cannot be printed"),
    (lambda root: put(root / "train/cat/\n.png").write_bytes(b"x"), r"train/cat/\\n\.png is not a PNG"),
]


@pytest.mark.parametrize(("spoil", "words"), FAULTS)
def test_each_fault_is_named(pets: Path, spoil: Callable[[Path], object], words: str) -> None:
    spoil(pets)
    with pytest.raises(DataError, match=words) as caught:
        load_folder(pets)
    assert str(caught.value).startswith(str(pets))
    assert str(caught.value).isprintable()


def test_all_faults_are_reported_together(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pets / "train/bird").mkdir()
    put(pets / "val/mouse/a.png")
    truncate(pets / "train/dog/a.png")
    with pytest.raises(DataError) as caught:
        load_folder(pets)
    text = str(caught.value)
    assert all(words in text for words in ("train/bird is an empty", "val/mouse is a class", "train/dog/a.png is cut"))
    for number in range(12):
        (pets / f"train/cat/{number:02}.png").write_bytes(b"x")
    monkeypatch.setattr(tempfile, "tempdir", str(pets))
    with pytest.raises(
        DataError, match=r"and 5 more \(all 15 are listed in .*faults\.txt\); correct or remove these, or"
    ) as caught:
        load_folder(pets)
    (told,) = pets.glob("striate-*/faults.txt")
    assert str(told) in str(caught.value)
    lines = told.read_text().splitlines()
    assert len(lines) == 15
    assert sum("is not a PNG" in line for line in lines) == 12


def test_a_folder_without_two_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no folder .*nowhere; give one that holds train/CLASS"):
        load_folder(tmp_path / "nowhere")
    with pytest.raises(DataError, match="has 0 class folders, and needs at least two"):
        load_folder(tmp_path)
    put(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"has 0 class folders \(a\.png lies outside the class folders\)"):
        load_folder(tmp_path)
    put(tmp_path / "train/only/a.png")
    with pytest.raises(DataError, match="train has 1 class folder, "):
        load_folder(tmp_path)


def test_splits_without_train_and_empty_splits_are_refused(pets: Path) -> None:
    (pets / "train").rename(pets / "trains")
    with pytest.raises(DataError, match="has val, test but no train"):
        load_folder(pets)
    (pets / "trains").rename(pets / "train")
    (pets / "val/dog/a.png").unlink()
    (pets / "val/dog").rmdir()
    with pytest.raises(DataError, match="val has no class folder"):
        load_folder(pets)


def test_a_folder_that_may_not_be_listed_is_named(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.scandir

    def refuse(place: Path) -> object:
        if Path(place).name == "cat":
            raise PermissionError(13, "Permission denied")
        return original(place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        with pytest.raises(DataError, match=r"train/cat could not be read \(Permission denied\)"):
            load_folder(pets)


def test_bad_files_are_left_out_when_that_is_asked_for_and_counted(pets: Path) -> None:
    expected = load_folder(pets).fingerprint
    truncate(put(pets / "train/cat/cut.png"))
    (pets / "train/dog/none.jpg").write_bytes(b"nothing")
    os.mkfifo(pets / "test/cat/pipe.png")
    (pets / "test/dog/l.png").symlink_to("nowhere")
    with pytest.raises(DataError, match="or leave out the files that cannot be read: `skip_damaged`"):
        load_folder(pets)
    whole = load_folder(pets, skip_damaged=True)
    assert whole.fingerprint == expected
    (note,) = [note for note in whole.notes if "left out" in note]
    assert note.startswith(
        "4 files could not be read as images and were left out: test/cat/pipe.png is not a regular file"
    )
    assert note.endswith("; and 1 more")


def test_skipping_leaves_faults_of_folders_and_classes_without_images(pets: Path) -> None:
    (pets / "train/cat/more").mkdir()
    with pytest.raises(
        DataError, match=r"train/cat/more is a folder inside a class folder, .*; correct or remove these$"
    ):
        load_folder(pets, skip_damaged=True)
    (pets / "train/cat/more").rmdir()
    for path in pets.glob("*/dog/*"):
        truncate(path)
    told = r"cannot be used: train has no image of the class dog that can be read; val has no image that can be read; correct"
    with pytest.raises(DataError, match=told):
        load_folder(pets, skip_damaged=True)
