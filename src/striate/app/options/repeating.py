"""The shell command that asks a study again, or makes a proof again, from what its folder or its record holds."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from striate.app.options.flags import FLAGS, flag

if TYPE_CHECKING:
    from striate.proofs.proof import Proof
    from striate.reports.study.records import StudyRecord

OWN = ("data", "epochs", "net", "start")
"""Fields of the base recipe that have options of their own in `striate study`."""


def path_word(path: object) -> str:
    """Return a path as a word of a command line; one that begins with a hyphen would be read as an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text


def arms_and_claims(arms: Sequence[str], claims: Sequence[str]) -> tuple[str, ...]:
    """Return the words of the command line that give these arms and claims."""
    named = (("arm", arms), ("claim", claims))
    return tuple(word for name, texts in named for text in texts for word in (FLAGS[name], text))


def study_command(study: StudyRecord, out: str) -> str:
    """Return the shell command that repeats ``study`` into the folder ``out``, with every setting that is not its default.

    A study that is not built in is named as the file NAME.py, from which its base recipe comes; only data and epochs are
    then said again.
    """
    from striate.studies.catalog import BUILTIN
    from striate.training.recipe.recipe import Recipe

    asked = BUILTIN.get(study.name)
    words = ["striate", "study", *(study.words or [study.name if asked else f"{study.name}.py"])]
    if asked:
        start = asked.question().base.to_json()
    elif study.words[:1] in ((FLAGS["arm"],), (FLAGS["claim"],)):
        start = Recipe().to_json()  # arms from the command line alone start from the defaults
    else:
        start = {k: v for k, v in study.base.items() if k not in ("data", "epochs")}
    words += _settings(study.base, start)
    trials = study.searches[0].get("trials") if study.searches else None
    words += [FLAGS["sampler"], "optuna", FLAGS["trials"], str(trials)] if trials else []
    if study.until:
        least, most = (str(study.until.get(name)) for name in ("least", "most"))
        words += [FLAGS["until_decided"], FLAGS["least"], least, FLAGS["most"], most]
    else:
        words += [FLAGS["seeds"], str(len(study.seeds))]
    return shlex.join([*words, FLAGS["out"], path_word(out)])


def _settings(base: Mapping[str, Any], start: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for field, value in base.items():
        if field == "net_options" or (field in start and start[field] == value):
            continue
        words += [FLAGS[field], str(value)] if field in OWN else [FLAGS["settings"], f"{field}={_written(value)}"]
    options: Mapping[str, Any] = base.get("net_options") or {}
    before: Mapping[str, Any] = start.get("net_options") or {}
    for name, value in options.items():
        if name not in before or before[name] != value:
            words += [FLAGS["settings"], f"{name}={_written(value)}"]
    return words


def proof_command(proof: Proof) -> str:
    """Return the shell command with every parameter that is set; those that are not set have no option."""
    words = ["striate", "prove", proof.name]
    for name, value in proof.parameters.items():
        if value is not None:
            words += [flag(name), _written(value)]
    return shlex.join(words)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
