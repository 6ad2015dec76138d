"""Work is shared in order, OpenBLAS's number is put back, also after an error, and the results do not depend on it."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from striate.scratch.fast.threads import on_threads, set_threads, threads
from striate.scratch.layers.convolution import conv_backward, conv_forward


@pytest.fixture(autouse=True)
def number() -> Iterator[int]:
    """Two threads during the test, where the library can be told, and what was set before afterwards."""
    before = threads()
    set_threads(2)
    yield threads()
    set_threads(before)


def test_the_number_of_the_wheel_can_be_read_and_set() -> None:
    assert "openblas" in np.show_config("dicts")["Build Dependencies"]["blas"]["name"]
    set_threads(1)
    assert threads() == 1
    set_threads(2)
    assert threads() == 2


def test_each_thread_gets_one_run_of_items_and_the_order_stays() -> None:
    assert on_threads(range(7), list) == [[0, 1, 2], [3, 4, 5, 6]]
    assert on_threads(range(1), list) == [[0]]
    assert on_threads(range(0), list) == [[]]


def test_the_runs_are_worked_on_at_once_by_products_of_one_thread() -> None:
    both = threading.Barrier(2, timeout=20)

    def work(items: Sequence[int]) -> int:
        both.wait()
        return threads()

    assert on_threads(range(2), work) == [1, 1]
    assert threads() == 2


def test_the_number_is_put_back_after_an_error() -> None:
    def work(items: Sequence[int]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        on_threads(range(2), work)
    assert threads() == 2


def _sum_in_child(pipe: multiprocessing.connection.Connection) -> None:
    pipe.send(on_threads(range(4), sum))


@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_child_makes_threads_of_its_own() -> None:
    on_threads(range(2), list)
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_sum_in_child, args=(theirs,))
    child.start()
    assert ours.poll(60)
    assert sum(ours.recv()) == 6
    child.join()


@pytest.mark.parametrize("kernel", [3, 5])
def test_the_number_of_threads_changes_no_output(kernel: int) -> None:
    rng = np.random.default_rng(0)
    x, w = (rng.normal(size=s).astype(np.float32) for s in ((5, 32, 32, 32), (32, 32, kernel, kernel)))
    two, cache = conv_forward(x, w, padding=1)
    dx, dw, _ = conv_backward(two, cache)
    set_threads(1)
    one, cache = conv_forward(x, w, padding=1)
    np.testing.assert_array_equal(two, one)
    dx_one, dw_one, _ = conv_backward(one, cache)
    np.testing.assert_array_equal(dx, dx_one)
    # The sum over the batch is in another order: one partial sum for each thread.
    np.testing.assert_allclose(dw, dw_one, rtol=0, atol=1e-5 * np.abs(dw).max())
