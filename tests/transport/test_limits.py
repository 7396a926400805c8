"""`limit:` in words, and turns that keep to it."""

import asyncio

import pytest

from balie.systems.pace import Rate
from balie.transport.limits import Limits, Part, part_of, read_limits
from balie.transport.turns import TooBusy, Turns, Window


class Clock:
    """Seconds that go on when told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("text", "at_once", "rates"),
    [
        (None, 20, ()),
        ("", 20, ()),
        ("20 per second", 20, (Rate(20, 1.0),)),
        ("6000 per 5 minutes, 5 at once", 5, (Rate(6000, 300.0),)),
        ("1 at once", 1, ()),
        ("60 per minute, 5000 per day", 20, (Rate(60, 60.0), Rate(5000, 86_400.0))),
        ("100 per 2 hours", 20, (Rate(100, 7200.0),)),
    ],
)
def test_a_limit_is_read_from_words(
    text: str | None, at_once: int, rates: tuple[Rate, ...]
) -> None:
    assert read_limits(text) == Limits(at_once=at_once, rates=rates)


@pytest.mark.parametrize("text", ["fast", "5 per fortnight", "5 at once please", "per second"])
def test_words_that_are_no_limit_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r'write e\.g\. "20 per second, 5 at once"'):
        read_limits(text)


@pytest.mark.parametrize("text", ["0 per second", "0 at once", "5 per 0 minutes"])
def test_a_limit_that_leaves_no_call_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="leaves no call"):
        read_limits(text)


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 20, 100, 5999])
def test_pages_and_the_carrier_together_never_ask_more_than_is_allowed(number: int) -> None:
    whole = read_limits(f"{number} per minute, {number} at once")
    pages, carrier = part_of(whole, Part.PAGES), part_of(whole, Part.CARRIER)
    assert pages.at_once + carrier.at_once == number
    assert pages.rates[0].calls + carrier.rates[0].calls == number
    assert {one.rates[0].seconds for one in (pages, carrier)} == {60.0}
    assert 1 <= carrier.at_once <= pages.at_once
    assert part_of(whole, Part.WHOLE) == whole


def test_what_cannot_be_split_leaves_one_for_each() -> None:
    whole = read_limits("1 per second")
    assert {part_of(whole, part).rates[0].calls for part in Part} == {1}


def test_no_more_than_is_allowed_in_any_stretch_of_that_length() -> None:
    clock = Clock()
    window = Window(Rate(2, 1.0), clock)
    assert [window.take() for _ in range(5)] == [0.0, 0.0, 1.0, 1.0, 2.0]
    clock.seconds += 2.5
    assert [window.take() for _ in range(2)] == [0.0, 0.5]
    clock.seconds += 3600
    assert [window.take() for _ in range(3)] == [0.0, 0.0, 1.0]


def test_after_a_quiet_time_a_full_window_is_not_followed_by_a_second_one_at_once() -> None:
    clock = Clock()
    window = Window(Rate(60, 60.0), clock)
    made = []
    for _ in range(180):
        clock.seconds += window.take()
        made.append(clock.seconds)
    most = max(sum(at <= other < at + 60 for other in made) for at in made)
    assert most == 60


def test_a_turn_that_was_not_used_comes_back() -> None:
    window = Window(Rate(1, 10.0), Clock())
    assert window.take() == 0.0
    window.give_back()
    assert window.take() == 0.0
    assert window.take() == 10.0


def test_turns_that_nobody_waited_for_leave_the_window_as_it_was() -> None:
    clock = Clock()
    window = Window(Rate(3, 60.0), clock)
    assert [window.take() for _ in range(3)] == [0.0, 0.0, 0.0]
    for _ in range(10):
        assert window.take() == 60.0
        window.give_back()
    clock.seconds += 30
    assert window.take() == 30.0


async def test_no_more_calls_at_once_than_the_system_allows() -> None:
    turns = Turns(3, (), Clock())
    now, most = 0, 0

    async def call() -> None:
        nonlocal now, most
        async with turns.turn(5):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*(call() for _ in range(20)))
    assert (now, most) == (0, 3)


async def test_a_turn_that_takes_too_long_is_not_waited_for() -> None:
    turns = Turns(1, (Rate(1, 60.0),), Clock())
    async with turns.turn(0.01):
        with pytest.raises(TooBusy):
            async with turns.turn(0.01):
                pass
    with pytest.raises(TooBusy):
        async with turns.turn(0.01):
            pass


async def test_a_place_is_free_again_after_a_fault() -> None:
    turns = Turns(1, (), Clock())
    with pytest.raises(KeyError):
        async with turns.turn(1):
            raise KeyError
    async with turns.turn(0.01):
        pass
