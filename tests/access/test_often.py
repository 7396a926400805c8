"""How often one sign-in may ask: a minute's worth at once, and then one after each pause."""

import timeit
from collections.abc import Callable

from balie.access import often as module
from balie.access.often import Often


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_a_minutes_worth_at_once_and_then_one_after_each_pause() -> None:
    clock = Hands()
    often = Often(60, clock)
    assert [often.wait("a") for _ in range(60)] == [0] * 60
    assert often.wait("a") == 1
    clock.at += 0.99
    assert often.wait("a") == 1
    clock.at += 0.01
    assert (often.wait("a"), often.wait("a")) == (0, 1)
    clock.at += 60
    assert [often.wait("a") for _ in range(61)] == [0] * 60 + [1]


def test_whoever_must_wait_does_not_wait_longer_by_asking() -> None:
    clock = Hands()
    often = Often(60, clock)
    told = [often.wait("a") for _ in range(1_000)]
    assert set(told[60:]) == {1}
    clock.at += 1
    assert often.wait("a") == 0


def test_one_sign_in_takes_nothing_from_another_and_none_is_not_counted() -> None:
    often = Often(60, Hands())
    for _ in range(100):
        often.wait("a")
    assert often.wait("a") > 0
    assert often.wait("b") == 0
    assert [often.wait("") for _ in range(100)] == [0] * 100


def test_what_is_remembered_stays_small_and_whoever_asks_most_is_not_forgotten() -> None:
    clock = Hands()
    often = Often(60, clock)
    for _ in range(100):
        often.wait("the one")
    for other in range(module._MOST * 2):
        often.wait(f"other {other}")
    assert len(often) <= module._MOST
    assert often.wait("the one") > 0
    clock.at += 120
    for other in range(module._MOST):
        often.wait(f"later {other}")
    assert len(often) <= module._MOST


def test_it_costs_next_to_nothing() -> None:
    """Two microseconds on a machine of its own; a busy one gets ten times that."""
    often = Often(1_000_000)
    ask: Callable[[], int] = lambda: often.wait("a")  # noqa: E731
    assert min(timeit.repeat(ask, number=10_000, repeat=5)) / 10_000 < 20e-6
