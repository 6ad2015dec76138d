"""The cores of the machine are shared out among the workers."""

from __future__ import annotations

from striate.studies.running.pool import workers_and_threads


def test_all_cores_are_shared_out() -> None:
    from striate.studies.running.pool import cores

    assert workers_and_threads(100, gpu=False) == (cores(), 1)
    assert workers_and_threads(1, gpu=False) == (1, cores())
    assert workers_and_threads(100, gpu=True)[0] == 1
