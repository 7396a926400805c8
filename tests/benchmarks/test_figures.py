"""The statistics of the benchmarks, with values worked out by hand."""

import pytest
from benchmarks.figures import Figure, percentile, short, table
from benchmarks.goals import GOALS, Goal, verdicts


def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed() -> None:
    values = [15, 20, 35, 40, 50]
    assert [percentile(values, share) for share in (0.05, 0.30, 0.40, 0.50, 1.0)] == [
        *(15, 20, 20, 35, 50)
    ]


def test_the_95th_of_a_hundred_is_the_95th() -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], 0.95) == 95


def test_a_figure_tells_its_median_and_how_far_it_ranged() -> None:
    figure = Figure([3.0, 1.0, 2.0])
    assert (figure.middle, figure.range) == (2.0, "1.00-3.00")


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.01421, "0.0142"), (1.416, "1.42"), (14.16, "14.2"), (1416, "1416"), (0, "0")],
)
def test_three_digits_are_told(value: float, said: str) -> None:
    assert short(value) == said


def test_columns_stand_under_their_heads() -> None:
    assert table(["", "ms"], [["warm", "1.5"], ["a", "10"]]) == "       ms\nwarm  1.5\na      10"


def test_a_goal_of_a_ratio_divides_ours_by_theirs() -> None:
    goal = Goal("warm", "ours", 10, 4, over="theirs")
    assert goal.value({"ours": 3.0, "theirs": 0.5}) == 6.0
    assert goal.value({"ours": 3.0}) is None


def test_what_was_not_measured_is_not_met() -> None:
    assert verdicts({}).count(" met") == 0
    assert verdicts({}).count("not measured") >= len(GOALS)


def test_a_goal_that_is_just_reached_is_met_and_one_above_it_is_not() -> None:
    line = {
        seconds: next(r for r in verdicts({"start": seconds}).splitlines() if "first page" in r)
        for seconds in (3.0, 3.01)
    }
    assert line[3.0].endswith(" met")
    assert line[3.01].endswith("NOT MET")
