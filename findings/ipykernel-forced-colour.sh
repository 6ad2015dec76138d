#!/usr/bin/env bash
# ipykernel 7.0.1 and rich 14.2.0: what a notebook's cell pipes from a program comes with escape sequences, and with a bar
# that is drawn anew as on a terminal.
#
# The kernel sets FORCE_COLOR=1 in its own environment, so every program that a cell starts inherits it. Such a program writes
# into a pipe, as its isatty() says; rich takes the variable for a terminal, colours included, and draws a moving bar.
# One would have guessed that a pipe from a cell is like a pipe from a shell. Seen:
#
#     stdout is a terminal: False
#     FORCE_COLOR: 1
#     rich takes it for a terminal: True
#
# Without the variable (the last cell) rich says False.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check ipykernel==7.0.1 nbclient==0.10.2 nbformat==5.10.4 rich==14.2.0
cat > "$work/says.py" <<'PYTHON'
import os
import sys

from rich.console import Console

print("stdout is a terminal:", sys.stdout.isatty())
print("FORCE_COLOR:", os.environ.get("FORCE_COLOR"))
print("rich takes it for a terminal:", Console().is_terminal)
PYTHON
cat > "$work/run.py" <<'PYTHON'
import nbformat
from nbclient import NotebookClient

cells = ["%%sh\npython says.py", "%%sh\nenv -u FORCE_COLOR python says.py"]
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
NotebookClient(book, kernel_name="python3").execute()
for cell in book.cells:
    print("".join(output["text"] for output in cell.outputs if output.get("name") == "stdout"))
PYTHON
cd "$work"
export PATH="$work/env/bin:$PATH" IPYTHONDIR="$work/ipython"
unset FORCE_COLOR
seen=$(python run.py 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$'stdout is a terminal: False\nFORCE_COLOR: 1\nrich takes it for a terminal: True\n\nstdout is a terminal: False\nFORCE_COLOR: None\nrich takes it for a terminal: False'
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
