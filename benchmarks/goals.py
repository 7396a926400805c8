"""The goals, as the design sets them, each with what was measured beside it.

A part of the run tells what it found by name; a goal says which of those it is about. What was not
measured is "not measured": it is not met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figures import short, table

Found = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Goal:
    """Less is better. over: what the figure is divided by, when it is a ratio."""

    about: str
    what: str
    first: float | None
    then: float
    over: str = ""
    unit: str = ""

    def value(self, found: Found) -> float | None:
        """What was measured, or None."""
        value, under = found.get(self.what), found.get(self.over) if self.over else 1.0
        return None if value is None or not under else value / under


def _ratios() -> Sequence[Goal]:
    """The page's CPU against each peer's, as JSON and as HTML."""
    against = (
        ("cold", "minimal ASGI", 2.5, 1.5),
        ("cold", "Node fastify", 1.0, 0.5),
        ("cold, unchanged", "Node fastify", None, 0.25),
        ("cold", "Django + DRF", 0.1, 0.07),
        ("warm", "nginx, static", 10, 4),
        ("warm", "Hive, from its cache", 0.2, 0.1),
    )
    return [
        Goal(
            f"{state} page CPU, {form}, against {peer}",
            f"{state} {form} Balie",
            first,
            then,
            over=f"{state.partition(',')[0]} {_form(peer, form)} {peer}",
        )
        for state, peer, first, then in against
        for form in ("JSON", "HTML")
        if not (peer.startswith("Hive") and form == "HTML")
    ]


def _form(peer: str, form: str) -> str:
    return "JSON" if peer.startswith("Hive") else form


GOALS: Sequence[Goal] = (
    *_ratios(),
    Goal("warm page CPU, HTML, against hello on the same server (T5)",
         "warm HTML beside hello", 10, 10, over="hello"),
    Goal("a known page with the ERP at 800 ms, p95", "known p95", 100, 50, unit="ms"),
    Goal("cold, 4 sources at 50 ms, 16 at once, p95, x the slowest source", "4 sources p95", 2,
         1.3, over="slowest source"),
    Goal("one source dead, breaker open, p95, x without", "dead p95", 1.1, 1.1, over="alive p95"),
    Goal("session and access check of a request", "session and access", 40, 40, unit="us"),
    Goal("read and check a blueprint of 12 steps", "check 12", 20, 20, unit="ms"),
    Goal("read and check a blueprint of 1,000 steps", "check 1000", 1000, 1000, unit="ms"),
    Goal("memory, idle", "memory idle", 200, 150, unit="MB"),
    Goal("start to first page", "start", 3, 2, unit="s"),
)  # fmt: skip


def verdicts(found: Found) -> str:
    """The table of goals with what was measured."""
    rows = [_row(goal, goal.value(found)) for goal in GOALS]
    return table(["goal", "measured", "first", "then", "first is"], rows)


def _row(goal: Goal, value: float | None) -> list[str]:
    unit = f" {goal.unit}" if goal.unit else ""
    said = "not measured" if value is None else short(value) + unit
    first = "-" if goal.first is None else f"{goal.first:g}{unit}"
    if goal.first is None:
        met = "no goal yet"
    elif value is None:
        met = "not measured"
    else:
        met = "met" if value <= goal.first else "NOT MET"
    return [goal.about, said, first, f"{goal.then:g}{unit}", met]
