"""The command that asks a study again, made from what the study folder holds."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from striate.reports.study.records import StudyRecord
from striate.training.recipe.recipe import Recipe

FLAGS = {"data": "--data", "epochs": "--epochs", "net": "--net"}


def command(study: StudyRecord, out: str) -> str:
    """Return the shell command that repeats ``study`` into the folder ``out``, with every setting that is not its default.

    A study that is not built in is named as the file NAME.py, from which its base recipe comes; only data and epochs are
    then said again.
    """
    from striate.studies.catalog import BUILTIN

    asked = BUILTIN.get(study.name)
    words = ["striate", "study", *(study.words or [study.name if asked else f"{study.name}.py"])]
    if asked:
        start = asked.base.to_json()
    elif study.words[:1] in (("--arm",), ("--claim",)):
        start = Recipe().to_json()  # arms from the command line alone start from the defaults
    else:
        start = {k: v for k, v in study.base.items() if k not in ("data", "epochs")}
    words += _settings(study.base, start)
    trials = study.searches[0].get("trials") if study.searches else None
    words += ["--sampler", "optuna", "--trials", str(trials)] if trials else []
    return shlex.join([*words, "--seeds", str(len(study.seeds)), "--out", out])


def _settings(base: Mapping[str, Any], start: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for field, value in base.items():
        if field == "net_options" or (field in start and start[field] == value):
            continue
        words += [FLAGS[field], str(value)] if field in FLAGS else ["--set", f"{field}={_written(value)}"]
    options: Mapping[str, Any] = base.get("net_options") or {}
    before: Mapping[str, Any] = start.get("net_options") or {}
    for name, value in options.items():
        if name not in before or before[name] != value:
            words += ["--set", f"{name}={_written(value)}"]
    return words


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
