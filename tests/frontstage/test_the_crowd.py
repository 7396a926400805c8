"""How much everybody may send: nobody floods a system or a mailbox, and nobody is locked out."""

from datetime import timedelta

from balie.frontstage.crowd import Allowance, Crowd
from tests.semantics.world import Hands


def crowd(hands: Hands, **allowances: Allowance) -> Crowd:
    return Crowd(hands.now, **allowances)


def test_one_network_sends_ten_and_then_one_in_two_minutes() -> None:
    hands = Hands()
    here = crowd(hands)
    assert [here.let_in("192.0.2.1") for _ in range(11)] == [None] * 10 + ["120"]
    assert here.let_in("192.0.2.2") is None
    hands.on(seconds=119)
    assert here.let_in("192.0.2.1") == "1"
    hands.on(seconds=1)
    assert here.let_in("192.0.2.1") is None
    assert here.let_in("192.0.2.1") == "120"


def test_what_is_refused_does_not_count() -> None:
    hands = Hands()
    here = crowd(hands, by_one=Allowance(1, timedelta(seconds=10)))
    assert here.let_in("192.0.2.1") is None
    assert {here.let_in("192.0.2.1") for _ in range(50)} == {"10"}
    hands.on(seconds=10)
    assert here.let_in("192.0.2.1") is None


def test_the_addresses_of_one_home_are_one_network() -> None:
    here = crowd(Hands(), by_one=Allowance(1, timedelta(minutes=1)))
    assert here.let_in("2001:db8:1:2::1") is None
    assert here.let_in("2001:db8:1:2:ffff::9") == "60"
    assert here.let_in("2001:db8:1:3::1") is None
    assert here.let_in("::ffff:192.0.2.7") is None
    assert here.let_in("::ffff:192.0.2.8") is None


def test_nobody_is_locked_out_by_who_sends_in_their_name() -> None:
    here = crowd(Hands())
    sent = [here.let_in("192.0.2.66", "noor@example.nl") for _ in range(6)]
    assert sent == [None] * 5 + ["600"]
    assert here.let_in("192.0.2.1", "noor@example.nl") is None


def test_a_flood_from_everywhere_is_over_a_second_after_it_ends() -> None:
    hands = Hands()
    here = crowd(hands)
    answers = [here.let_in(f"10.0.{n // 250}.{n % 250}") for n in range(500)]
    assert answers == [None] * 120 + ["1"] * 380
    hands.on(seconds=1)
    assert here.let_in("192.0.2.1") is None


def test_no_more_is_remembered_than_fits() -> None:
    hands = Hands()
    here = crowd(hands, in_all=Allowance(10**9, timedelta(microseconds=1)))
    for number in range(21_000):
        here.let_in(f"client {number}")
    assert len(here) == 20_000
    hands.on(minutes=2)
    here.let_in("one more")
    assert len(here) == 2  # of everybody, and of this one
