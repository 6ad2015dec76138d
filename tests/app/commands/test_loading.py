"""Commands come from the catalogue, and each is loaded when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from striate.app.cli import app
from striate.app.commands.catalog import ENTRIES, GROUPS


def test_every_command_is_listed_where_its_name_says() -> None:
    for word in ("", *GROUPS):
        lines = CliRunner().invoke(app, [*word.split(), "--help"], env={"COLUMNS": "80"}).output.splitlines()
        told = [line.split()[0] for line in lines[lines.index("Commands:") + 1 :] if line[2:3] != " "]
        names = [entry.name.split() for entry in ENTRIES]
        own = [name[1] for name in names if name[0] == word] if word else [name[0] for name in names]
        assert told == list(dict.fromkeys(own))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_summary_begins_the_help(entry) -> None:
    assert (entry.function().__doc__ or "").startswith(entry.summary)


def test_an_unknown_command_is_answered_with_the_nearest(run) -> None:
    code, _, err = run("studdy")
    assert code == 2
    assert "Did you mean 'study'?" in err
    assert "Did you mean 'gradcam'?" in run("probe", "gradcan")[2]


def test_help_loads_no_command_and_a_command_no_other() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from striate.app.cli import app\n"
        "for words in (['--help'], ['list', '--help'], ['list', 'nets', '--help']):\n"
        "    CliRunner().invoke(app, words)\n"
        "    print(*sorted(m.rpartition('.')[2] for m in sys.modules if m.startswith('striate.app.commands.')))\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["catalog loading", "catalog loading", "catalog list loading look", "False"]
