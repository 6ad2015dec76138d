"""A worker does one run after another; what one of them says or does not say ends no other."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from striate.studies.running.pool import Job, Worker
from striate.studies.running.process import tell


def test_an_error_longer_than_a_pipe_ends_its_run_alone() -> None:
    reading, writing = os.pipe()
    said = {"reason": "x" * 200_000}
    teller = threading.Thread(target=tell, args=(writing, said))
    worker = Worker.__new__(Worker)
    worker.results, worker._unread, worker.job = reading, b"", Job({}, Path("run"), None)
    warned: list[str] = []
    teller.start()
    while (reason := worker.result(lambda folder, text: warned.append(text))) is None:
        pass
    teller.join()
    tell(writing, {"warning": "slow"})
    tell(writing, {"reason": ""})
    assert reason == said["reason"]
    assert worker.result(lambda folder, text: warned.append(text)) == ""
    assert warned == ["slow"]
    os.close(reading)
    os.close(writing)
