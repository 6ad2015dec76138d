"""Lightning's CSVLogger: hyperparameters at the top level of their file, and a table that is none of its."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.studies.logs import lightning


def test_plain_hyperparameters_are_read_and_nested_ones_left_out(tmp_path: Path) -> None:
    run = tmp_path / "version_0"
    run.mkdir()
    (run / "metrics.csv").write_text("epoch,step,acc\n0,1,0.5\n", encoding="utf-8")
    text = "arm: 'wide'\nlr: 0.1\nnone: null\nopt:\n  name: sgd\nbetas: [0.9]\ntag: !!python/object:os.system x\n"
    (run / "hparams.yaml").write_text(text, encoding="utf-8")
    (row,) = lightning.read_folder(tmp_path).rows
    assert dict(row) == {"run": "version_0", "arm": "wide", "lr": "0.1", "step": 1.0, "epoch": 0.0, "acc": 0.5}


def test_a_row_without_a_step_is_said(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text("time,acc\n0,0.5\n", encoding="utf-8")
    with pytest.raises(DataError, match="a row without a step"):
        lightning.read_folder(tmp_path)
