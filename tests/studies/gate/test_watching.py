"""What a killed process had started is ended by the one that watches it."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from striate.studies.gate.watching import watching


def test_a_command_ends_with_the_process_that_watches_it(tmp_path: Path) -> None:
    mark = tmp_path / "ended"
    code = f"trap 'touch {mark}; exit 0' TERM; touch {tmp_path}/begun; while :; do sleep 0.05; done"
    process = subprocess.Popen(["/bin/sh", "-c", code], start_new_session=True)
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    if not os.fork():  # one that is killed while it waits
        with watching() as watch:
            watch(process.pid)
            os.kill(os.getpid(), 9)
    assert process.wait(30) == 0
    assert mark.exists()
