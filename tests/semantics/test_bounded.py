"""What is kept for speed never grows beyond its bound, whatever the number of customers."""

from balie.backstage.bounded import Bounded


def test_ten_thousand_pages_of_a_thousand_customers_stay_within_the_bound() -> None:
    kept: Bounded[tuple[int, int], bytes] = Bounded(1_000_000)
    for page in range(10):
        for customer in range(1_000):
            kept.put((customer, page), b"x" * 2_000, 2_000)
            assert kept.bytes <= 1_000_000
    assert len(kept) == 500
    assert kept.bytes == 1_000_000
    assert kept.get((999, 9)) is not None
    assert kept.get((0, 0)) is None


def test_what_was_not_used_for_longest_goes_first() -> None:
    kept: Bounded[str, int] = Bounded(3)
    for name in ("a", "b", "c"):
        kept.put(name, 1, 1)
    assert kept.get("a") == 1
    kept.put("d", 1, 1)
    assert kept.get("b") is None
    assert kept.get("a") == 1


def test_a_value_in_place_of_another_takes_its_room() -> None:
    kept: Bounded[str, int] = Bounded(10)
    kept.put("a", 1, 8)
    kept.put("a", 2, 4)
    assert (kept.get("a"), kept.bytes, len(kept)) == (2, 4, 1)
    kept.drop("a")
    assert (kept.bytes, len(kept)) == (0, 0)


def test_what_is_larger_than_the_bound_is_not_kept() -> None:
    kept: Bounded[str, int] = Bounded(0)
    kept.put("a", 1, 1)
    assert kept.get("a") is None
    assert kept.bytes == 0
