"""What a program that works unattended is told: its commands run as they stand, and every command speaks JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from documents import blocks, commands, words
from striate.app.cli import app
from striate.app.commands import gate

ROOT = Path(__file__).parents[2]
SKILL, LLMS = ROOT / "docs" / "skill" / "SKILL.md", ROOT / "llms.txt"
TABLE = "model,seed,test_acc\n" + "".join(
    f"{arm},{seed},{start + seed / 500}\n" for arm, start in (("narrow", 0.8), ("wide", 0.9)) for seed in range(4)
)


def every_command() -> dict[str, Any]:
    """Return the commands by their words: "show net", "study"."""
    found: dict[str, Any] = {}
    left: list[tuple[str, Any]] = [("", typer.main.get_command(app))]
    while left:
        name, one = left.pop()
        inner = one.list_commands(None) if hasattr(one, "list_commands") else ()
        left += [(f"{name} {word}".strip(), one.get_command(None, word)) for word in inner]
        if not inner:
            found[name] = one
    return found


def test_every_command_has_json() -> None:
    found = every_command()
    assert {"gate", "judge", "study", "show net", "probe gradcam"} & found.keys() >= {
        "gate",
        "judge",
        "study",
        "show net",
    }
    assert [name for name, one in found.items() if "--json" not in {o for p in one.params for o in p.opts}] == []


def test_the_exit_codes_of_a_gate_are_those_that_are_told() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (\w+)", SKILL.read_text(encoding="utf-8"), re.MULTILINE))
    assert {code: table[str(code)] for code in gate.ANSWERED.values()} == {v: k for k, v in gate.ANSWERED.items()}
    assert str(gate.REFUSED) in table
    told = LLMS.read_text(encoding="utf-8")
    for answer, code in gate.ANSWERED.items():
        assert f"{code} {answer}" in told


@pytest.mark.slow
@pytest.mark.parametrize("document", [SKILL, LLMS], ids=lambda path: path.name)
def test_the_commands_run_as_they_stand(document: Path, tmp_path: Path) -> None:
    program = next(content for language, content in blocks(SKILL.read_text(encoding="utf-8")) if language == "python")
    (tmp_path / "train.py").write_text(program, encoding="utf-8")
    (tmp_path / "runs.csv").write_text(TABLE, encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    shown = commands(document.read_text(encoding="utf-8"))
    assert shown
    for command in shown:
        program, *arguments = words(command)
        assert program == "striate"
        done = subprocess.run(
            [sys.executable, "-m", "striate", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if "--json" in arguments:
            record = json.loads(done.stdout)
            if arguments[0] in ("gate", "judge"):
                assert record["verdicts"][0]["answer"] == "supported", command


def test_what_the_skill_says_of_the_record_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import striate as st

    monkeypatch.chdir(tmp_path)
    made = st.gate("echo v: 1.{seed} #", "echo v: 2.{seed}5 #", "v: (.*)", "g", seeds=3)
    record: Any = {**made.to_json(), "folder": "g"}
    told = SKILL.read_text(encoding="utf-8").partition("In the JSON: ")[2].partition("\n\n")[0]
    compared = record["verdicts"][0]["comparisons"][0]
    for name in re.findall(r"`([a-z_0-9.\[\]]+)`", told):
        place = compared if name in compared else {**record, "night": {"level": 0.01}}
        for part in re.findall(r"[a-z_]+|\d+", name):
            place = place[int(part) if part.isdigit() else part]
