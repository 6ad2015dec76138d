"""What is kept of a folder of photographs: found again, shared, checked, and written whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.base.errors import DataError, Remark
from striate.data import load
from striate.data.cache import array_file, mapped, shelf
from striate.data.cache.mapped import Rows, is_mapped
from striate.data.imageset import ImageSet
from striate.data.photos import stack
from striate.training.recipe.recipe import Recipe
from striate.training.train import resume, train

SIDE = 8


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve photographs of 40 x 30 in two classes, two of them equal; the cache is empty, and keeps whatever is read."""
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stack, "CACHED", 0)
    rng = np.random.default_rng(0)
    for number in range(12):
        place = tmp_path / "pets" / "train" / ("cat", "dog")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (30, 40, 3), np.uint8)
        Image.fromarray(pixels).save(place / f"{number}.jpg", quality=95)
    (tmp_path / "pets/train/cat/0.jpg").write_bytes((tmp_path / "pets/train/cat/2.jpg").read_bytes())
    return tmp_path / "pets"


def kept(pets: Path) -> list[Path]:
    return sorted(pets.parent.glob("cache/decoded/*/*.npy"))


def same(one: ImageSet, other: ImageSet) -> None:
    assert one.fingerprint == other.fingerprint
    assert one.notes == other.notes
    np.testing.assert_array_equal(np.asarray(one.train.images), np.asarray(other.train.images))
    np.testing.assert_array_equal(one.train.labels, other.train.labels)


def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("an image was decoded")

    monkeypatch.setattr(stack, "photograph", refuse)


def test_a_second_start_decodes_nothing_and_is_the_same(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stack, "CACHED", 10**9)
        memory = load(pets, image_size=SIDE)
    assert kept(pets) == []
    first = load(pets, image_size=SIDE)
    (array,) = kept(pets)
    assert np.load(array, mmap_mode="r").shape == (12, SIDE, SIDE, 3)
    nothing_is_decoded(monkeypatch)
    for again in (first, load(pets, image_size=SIDE)):
        same(again, memory)
    assert [path.name for path in array.parent.iterdir() if path.name.startswith(".")] == []


def test_what_asks_otherwise_is_another_entry(pets: Path) -> None:
    load(pets, image_size=SIDE)
    load(pets, image_size=SIDE + 1)
    load(pets)
    assert [np.load(path, mmap_mode="r").shape[1:] for path in kept(pets)].count((30, 40, 3)) == 1
    assert len(kept(pets)) == 3


def test_another_time_or_place_is_told_by_the_bytes(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(pets, image_size=SIDE)
    file = pets / "train/dog/1.jpg"
    os.utime(file, (1, 1))
    moved = pets.rename(pets.with_name("moved")).rename(pets)
    with monkeypatch.context() as patch:
        nothing_is_decoded(patch)
        same(load(moved, image_size=SIDE), first)
    (array,) = kept(pets)
    content = bytearray(file.read_bytes())
    content[-20] ^= 1  # the same size, other bytes
    file.write_bytes(content)
    changed = load(pets, image_size=SIDE)
    assert changed.fingerprint != first.fingerprint
    assert len(kept(pets)) == 2
    assert array in kept(pets)


@pytest.mark.parametrize("way", ["exchanged", "written"])
def test_other_bytes_under_the_name_size_and_time_of_before_are_read(
    pets: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when mistaken labels are mended by exchanging two files that came from one archive, whose pictures are of one size."""
    one, other = pets / "train/cat/4.jpg", pets / "train/dog/5.jpg"
    first, size = one.read_bytes(), max(one.stat().st_size, other.stat().st_size)
    for file in (one, other):
        file.write_bytes(file.read_bytes().ljust(size, b"\0"))
        os.utime(file, (1e9, 1e9))
    before = load(pets, image_size=SIDE)
    if way == "exchanged":
        one.rename(pets / "third"), other.rename(one), (pets / "third").rename(other)
    else:
        one.write_bytes(other.read_bytes()), other.write_bytes(first.ljust(size, b"\0"))
        os.utime(one, (1e9, 1e9)), os.utime(other, (1e9, 1e9))
    after = load(pets, image_size=SIDE)
    assert after.fingerprint != before.fingerprint
    monkeypatch.setattr(stack, "CACHED", 10**9)
    same(after, load(pets, image_size=SIDE))


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "record"])
def test_a_damaged_entry_is_said_and_made_anew(pets: Path, damage: str) -> None:
    first = load(pets, image_size=SIDE)
    (array,) = kept(pets)
    whole = array.read_bytes()
    if damage == "flip":
        array.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
    elif damage == "cut":
        array.write_bytes(whole[:-1])
    elif damage == "gone":
        array.unlink()
    else:
        record = array.with_suffix(".json")
        record.write_text(record.read_text().replace(str(SIDE), "9", 1))
    if damage == "record":  # one that cannot be read describes nothing
        same(load(pets, image_size=SIDE), first)
    else:
        with pytest.warns(Remark, match=r"in the cache is damaged \(.*\); the images are read anew"):
            same(load(pets, image_size=SIDE), first)
    assert kept(pets) == [array]
    assert array.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_said(pets: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    expected = load(pets, image_size=SIDE)
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "file"))
    with pytest.warns(Remark, match="the images are not kept in the cache, and will be read again the next time: "):
        same(load(pets, image_size=SIDE), expected)
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "other"))
    monkeypatch.setattr(array_file.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.warns(Remark, match=r"has no room for 2,304 bytes .*STRIATE_CACHE"):
        same(load(pets, image_size=SIDE), expected)


def test_what_is_refused_leaves_nothing(pets: Path) -> None:
    (pets / "train/dog/1.jpg").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"1\.jpg is not a PNG"):
        load(pets, image_size=SIDE)
    skipped = load(pets, image_size=SIDE, skip_damaged=True)  # what could be read was kept, and what could not is told
    assert any("1 file could not be read as an image" in note for note in skipped.notes)
    assert list(pets.parent.rglob(".striate-*")) == []


KILLED = """
import os, signal, sys
from striate.data import load
from striate.data.photos import stack
stack.CACHED = 0
count = 0
def touched(*given):
    global count
    count += 1
    if count == 6:
        os.kill(os.getpid(), signal.SIGKILL)
stack.touched = touched
load(sys.argv[1], image_size=8)
"""
SLOW = """
import sys, time
from striate.data import load
from striate.data.photos import stack
stack.CACHED = 0
real = stack.photograph
def photograph(*given):
    print("decoded\\n", end="", flush=True)  # one write: two threads come here
    sys.stdin.readline()  # until the other one waits
    return real(*given)
stack.photograph = photograph
print(load(sys.argv[1], image_size=8).fingerprint)
"""


def test_a_process_that_is_killed_leaves_nothing_that_is_used(pets: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(pets)], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert kept(pets) == []
    assert len(list(pets.parent.rglob(".striate-*.tmp"))) == 1
    load(pets, image_size=SIDE)
    assert len(kept(pets)) == 1
    assert list(pets.parent.rglob(".striate-*.tmp")) == []


def test_of_two_processes_one_reads_and_the_other_waits(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", SLOW, str(pets)], stdin=pipe, stdout=pipe, text=True) as first:
        release = first.stdin
        assert release is not None
        assert first.stdout is not None
        assert first.stdout.readline() == "decoded\n"
        nothing_is_decoded(monkeypatch)
        told: list[str] = []

        def tell(text: str) -> None:
            told.append(text)
            release.close()  # whoever reads on gets an empty line

        monkeypatch.setattr(stack, "tell", tell)
        mine = load(pets, image_size=SIDE)
        assert told == ["another process is reading these images; waiting for it"]
        *_, theirs = first.stdout.read().split()
    assert mine.fingerprint == theirs


def test_a_set_that_is_larger_than_memory_is_the_same_to_the_byte(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = load(pets, image_size=SIDE)
    assert isinstance(small.train.images, np.ndarray)
    monkeypatch.setattr(mapped, "COPIED", 0)
    monkeypatch.setattr(mapped, "KEPT", 300)
    large = load(pets, image_size=SIDE)
    assert isinstance(large.train.images, Rows)  # a part was held out, and nothing was copied
    assert is_mapped(large.train.images)
    same(large, small)
    np.testing.assert_array_equal(large.train.firsts, small.train.firsts)
    assert "1 image of train is there before, pixel for pixel" in " ".join(large.notes)


def test_a_fingerprint_is_computed_once(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(pets, image_size=SIDE)
    monkeypatch.setattr("striate.data.imageset.fingerprint", lambda *_: pytest.fail("computed again"))
    assert load(pets, image_size=SIDE).fingerprint == first.fingerprint


def test_the_time_of_the_last_use_is_kept(pets: Path) -> None:
    load(pets, image_size=SIDE)
    record = kept(pets)[0].with_suffix(".json")
    os.utime(record, (1, 1))
    load(pets, image_size=SIDE)
    assert time.time() - record.stat().st_mtime < 60
    assert shelf.read_record(record) is not None


MAPPED = """
import os, signal, sys
from striate.data.cache import mapped
from striate.data.photos import stack
from striate.training.recipe.recipe import recipe_from_json
from striate.training.train import train
import json
mapped.COPIED, mapped.KEPT, stack.CACHED = 0, 300, 0
def watch(tick):
    if tick.epoch == 2 and tick.val is None:
        os.kill(os.getpid(), signal.SIGKILL)
train(recipe_from_json(json.loads(sys.argv[1])), sys.argv[2], watch=watch)
"""


@pytest.mark.slow
def test_a_run_on_mapped_images_that_is_killed_goes_on_to_the_same_bytes(
    pets: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options = {"widths": [[4]], "hidden": []}
    recipe = Recipe(
        data=str(pets), image_size=SIDE, net_options=options, batch_size=2, epochs=3, flip=True, validation=0.3
    )
    plain = train(recipe, tmp_path / "memory").folder
    monkeypatch.setattr(mapped, "COPIED", 0)
    monkeypatch.setattr(mapped, "KEPT", 300)
    whole = train(recipe, tmp_path / "whole").folder
    (tmp_path / "trains.py").write_text(MAPPED)
    words = [sys.executable, str(tmp_path / "trains.py"), json.dumps(recipe.to_json()), str(tmp_path / "cut")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    cut = resume(tmp_path / "cut")
    assert (cut.status, isinstance(load(pets, image_size=SIDE).train.images, Rows)) == ("finished", True)
    names = ["history.csv", *(f"checkpoints/{path.name}" for path in (whole / "checkpoints").glob("*.safetensors"))]
    assert len(names) >= 3
    for name in names:
        assert (cut.folder / name).read_bytes() == (whole / name).read_bytes()
        assert (plain / name).read_bytes() == (whole / name).read_bytes()
