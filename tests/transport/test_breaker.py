"""A system that failed three times is left alone for a while, and then tried once."""

from datetime import UTC, datetime, timedelta

from balie.transport.breaker import Breaker, Condition, Status

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Time:
    """Seconds, and the moment that goes with them."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


def made() -> tuple[Breaker, Time]:
    time = Time()
    return Breaker(time.clock, time.now), time


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.begin()
        breaker.failed()


def test_it_is_unknown_until_it_is_asked_and_up_when_it_answers() -> None:
    breaker, time = made()
    assert breaker.status == Status(Condition.UNKNOWN)
    time.seconds = 5
    breaker.succeeded()
    time.seconds = 9
    breaker.succeeded()
    assert breaker.status == Status(Condition.UP, START + timedelta(seconds=5))


def test_two_failures_are_not_enough() -> None:
    breaker, _ = made()
    fail(breaker, 2)
    assert breaker.wait() is None
    assert breaker.status.condition is Condition.UNKNOWN


def test_a_success_between_failures_starts_the_count_again() -> None:
    breaker, _ = made()
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)
    assert breaker.wait() is None
    assert breaker.status.condition is Condition.UP


def test_three_failures_open_it_for_a_second() -> None:
    breaker, time = made()
    time.seconds = 10
    fail(breaker, 3)
    assert breaker.wait() == 1.0
    assert breaker.status == Status(Condition.DOWN, START + timedelta(seconds=10))


def test_after_the_pause_one_call_probes_and_others_wait() -> None:
    breaker, time = made()
    fail(breaker, 3)
    time.seconds = 1.0
    assert breaker.wait() is None
    breaker.begin()
    assert breaker.wait() == 1.0
    breaker.succeeded()
    assert breaker.wait() is None
    assert breaker.status.condition is Condition.UP


def test_the_pause_grows_to_thirty_seconds() -> None:
    breaker, time = made()
    fail(breaker, 3)
    pauses = []
    for _ in range(7):
        pause = breaker.wait()
        assert pause is not None
        pauses.append(pause)
        time.seconds += pause
        fail(breaker)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_it_stays_down_since_the_first_time() -> None:
    breaker, time = made()
    fail(breaker, 3)
    time.seconds = 60
    fail(breaker)
    assert breaker.status == Status(Condition.DOWN, START)


def test_a_probe_that_nobody_waited_for_lets_another_try() -> None:
    breaker, time = made()
    fail(breaker, 3)
    time.seconds = 1.0
    breaker.begin()
    breaker.abandoned()
    assert breaker.wait() is None


def test_it_waits_when_the_system_says_so_but_no_longer_than_thirty_seconds() -> None:
    breaker, time = made()
    breaker.succeeded()
    breaker.asked_to_wait(7)
    assert breaker.wait() == 7.0
    breaker.asked_to_wait(3600)
    assert breaker.wait() == 30.0
    time.seconds = 30.0
    assert breaker.wait() is None
    assert breaker.status.condition is Condition.UP
