"""The collector of cyclic garbage looks seldom, and still finds what is in a circle."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from balie.site.collecting import LOOK_AFTER, settle


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Circle:
    """Holds itself, so that only the collector can take it away."""

    def __init__(self) -> None:
        self.self = self


def test_what_was_there_at_the_start_is_not_looked_through_again() -> None:
    settle()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == LOOK_AFTER


def test_circles_of_later_are_still_taken_away() -> None:
    settle()
    gone = weakref.ref(Circle())
    assert gone() is not None
    kept: list[list[object]] = [[] for _ in range(2 * LOOK_AFTER)]
    assert gone() is None, len(kept)
