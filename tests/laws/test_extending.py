"""A new thing is a module and a row: one of each kind is added to a copy of the sources, and found wherever it should be.

What `CONTRIBUTING.md` says of the files that a new thing takes is what is done here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What is new -> its module, its text, and its catalogue: what stands there -> the line that is put before it.
NEW: dict[str, tuple[str, str, tuple[str, dict[str, str]]]] = {
    "heatmap probe": (
        "probes/heatmaps/brightness.py",
        '''"""A toy heatmap."""
from dataclasses import dataclass
from striate.probes.facts import Explained
from striate.probes.facts import Facts
from striate.probes.record import Record, described, logits, targets

EXPLAINED = {"brightness": Explained("A pixel's mean over its channels.", r"M = \\frac{1}{C} \\sum_c x_c")}

@dataclass(frozen=True, kw_only=True)
class BrightnessFacts(Facts):
    power: int

def brightness(net, images, *, target=None, power=1):
    """Return the mean of the channels."""
    scores = logits(net, images)
    found = {"heatmap": images.abs().mean(1) ** power}
    told = described(scores, targets(scores, target))
    return Record("brightness", "heatmap", found, "0 or more", BrightnessFacts(power=power), told)
''',
        (
            "probes/catalog.py",
            {
                "    from striate.probes.heatmaps.saliency": "    from striate.probes.heatmaps.brightness"
                " import brightness as brightness\n",
                '        Entry(\n            "filters"': '        Entry("brightness", "how bright a pixel is", "heatmap",'
                ' title="How bright it is"),\n',
            },
        ),
    ),
    "probe of a new kind": (
        "probes/channels/counting.py",
        '''"""A toy probe of a new kind."""
from dataclasses import dataclass
from striate.probes.facts import Facts
from striate.probes.record import Record

@dataclass(frozen=True, kw_only=True)
class CountingFacts(Facts):
    most: int

def counting(net, images, *, most=9):
    """Return how many values are positive."""
    found = {"count": (images > 0).sum((1, 2, 3))}
    return Record("counting", "count", found, "whole numbers", CountingFacts(most=most))
''',
        (
            "probes/catalog.py",
            {
                "    from striate.probes.channels.patches": "    from striate.probes.channels.counting"
                " import counting as counting\n",
                '        Entry(\n            "filters"': '        Entry("counting", "how many values are positive",'
                ' "count"),\n',
            },
        ),
    ),
    "study": (
        "studies/builtin/training/momentum.py",
        '''"""Does momentum help?"""
from striate.studies.claims.better import Better
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net="tiny", data="stripes", optimizer="sgd")

def study(base):
    claim = Better("helps", "Momentum helps", treatment=("with",), control="without", measure="test", margin=0.005)
    arms = (Arm("without", {"momentum": 0.0}), Arm("with", {"momentum": 0.9}))
    return Study("momentum", "Does momentum help?", base, arms, (claim,))
''',
        (
            "studies/catalog.py",
            {'        Entry("training.optimizers"': '        Entry("training.momentum", "Does momentum help?"),\n'},
        ),
    ),
    "data set": (
        "data/readers/stripes.py",
        '''"""Toy images."""
import numpy as np
from striate.data.imageset import Split, image_set

def load_stripes(data_dir, download):
    """Return 40 + 20 images."""
    def split(count):
        return Split(np.arange(count * 64, dtype=np.int64).astype(np.uint8).reshape(count, 8, 8, 1), np.arange(count) % 2)
    return image_set("stripes", ("even", "odd"), train=split(40), test=split(20), origin="made up")
''',
        (
            "data/catalog.py",
            {
                '        Entry(\n            "digits"': '        Entry("stripes", "40 + 20 images, 8 x 8 grey", 8, 2,'
                ' "made up", later("striate.data.readers.stripes:load_stripes"), None),\n',
            },
        ),
    ),
    "net": (
        "nets/families/tiny.py",
        '''"""A toy net; its options and, with PyTorch where it is built, its layers."""
from math import prod
from striate.nets.families.options import NetOptions

class TinyOptions(NetOptions):
    """What it is made of."""

    bias: bool = True
    """Whether it has one."""

def build_tiny(options, image_shape, classes):
    """Return it."""
    from torch import nn
    return nn.Sequential(nn.Flatten(), nn.Linear(prod(image_shape), classes, bias=options.bias))
''',
        (
            "nets/catalog.py",
            {
                '        Entry("mlp"': '        Entry("tiny", "one dense layer",'
                ' later("striate.nets.families.tiny:TinyOptions"), _at("tiny")),\n',
            },
        ),
    ),
    "proof": (
        "proofs/statements/one_is_one.py",
        '''"""A toy proof."""
from pydantic import BaseModel
from striate.proofs.proof import Check, Proof, Step

class Parameters(BaseModel):
    """Its sizes."""

    number: int = 1

def prove(parameters):
    check = Check("equal", "numeric", parameters.number == parameters.number, "the same")
    return Proof(name="one-is-one", title="One is one", statement="One is one.", statement_latex="1 = 1",
                 steps=(Step("It is.", "1 = 1"),), checks=(check,), limits="None.", source="None")

def mutated(parameters):
    return ()
''',
        ("proofs/catalog.py", {'        Entry("dense-or-convolution"': '        Entry("one-is-one", "one is one"),\n'}),
    ),
    "kind of claim": (
        "studies/claims/rarer.py",
        '''"""A toy claim."""
from dataclasses import dataclass
from typing import ClassVar
from striate.studies.claims.verdict import Details, Verdict

@dataclass(frozen=True, kw_only=True)
class RarerDetails(Details):
    """The margin."""

    margin: float

@dataclass(frozen=True)
class Rarer:
    """It is always so."""

    kind: ClassVar[str] = "rarer"
    name: str
    statement: str
    arms: tuple[str, ...] = ("run",)
    comparisons: int = 1

    def to_json(self):
        return {"kind": self.kind, "name": self.name, "statement": self.statement, "margin": 0.5}

    def judge(self, outcomes, look=None):
        return Verdict(self.name, self.statement, self.kind, "supported", "it is", details=RarerDetails(margin=0.5))
''',
        (
            "studies/claims/kinds.py",
            {'        ClaimKind("sooner"': '        ClaimKind("rarer", "difference in rarity", "of all", "a look"),\n'},
        ),
    ),
    "another program's log": (
        "studies/logs/scribe.py",
        '''"""A toy program, which writes a name and a number in each line."""
from striate.studies.logs.log import log_of

def read_scribe(path):
    """Return the log of a file."""
    lines = [line.split() for line in path.read_text().splitlines()]
    rows = [{"arm": arm, "acc": float(value)} for arm, value in lines]
    return log_of("Scribe", rows, str(path))
''',
        (
            "studies/logs/catalog.py",
            {
                "from striate.studies.logs.text_table": "from striate.studies.logs.scribe import read_scribe\n",
                '        Program("trackio"': '        Program("scribe", "a file of Scribe (.scribe)",'
                ' files={".scribe": read_scribe}),\n',
            },
        ),
    ),
    "command": (
        "app/commands/greet.py",
        '''"""A toy command."""
from striate.app.terminal.speech import tell

def greet() -> None:
    """Say hello."""
    tell("hello")
''',
        ("app/commands/catalog.py", {'    Entry("doctor"': '    Entry("greet", "Say hello", "greet:greet"),\n'}),
    ),
}
SCRIPT = """
import json, sys
from pathlib import Path
from typer.testing import CliRunner
import striate as st
from striate.app.cli import app

def said(*words):
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output

found = {
    "command": ["greet" in said("--help"), "hello" in said("greet")],
    "net": ["tiny" in said("list", "nets"), "bias" in said("list", "fields", "--net", "tiny")],
    "data set": ["stripes" in said("list", "data")],
    "study": ["Does momentum help?" in said("list", "studies"), "momentum" in said("show", "study", "momentum", "--quick")],
    "proof": ["one is one" in said("list", "proofs")],
    "probe of a new kind": ["counting" in said("probe", "--help"), "--with" in said("probe", "counting", "--help")],
    "heatmap probe": ["how bright a pixel is" in said("probe", "brightness", "--help")],
    "weight": ["torch" not in sys.modules],
}
Path("notes.txt").write_text("nothing")
Path("runs.scribe").write_text("a 0.5\\na 0.6\\na 0.55\\nb 0.9\\nb 0.95\\nb 0.92\\n")
told = said("judge", "runs.scribe", "--arm", "arm", "--value", "acc", "--claim", "b > a by 0.01")
found["another program's log"] = ["supported" in told]
other = CliRunner().invoke(app, ["judge", "notes.txt", "--arm", "arm", "--value", "acc", "--claim", "b > a"])
found["another program's log"].append("a file of Scribe (.scribe)" in str(other.exception or other.output))
net = st.build("tiny", {"bias": False}, (8, 8, 1), 2)
found["net"].append(len(list(net.parameters())) == 1)
found["proof"].append(st.prove("one-is-one", number=2).holds)
said("prove", "one-is-one", "--html", "p.html")
found["proof"].append("One is one" in Path("p.html").read_text())
st.train(st.Recipe(net="tiny", data="stripes", epochs=1), "run")
from striate.reports.study.methods import methods_of
from striate.reports.study.records import read_study
from striate.studies.claims.rarer import Rarer
base = st.Recipe(net="tiny", data="stripes", epochs=1)
st.study(st.Study("rare", "Is it?", base, (st.Arm("run"),), (Rarer("is", "It is rarer"),), (0,)), "rare", workers=1)
text = methods_of(read_study(Path("rare"))).text()
said_of_it = ("Arms were compared by a look.", "0.5 of all for “is”.", "It is rarer: supported")
found["kind of claim"] = [sentence in text for sentence in said_of_it]
for name, kind, option in (("brightness", "heatmap probe", "power=2"), ("counting", "probe of a new kind", "most=3")):
    said("probe", name, "run", "stripes:0-1", "--with", option, "--quick", "--out", name)
    found[kind].append(callable(getattr(st.probe, name)))
    found[kind].append(option.partition("=")[2] in Path(name, "index.html").read_text())
from striate.app.serve.place import Place
from striate.app.serve.views.controls import probes
from striate.app.serve.views.inside import Inside
found["heatmap probe"].append("brightness" in [one["name"] for one in probes({})])
asked = {"net": "run", "probe": "brightness", "image": "stripes:0", "class": "1"}
found["heatmap probe"].append("brightness run stripes:0 --class 1" in Inside(Place(Path())).look(asked)["command"])
found["heatmap probe"].append("How bright it is" in Path("brightness", "index.html").read_text())
print(json.dumps(found))
"""


def grown(folder: Path) -> Path:
    """Return a copy of the sources in ``folder`` to which one of each kind was added."""
    copied = folder / "src" / "striate"
    shutil.copytree(ROOT / "src" / "striate", copied, ignore=shutil.ignore_patterns("__pycache__"))
    for module, text, (catalogue, lines) in NEW.values():
        assert not (copied / module).exists()
        (copied / module).write_text(text, encoding="utf-8")
        rows = (copied / catalogue).read_text(encoding="utf-8")
        for before, line in lines.items():
            assert rows.count(before) == 1, f"{catalogue} has no line {before} any more"
            rows = rows.replace(before, line + before)
        (copied / catalogue).write_text(rows, encoding="utf-8")
    return copied.parent


@pytest.mark.slow
def test_one_of_each_kind_is_found_wherever_it_should_be(tmp_path: Path) -> None:
    surroundings = {**os.environ, "PYTHONPATH": str(grown(tmp_path)), "COLUMNS": "200"}
    words = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(words, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert {kind for kind, seen in found.items() if not all(seen)} == set(), found
    assert found.keys() - {"weight"} == NEW.keys()


def test_contributing_says_what_each_takes_and_it_is_four_files_at_most() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    told = {what: (module, row) for what, module, row in rows}
    assert NEW.keys() <= told.keys()
    for what, (_, _, (catalogue, _)) in NEW.items():
        module, row = told[what]
        assert f"`{catalogue}`" in row
        assert module.count("`") == 2  # one file; with its row, its test and CHANGELOG.md these are four
