"""Sound files of every kind that `striate judge` and `--data` take, small, with what reads each; `mutations` damages them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import struct
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from logged import RUNS, accuracy, laid, rows

Make = Callable[[Path], Path]
Read = Callable[[Path], object]

# The logs that the real programs wrote: which of their files is damaged, and which column is judged.
LOGS = {
    "TensorBoard": ("tensorboard", "*.[0-9]", "val/acc"),
    "Lightning": ("lightning", "metrics.csv", "val_acc"),
    "Lightning, hparams.yaml": ("lightning", "hparams.yaml", "val_acc"),
    "MLflow's database": ("mlflow.db", "", "val_acc"),
    "MLflow's files": ("mlruns", "val_acc", "val_acc"),
    "Trackio": ("trackio.db", "", "val_acc"),
    "W&B": ("wandb", "*.wandb", "val.acc"),
}
DOUBLED = ("run!=9278fcd766244bfd95ce0633af174a52",)  # the second one of its name
PIXELS = np.random.default_rng(0).integers(0, 256, (12, 8, 8), dtype=np.uint8)
TARGETS = np.arange(12) % 2


def foreign() -> Iterator[tuple[str, Make, Read]]:
    """Yield the name of each kind of file, what makes a sound one in a folder, and what reads the changed one."""
    for name, (log, pattern, value) in LOGS.items():
        yield f"judge: {name}", _log(log, pattern), partial(_judge, value, where=DOUBLED if log == "trackio.db" else ())
    for ending in (".csv", ".jsonl", ".parquet"):
        yield f"judge: {ending}", _rows(ending), partial(_judge, "val_acc", step="step")
    yield "judge: W&B's export", _export, partial(_judge, "val_acc")
    for name, make in FORMS.items():
        yield f"data: {name}", make, _read_form


def _log(name: str, pattern: str) -> Make:
    def make(folder: Path) -> Path:
        made = laid(name, folder)
        return made if made.is_file() else sorted(path for path in made.rglob(pattern) if path.is_file())[0]

    return make


def _judge(value: str, path: Path, where: tuple[str, ...] = (), step: str | None = None) -> object:
    from striate.studies.judged.columns import Columns
    from striate.studies.judged.judging import judge_log

    place = path
    while not place.parent.name.startswith("striate-mutations-"):
        place = place.parent
    return judge_log(place, "b > a by 0.01", Columns(value=value, step=step, where=where, at="last", failed_as=0.1))


def _rows(ending: str) -> Make:
    def make(folder: Path) -> Path:
        path = folder / f"table{ending}"
        made = [dict(zip(("arm", "seed", "step", "val_acc", "loss"), row, strict=True)) for row in rows()]
        if ending == ".csv":
            lines = [",".join(made[0]), *(",".join(map(str, row.values())) for row in made)]
            path.write_text("\n".join(lines) + "\n")
        elif ending == ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in made))
        else:
            import pyarrow as arrow
            from pyarrow import parquet

            parquet.write_table(arrow.Table.from_pylist(made), path)
        return path

    return make


def _export(folder: Path) -> Path:
    """Write the table that W&B's API gives, as its documentation shows."""
    with (folder / "export.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["", "summary", "config", "name"])
        for number, (arm, seed) in enumerate(RUNS):
            summary = {"_step": 3, "val_acc": accuracy(arm, seed, 3), "best": {"epoch": 2}, "loss": float("nan")}
            table.writerow([number, summary, {"arm": arm, "seed": seed, "layers": [8, 8]}, f"{arm}-{seed}"])
    return folder / "export.csv"


def _read_form(path: Path) -> object:
    from striate.data.forms import Wanted, load_form

    return load_form(path, Wanted(image_size=8))


def png(number: int) -> bytes:
    """Return one of the pictures as a PNG."""
    from PIL import Image

    made = io.BytesIO()
    Image.fromarray(PIXELS[number]).save(made, "PNG")
    return made.getvalue()


def _parquet(folder: Path) -> Path:
    import pyarrow as arrow
    from pyarrow import parquet

    rows = [{"image": {"bytes": png(n), "path": f"{n}.png"}, "label": int(TARGETS[n])} for n in range(12)]
    parquet.write_table(arrow.Table.from_pylist(rows), folder / "train.parquet")
    return folder / "train.parquet"


def _tar(folder: Path) -> Path:
    with tarfile.open(folder / "train.tar", "w") as made:
        for number in range(12):
            for ending, content in (("png", png(number)), ("cls", str(TARGETS[number]).encode())):
                info = tarfile.TarInfo(f"{number:04}.{ending}")
                info.size = len(content)
                made.addfile(info, io.BytesIO(content))
    return folder / "train.tar"


def _image_npz(folder: Path) -> Path:
    np.savez(folder / "set.npz", train_images=PIXELS, train_labels=TARGETS[:, None])
    return folder / "set.npz"


def _mat(packed: bool) -> Make:
    def make(folder: Path) -> Path:
        from scipy.io import savemat

        colours = np.repeat(PIXELS[..., None], 3, axis=3).transpose(1, 2, 3, 0)
        savemat(folder / "train_32x32.mat", {"X": colours, "y": TARGETS[:, None] + 1}, do_compression=packed)
        return folder / "train_32x32.mat"

    return make


def _idx(folder: Path) -> Path:
    images = struct.pack(">HBB3I", 0, 8, 3, *PIXELS.shape) + PIXELS.tobytes()
    labels = struct.pack(">HBBI", 0, 8, 1, 12) + bytes(TARGETS.tolist())
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
    return folder / "train-images-idx3-ubyte.gz"


def _stl10(folder: Path) -> Path:
    rng = np.random.default_rng(1)
    (folder / "train_y.bin").write_bytes(bytes([1, 2] * 3))
    (folder / "train_X.bin").write_bytes(rng.integers(0, 256, 6 * 3 * 96 * 96, dtype=np.uint8).tobytes())
    return folder / "train_X.bin"


def _pixels(folder: Path) -> Path:
    head = ",".join(["label", *(f"pixel{n}" for n in range(64))])
    rows = [",".join(map(str, [TARGETS[n], *PIXELS[n].ravel()])) for n in range(12)]
    (folder / "pixels.csv").write_text("\n".join([head, *rows]) + "\n")
    return folder / "pixels.csv"


def _index(folder: Path) -> Path:
    for number in range(12):
        (folder / f"{number}.png").write_bytes(png(number))
    rows = [f"{number}.png,class{TARGETS[number]},train" for number in range(12)]
    (folder / "index.csv").write_text("\n".join(["path,label,split", *rows]) + "\n")
    return folder / "index.csv"


def _metadata(folder: Path) -> Path:
    place = folder / "images"
    place.mkdir()
    _index(place).unlink()
    rows = [json.dumps({"file_name": f"{number}.png", "label": int(TARGETS[number])}) for number in range(12)]
    (place / "metadata.jsonl").write_text("\n".join(rows) + "\n")
    return place / "metadata.jsonl"


FORMS: dict[str, Make] = {
    "Parquet": _parquet,
    "webdataset": _tar,
    "MedMNIST's .npz": _image_npz,
    "SVHN's .mat": _mat(False),
    "SVHN's .mat, compressed": _mat(True),
    "IDX": _idx,
    "STL-10": _stl10,
    "CSV of pixels": _pixels,
    "CSV index": _index,
}
