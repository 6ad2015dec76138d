#!/usr/bin/env bash
# typer 0.29.1 with click 8.5.1 beside it: an exception of Typer is none of Click's, and a program that catches
# click.UsageError, or asks a Typer command for click.Command, does not meet what Typer raises and makes.
#
# Typer was built on Click for years, and its BadParameter was Click's own class. In this version it brings a copy of Click's
# code as a package of its own, so both names exist and neither is a subclass of the other. One would have guessed that a
# handler for Click's usage errors, as many programs around Typer have it, still catches them. Seen:
#
#     typer.BadParameter is a click.UsageError: False
#     a typer command is a click.Command: False
#     caught by `except click.UsageError`: False, by `except typer.BadParameter`: True
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check typer==0.29.1 click==8.5.1
cat > "$work/run.py" <<'PYTHON'
import click
import typer

app = typer.Typer()


@app.command()
def add(number: int) -> None:
    print(number)


command = typer.main.get_command(app)
print("typer.BadParameter is a click.UsageError:", issubclass(typer.BadParameter, click.UsageError))
print("a typer command is a click.Command:", isinstance(command, click.Command))


def caught(kind: type[BaseException]) -> bool:
    try:
        command.main(["three"], standalone_mode=False)
    except kind:
        return True
    except BaseException:
        return False
    return False


print(
    f"caught by `except click.UsageError`: {caught(click.UsageError)}, "
    f"by `except typer.BadParameter`: {caught(typer.BadParameter)}"
)
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$'typer.BadParameter is a click.UsageError: False\na typer command is a click.Command: False\ncaught by `except click.UsageError`: False, by `except typer.BadParameter`: True'
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
