"""The parts of a run, in their order. Each starts what it measures, tells, and stops it again."""

from collections.abc import Callable, Mapping

from benchmarks.accepting import accepting
from benchmarks.access import who_and_whether
from benchmarks.growing import cost_does_not_grow
from benchmarks.living import memory_and_start
from benchmarks.others import beside_others
from benchmarks.reading import reading_blueprints
from benchmarks.run import Run
from benchmarks.shares import shares_of_a_page
from benchmarks.waiting import slow_and_dead_systems

PARTS: Mapping[str, Callable[[Run], None]] = {
    "pages": beside_others,
    "shares": shares_of_a_page,
    "waiting": slow_and_dead_systems,
    "access": who_and_whether,
    "growing": cost_does_not_grow,
    "reading": reading_blueprints,
    "accepting": accepting,
    "living": memory_and_start,
}
