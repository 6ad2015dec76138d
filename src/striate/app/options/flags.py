"""Errors and remarks of the library name parameters; here they are turned into the options of the command line.

choose another `out`                         choose another --out
it belongs to `engine=scratch`               it belongs to --engine scratch
`keep_every=5` keeps every fifth             --set keep_every=5 keeps every fifth
"""

from __future__ import annotations

import re

NAMED_OTHERWISE = {"image_shape": "--input", "settings": "--set", "target": "--class", "lower": "--lower-is-better"}
PARAMETERS = (
    *("arm", "best", "budget", "question", "changed_code", "channels", "claim", "classes", "data", "data_dir", "engine"),
    *("epoch", "epochs"),
    *("net", "objects", "out", "overfit_batch", "quick", "range_test", "redo_damaged", "sampler", "scenes", "seed", "seeds"),
    *("skip_damaged", "steps", "step", "stride", "tap", "test_flips", "to", "trained_on", "trials", "trust_code", "weights"),
    *("window", "control", "treatment", "measure", "margin", "until_decided", "least", "most", "lower_is_better", "last"),
    *("failed_as", "timeout", "night", "value", "names", "at", "split", "where", "start", "freeze", "unfreeze_after"),
    *("processes", "on", "log", "image", "port", "token", "workers"),
)  # fmt: skip
"""The parameters that errors may name, beside those that have another name on the command line."""


def flag(name: str) -> str:
    """Return what a parameter is called on the command line where nothing else is said: --data-dir for ``data_dir``."""
    return f"--{name.replace('_', '-')}"


FLAGS = {name: flag(name) for name in PARAMETERS} | NAMED_OTHERWISE
"""Parameter of the library -> option of the command line."""

PARAMETER = re.compile(r"`([a-z][a-z_]*)(?:=([^`]*))?`")


def in_flags(text: str) -> str:
    """Return ``text`` with options in place of parameters; a field that has no option is reached by --set."""
    return PARAMETER.sub(_flag, text)


def _flag(found: re.Match[str]) -> str:
    name, value = found[1], found[2]
    if value is None:
        return FLAGS.get(name, found[0])
    return f"{FLAGS[name]} {value}" if name in FLAGS else f"--set {name}={value}"
