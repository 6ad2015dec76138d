"""The only place where a path, or a table in memory, becomes a log: by its name, and by what lies in it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from striate.base.disk.foreign import kind_of
from striate.base.errors import DataError
from striate.studies.logs import lightning, mlflow, sqlite, tensorboard, trackio, wandb
from striate.studies.logs.log import MOST_ROWS, Log, Row, log_of, said, too_many
from striate.studies.logs.parquet import read_parquet
from striate.studies.logs.text_table import read_csv, read_json_lines

KINDS = (
    "a table (.csv, .tsv, .parquet, .jsonl), a folder of TensorBoard runs, of Lightning's CSVLogger or of offline W&B runs,"
    " the database of MLflow (mlflow.db) or a folder mlruns, or a database of Trackio"
)
FILES: Mapping[str, Callable[[Path], Log]] = {
    ".csv": lambda path: wandb.exported(read_csv(path), said(path)),
    ".tsv": read_csv,
    ".parquet": read_parquet,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
    ".wandb": wandb.read_runs,
}


def read_log(table: object) -> Log:
    """Return the log at a path, or of a table in memory: a frame of pandas or Polars, an Arrow table, columns by name, rows.

    Raises DataError for anything else, with what is accepted.
    """
    if isinstance(table, (str, os.PathLike)):
        return _at(Path(cast("str", table)))
    rows = _rows(table)
    if len(rows) > MOST_ROWS:
        raise too_many("the table")
    filled = ({str(k): v for k, v in row.items() if v is not None} for row in rows)
    return log_of("a table", [row for row in filled if row], "the table")


def _at(path: Path) -> Log:
    kind = kind_of(path)
    if kind == "folder":
        return _folder(path)
    if kind != "file":
        raise DataError(f"{said(path)} is {kind}; name {KINDS}")
    if reader := FILES.get(path.suffix.lower()):
        return reader(path)
    if _begins(path, b"SQLite format 3\0"):
        return _database(path)
    raise DataError(f"{said(path)} is no log that is known by its name; name {KINDS}")


def _begins(path: Path, head: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(head)) == head


def _folder(folder: Path) -> Log:
    # The database comes first: beside it lies a folder mlruns, in which are no metrics.
    if (folder / "mlflow.db").is_file():
        return _database(folder / "mlflow.db")
    looks: tuple[tuple[Callable[[Path], Any], Callable[[Path], Log]], ...] = (
        (tensorboard.event_files, tensorboard.read_folder),
        (wandb.run_files, wandb.read_runs),
        (lightning.metric_files, lightning.read_folder),
        (_mlruns, lambda where: mlflow.read_folder(_mlruns(where)[0])),
    )
    for found, reader in looks:
        if found(folder):
            return reader(folder)
    databases = sorted(folder.glob("*.db"))
    if len(databases) == 1:
        return _database(databases[0])
    several = f" ({len(databases)} databases lie in it, name one)" if databases else ""
    raise DataError(f"{said(folder)} holds no log that is known{several}; name {KINDS}")


def _mlruns(folder: Path) -> list[Path]:
    return [
        place for place in (folder / "mlruns", folder) if any(place.glob("*/metrics")) or any(place.glob("*/*/metrics"))
    ]


def _database(path: Path) -> Log:
    with sqlite.reading(path) as database:
        there = sqlite.tables(database)
    for needed, reader in ((mlflow.TABLES, mlflow.read_database), (trackio.TABLES, trackio.read_database)):
        if all(columns <= there.get(name, set()) for name, columns in needed.items()):
            return reader(path)
    raise DataError(f"{said(path)} is a database, and neither one of MLflow nor of Trackio; name {KINDS}")


def _rows(table: object) -> list[Row]:
    """Return the rows of a table in memory. No library of frames is imported: what is called is what they all have."""
    made: Any = table
    if hasattr(made, "to_pylist"):  # PyArrow
        return list(made.to_pylist())
    if hasattr(made, "collect") and hasattr(made, "collect_schema"):  # a lazy frame of Polars
        made = made.collect()
    if hasattr(made, "to_dicts"):  # Polars
        return list(made.to_dicts())
    if hasattr(made, "columns") and hasattr(made, "to_dict"):  # pandas, where nan is how an empty cell looks
        return [{name: v for name, v in row.items() if _filled(v)} for row in made.to_dict(orient="records")]
    if isinstance(made, Mapping):
        columns = {str(name): list(values) for name, values in cast("Mapping[Any, Any]", made).items()}
        if len({len(values) for values in columns.values()}) > 1:
            raise DataError("the columns of the table differ in length; give each a value for every row")
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    if isinstance(made, Sequence) and all(isinstance(row, Mapping) for row in cast("Sequence[object]", made)):
        return list(cast("Sequence[Row]", made))
    raise DataError(
        f"a table cannot be made of {type(table).__name__}; give a frame, columns by name, a list of rows, or a path"
    )


def _filled(value: Any) -> bool:
    """Return whether a cell of pandas is filled."""
    return type(value).__name__ not in ("NAType", "NaTType") and not (isinstance(value, float) and math.isnan(value))
