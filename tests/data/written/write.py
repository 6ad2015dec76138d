"""Write the small files beside this script with the libraries that people have them from; `versions.json` names these.

Run it in an environment of its own: pip install datasets webdataset pandas idx2numpy scipy pillow six; python write.py
Image k of class c is 8 x 8: red is 16 * row + k, green 16 * column, blue 100 * c; classes are 0 cat, 1 dog.
"""

import importlib.metadata
import json
import os
import shutil
from pathlib import Path

import datasets
import idx2numpy
import numpy as np
import pandas
import webdataset
from PIL import Image
from scipy.io import savemat

HERE = Path(__file__).parent
TRAIN, TEST = [(0, 0), (1, 1), (2, 0), (3, 1)], [(4, 0), (5, 1)]


def pixels(k: int, c: int, side: int = 8) -> np.ndarray:
    row, column = np.indices((side, side))
    return np.stack([(16 * row + k) % 256, (16 * column) % 256, np.full_like(row, 100 * c)], axis=-1).astype(np.uint8)


def parquet(place: Path) -> None:
    place.mkdir()
    kinds = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
    for name, part in (("train", TRAIN), ("test", TEST)):
        rows = {"image": [Image.fromarray(pixels(*one)) for one in part], "label": [c for _, c in part]}
        datasets.Dataset.from_dict(rows, kinds).to_parquet(place / f"{name}-00000-of-00001.parquet")
    rows = {"image": [Image.fromarray(pixels(0, 0)), None, Image.fromarray(pixels(1, 1))], "label": [0, 1, 1]}
    datasets.Dataset.from_dict(rows, kinds).to_parquet(HERE / "nulls.parquet")
    Image.fromarray(pixels(0, 0)).save(HERE / "a.png")
    Image.fromarray(pixels(1, 1)).save(HERE / "b.png")
    os.chdir(HERE)
    rows = {"image": ["a.png", "b.png"], "label": [0, 1]}  # of a path the bytes are not kept
    datasets.Dataset.from_dict(rows, kinds).to_parquet(HERE / "paths.parquet")


def shards(place: Path) -> None:
    place.mkdir()
    for name, part in (("train", TRAIN), ("test", TEST)):
        with webdataset.TarWriter(str(place / f"{name}-000000.tar")) as tar:
            for k, c in part:
                tar.write({"__key__": f"day1/img{k}", "png": Image.fromarray(pixels(k, c)), "cls": c})


def imagefolder(place: Path) -> None:
    place.mkdir()
    for name, part in (("train", TRAIN), ("test", TEST)):
        (place / name).mkdir()
        for k, c in part:
            Image.fromarray(pixels(k, c)).save(place / name / f"{k}.png")
        table = pandas.DataFrame(
            {"file_name": [f"{k}.png" for k, _ in part], "label": [["cat", "dog"][c] for _, c in part]}
        )
        if name == "train":
            table.to_csv(place / name / "metadata.csv", index=False)
        else:
            table.to_json(place / name / "metadata.jsonl", orient="records", lines=True)


def medmnist() -> None:
    arrays = {}
    for name, part in (("train", TRAIN), ("val", TEST), ("test", TEST[::-1])):
        arrays[f"{name}_images"] = np.stack([pixels(*one) for one in part])
        arrays[f"{name}_labels"] = np.array([[c] for _, c in part], dtype=np.uint8)
    np.savez_compressed(HERE / "medical.npz", **arrays)


def svhn(place: Path) -> None:
    place.mkdir()
    for name, part in (("train", TRAIN), ("test", TEST)):
        images = np.stack([pixels(k, c, 32) for k, c in part], axis=-1)  # H, W, C, N
        labels = np.array([[10 if c == 0 else c] for _, c in part], dtype=np.uint8)  # 10 is the digit 0
        savemat(place / f"{name}_32x32.mat", {"X": images, "y": labels}, do_compression=True)


def emnist(place: Path) -> None:
    place.mkdir()
    for name, part in (("train", TRAIN), ("test", TEST)):
        images = np.stack([pixels(k, c, 8)[..., 0].T for k, c in part])  # stored column by column
        labels = np.array([c + 1 for _, c in part], dtype=np.uint8)  # those of the letters begin with 1
        idx2numpy.convert_to_file(str(place / f"emnist-letters-{name}-images-idx3-ubyte"), images)
        idx2numpy.convert_to_file(str(place / f"emnist-letters-{name}-labels-idx1-ubyte"), labels)
    (place / "emnist-letters-mapping.txt").write_text("1 65 97\n2 66 98\n")


def pixel_table() -> None:
    rows = [[c, *pixels(k, c)[..., 0].ravel()] for k, c in TRAIN]
    pandas.DataFrame(rows, columns=["label", *(f"pixel{i}" for i in range(64))]).to_csv(
        HERE / "pixels.csv", index=False
    )


def index() -> None:
    rows = [(f"imagefolder/train/{k}.png", c, "train") for k, c in TRAIN] + [
        (f"imagefolder/test/{k}.png", c, "test") for k, c in TEST
    ]
    table = pandas.DataFrame(
        [(path, ["cat", "dog"][c], split) for path, c, split in rows], columns=["path", "label", "split"]
    )
    table.to_csv(HERE / "index.csv", index=False)
    table.to_csv(HERE / "index.tsv", index=False, sep="\t")


if __name__ == "__main__":
    for name in ("hub", "shards", "imagefolder", "svhn", "emnist"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    parquet(HERE / "hub")
    shards(HERE / "shards")
    imagefolder(HERE / "imagefolder")
    medmnist()
    svhn(HERE / "svhn")
    emnist(HERE / "emnist")
    pixel_table()
    index()
    names = ("datasets", "webdataset", "pandas", "idx2numpy", "scipy", "pillow", "numpy", "pyarrow")
    versions = {name: importlib.metadata.version(name) for name in names}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")
