#!/usr/bin/env bash
# ray 2.60.0: ray.init that finds no cluster, and says so by raising, has replaced the process's answer to SIGTERM all the same.
#
# ray.init is documented to take SIGTERM for itself. One would have guessed that this holds while it is connected, and that what
# failed to begin leaves nothing behind. It takes the signal before it looks for a cluster, and neither an exception nor
# ray.shutdown gives it back. So a program that tries a cluster, catches the ConnectionError and goes on by itself no longer
# saves its work when it is told to end: its handler is not called, and it exits with the number of the signal as its code, where
# a process that was ended by SIGTERM has the status -15. Seen:
#
#     own handler: saved; status 0
#     own handler, ray.init without a cluster: ConnectionError; status 15
#     own handler, ray.init and ray.shutdown: status -15
#     no handler: status -15
#     no handler, ray.init without a cluster: ConnectionError; status 15
#
# No Ray may run on the machine meanwhile.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check ray==2.60.0
cat > "$work/one.py" <<'PYTHON'
import os
import signal
import sys
import time


def saves(number, frame):
    print("saved", flush=True)
    sys.exit(0)


handler, begins = sys.argv[1:3]
if handler == "own":
    signal.signal(signal.SIGTERM, saves)
if begins != "nothing":
    import ray
if begins == "absent":
    try:
        ray.init("auto", log_to_driver=False)
    except ConnectionError as error:
        print(type(error).__name__, flush=True)
if begins == "local":
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    ray.shutdown()
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(5)
PYTHON
cat > "$work/run.py" <<'PYTHON'
import os
import subprocess
import sys

SCRIPT, folder = sys.argv[1:3]
quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": folder}
for told, words in (
    ("own handler", ("own", "nothing")),
    ("own handler, ray.init without a cluster", ("own", "absent")),
    ("own handler, ray.init and ray.shutdown", ("own", "local")),
    ("no handler", ("none", "nothing")),
    ("no handler, ray.init without a cluster", ("none", "absent")),
):
    given = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")} | quiet
    ended = subprocess.run([sys.executable, SCRIPT, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=given)
    said = [line for line in ended.stdout.splitlines() if line in ("saved", "ConnectionError")]
    print(f"{told}: {'; '.join([*said, f'status {ended.returncode}'])}")
PYTHON
seen=$("$work/env/bin/python" "$work/run.py" "$work/one.py" "$work")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
