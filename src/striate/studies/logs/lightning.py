"""Lightning's CSVLogger: a folder for each run with metrics.csv and, where it was asked for, hparams.yaml.

A validation metric has a row of its own, at the last training step before it, counted from 0; the other cells of that row are
empty, which is not a missing number. The rows of one step are one.
"""

from __future__ import annotations

import re
from pathlib import Path

from striate.base.disk.files import read_text
from striate.base.errors import DataError, reason
from striate.studies.logs.log import STEP, Log, Steps, number, said, shortest, within
from striate.studies.logs.text_table import read_csv

SCALAR = re.compile(r"(?P<key>[\w.-]+): (?P<value>[^{\[&*|>!#].*)")


def metric_files(folder: Path) -> list[Path]:
    """Return the files metrics.csv in ``folder`` and below."""
    return sorted(path for path in folder.rglob("metrics.csv") if path.is_file())


def read_folder(folder: Path) -> Log:
    """Return the runs below ``folder``, each named by its path from there; raises DataError where a table is none."""
    steps = Steps(said(folder))
    for path in within(metric_files(folder), steps.where):
        run = path.parent.relative_to(folder).as_posix()
        steps.run(run, _hparams(path.with_name("hparams.yaml")))
        for row in read_csv(path).rows:
            step = number(row.get(STEP, row.get("epoch")))
            if step is None:
                raise DataError(
                    f"{said(path)} has a row without a step; name a folder that Lightning's CSVLogger wrote"
                )
            for metric, cell in row.items():
                if metric != STEP and (value := number(cell)) is not None:
                    steps.put(run, step, metric, shortest(value))
    return steps.log("Lightning")


def _hparams(path: Path) -> dict[str, str]:
    """Return the plain values at the top of a YAML file; what is nested in it is left out."""
    if not path.is_file():
        return {}
    try:
        lines = read_text(path, 1 << 20).splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{said(path)} cannot be read ({reason(error)}); restore it, or remove it") from error
    found = (SCALAR.fullmatch(line.rstrip()) for line in lines)
    return {match["key"]: match["value"].strip("'\"") for match in found if match and match["value"] != "null"}
