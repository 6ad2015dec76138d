"""Trackio: one database a project, a row for each step, its metrics as one JSON object in which NaN is a text.

Two runs may share a name; they are told apart by their run_id, and a note says that a name is doubled.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.base.errors import DataError, listed, reason
from striate.studies.logs.log import Log, Steps, flat, number, said
from striate.studies.logs.sqlite import asked, reading, tables

TABLES = {"metrics": {"id", "run_name", "step", "metrics"}}


def read_database(path: Path) -> Log:
    """Return the runs in a database of Trackio; raises DataError where it is none."""
    steps, names = Steps(said(path)), dict[str, str]()
    with reading(path) as database:
        known = tables(database)
        run = "run_id" if "run_id" in known["metrics"] else "run_name"
        for key, name, step, blob in asked(
            database, f"SELECT {run}, run_name, step, metrics FROM metrics ORDER BY id", steps.where
        ):
            if (at := number(step)) is None:
                raise DataError(f"{steps.where} has a row without a step; export the runs anew")
            names[str(key)] = str(name)
            steps.run(str(key), {"name": str(name)})
            for metric, value in flat(_object(blob, path)).items():
                if (measured := number(value)) is not None:
                    steps.put(str(key), at, metric, measured)
        if {"run_id", "config"} <= known.get("configs", set()):
            for key, config in asked(database, "SELECT run_id, config FROM configs", steps.where):
                own = {k: v for k, v in flat(_object(config, path)).items() if not k.startswith("_")}
                if str(key) in names:
                    steps.run(str(key), own)
    doubled = [name for name, count in Counter(names.values()).items() if count > 1]
    notes = [f"several runs are named {listed(doubled)}, and are told apart by their run_id"] if doubled else []
    return steps.log("Trackio", *notes)


def _object(blob: Any, path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(blob)
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(f"{said(path)} holds metrics that are not JSON ({reason(error)}); export it anew") from error
    return value if isinstance(value, dict) else {}
