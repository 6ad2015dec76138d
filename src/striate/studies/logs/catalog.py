"""The programs whose logs are read, each in a row: how its files, its folders or its database are known, and what reads them.

Rows are asked in this order. A folder in which a database of one of these names lies is read from that alone: beside MLflow's
lies a folder mlruns without metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from striate.base.catalog import Catalog
from striate.base.errors import DataError
from striate.studies.logs import lightning, mlflow, tensorboard, trackio, wandb
from striate.studies.logs.log import Log, said
from striate.studies.logs.parquet import read_parquet
from striate.studies.logs.text_table import read_csv, read_json_lines

Reader = Callable[[Path], Log]


def _none() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Program:
    """One that writes logs. ``logs`` says what may be named, as the end of "name ...".

    ``files`` are readers by the ending of a file. ``lies`` finds in a folder what ``folder`` reads there. ``tables`` are those
    that its database must have, with their columns; ``database`` reads one, which in a folder is called ``called``.
    """

    name: str
    logs: str
    files: Mapping[str, Reader] = field(default_factory=_none)
    lies: Callable[[Path], Sequence[Path]] | None = None
    folder: Reader | None = None
    tables: Mapping[str, set[str]] = field(default_factory=_none)
    database: Reader | None = None
    called: str = ""


PROGRAMS: Catalog[Program] = Catalog(
    "log",
    DataError,
    (
        Program(
            "table",
            "a table (.csv, .tsv, .parquet, .jsonl)",
            files={
                ".csv": lambda path: wandb.exported(read_csv(path), said(path)),
                ".tsv": read_csv,
                ".parquet": read_parquet,
                **dict.fromkeys((".jsonl", ".ndjson", ".json"), read_json_lines),
            },
        ),
        Program(
            "tensorboard",
            "a folder of TensorBoard runs",
            lies=tensorboard.event_files,
            folder=tensorboard.read_folder,
        ),
        Program(
            "wandb",
            "a folder of offline W&B runs",
            files={".wandb": wandb.read_runs},
            lies=wandb.run_files,
            folder=wandb.read_runs,
        ),
        Program(
            "lightning",
            "a folder of Lightning's CSVLogger",
            lies=lightning.metric_files,
            folder=lightning.read_folder,
        ),
        Program(
            "mlflow",
            "the database of MLflow (mlflow.db) or a folder mlruns",
            lies=mlflow.run_folders,
            folder=lambda where: mlflow.read_folder(mlflow.run_folders(where)[0]),
            tables=mlflow.TABLES,
            database=mlflow.read_database,
            called="mlflow.db",
        ),
        Program("trackio", "a database of Trackio", tables=trackio.TABLES, database=trackio.read_database),
    ),
)
