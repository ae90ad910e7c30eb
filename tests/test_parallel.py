"""Parallel: results of all calls, whoever makes them, and also when a worker dies."""

import os
from functools import partial
from pathlib import Path

import pytest

from tco.inputs import InputError
from tco.parallel import MOST_DEATHS, results_of


def double(number):
    return 2 * number


def die_once(directory, number):
    """End the process at once, as the system does that runs out of memory, but only the first time."""
    mark = Path(directory) / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os._exit(1)
    return 2 * number


def die(number):
    os._exit(number)


@pytest.mark.parametrize("workers", [1, 2])
def test_each_call_has_its_result(workers):
    """Ten calls, each once, in this process or in two others."""
    found = list(results_of(double, [(n,) for n in range(10)], workers=workers))
    assert sorted(found) == [(n, 2 * n) for n in range(10)]


def test_no_calls_have_no_results():
    """Nothing to do is done at once."""
    assert list(results_of(double, [], workers=2)) == []


def test_what_a_dead_worker_had_is_done_again(tmp_path):
    """A process dies in the fourth call: all ten results are there all the same, each once."""
    found = list(results_of(partial(die_once, str(tmp_path)), [(n,) for n in range(10)], workers=2))
    assert (tmp_path / "died").exists()
    assert sorted(found) == [(n, 2 * n) for n in range(10)]


def test_calls_that_end_every_worker_are_given_up():
    """One sentence, not an endless loop."""
    with pytest.raises(InputError, match=f"workers died {MOST_DEATHS} times; 1 of 1 calls are left"):
        list(results_of(die, [(1,)], workers=2))


def test_no_workers_are_refused():
    """The message says the rule and the number."""
    with pytest.raises(InputError, match="workers must be 1 or more; got 0"):
        list(results_of(double, [(1,)], workers=0))


def test_an_error_of_a_call_is_the_callers():
    """What a call raises comes out, in this process and from another one."""
    for workers in (1, 2):
        with pytest.raises(TypeError):
            list(results_of(double, [(None,)], workers=workers))
