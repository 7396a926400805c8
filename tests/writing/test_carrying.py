"""Each errand is carried at least once, and done once, whatever fails and whoever is killed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balie.backstage.actions import Action, ActionState, Errand, ErrandState
from balie.backstage.carrying import Carrier
from balie.systems.errors import AsksAPerson, Crowded, Misconfigured, Refused
from balie.systems.writing import How, Repeat
from tests.writing.world import (
    START,
    HeldActions,
    HeldSystem,
    Killed,
    NoUploads,
    Time,
    lost,
    unheard,
)

FIND, HEADER = Repeat(How.FIND, "clientReference"), Repeat(How.HEADER, "Idempotency-Key")
NATURAL, A_PERSON = Repeat(How.NATURAL_KEY, "id"), Repeat(How.A_PERSON)


def errand(number: int, system: str = "crm", **more: object) -> Errand:
    made = Errand(
        id=f"a1:{number}",
        action="a1",
        number=number,
        system=system,
        table="cases",
        is_master=number == 1,
        fields={"city": "Utrecht"},
        give_up=START + timedelta(hours=24),
        goes_to="service",
    )
    return replace(made, **more)


def action(*errands: Errand) -> Action:
    return Action(
        id="a1",
        reference="R7K2",
        step="ask-return",
        version="v1",
        person="p1",
        acting_for=None,
        language="nl",
        token="t1",
        digest="d1",
        at=START,
        errands=errands,
    )


class Scene:
    """One action on its way through simulated time."""

    def __init__(self, *errands: Errand, repeat: Repeat = FIND) -> None:
        self.time = Time()
        self.actions = HeldActions()
        self.systems = {"crm": HeldSystem(), "erp": HeldSystem()}
        self.actions.kept["a1"] = action(*(errands or (errand(1),)))
        self.actions.progress["a1"] = {}
        self.carrier = Carrier(
            actions=self.actions,
            uploads=NoUploads(),
            writers=self.systems,
            repeats=lambda _system, _table: repeat,
            now=self.time.now,
            jitter=lambda: 1.0,
        )

    async def to_the_end(self, most: int = 400) -> None:
        """Carries, waits as long as it says, and carries on after every kill."""
        for _ in range(most):
            try:
                pause = await self.carrier.carry("a1")
            except Killed:
                continue
            if pause is None:
                return
            self.time.passes(pause + 0.001)
        raise AssertionError("it never ends")

    def state(self, number: int) -> ErrandState:
        return self.actions.progress["a1"][f"a1:{number}"].state

    async def shown(self) -> ActionState:
        receipt = await self.actions.carry("a1")
        assert receipt is not None
        return receipt.state


def raising(*faults: "Exception | BaseException | None") -> Iterator["BaseException | None"]:
    yield from faults
    while True:
        yield None


def mishaps(system: HeldSystem, when: str, *faults: "BaseException | None") -> None:
    """At the first calls of this moment, these faults."""
    left = raising(*faults)

    def mishap(moment: str) -> None:
        if moment == when and (fault := next(left)) is not None:
            raise fault

    system.mishap = mishap


async def test_what_is_well_is_done_once_and_settled() -> None:
    scene = Scene()
    await scene.to_the_end()
    assert scene.systems["crm"].effects == ["a1-1"]
    assert await scene.shown() is ActionState.SETTLED


@pytest.mark.parametrize("repeat", [FIND, HEADER, NATURAL])
async def test_a_lost_reply_is_asked_again_and_done_once(repeat: Repeat) -> None:
    scene = Scene(errand(1, row="R1" if repeat is NATURAL else None), repeat=repeat)
    mishaps(scene.systems["crm"], "after", lost(), lost())
    await scene.to_the_end()
    assert scene.systems["crm"].effects == ["a1-1"]
    assert scene.state(1) is ErrandState.DONE


async def test_a_lost_reply_of_a_system_that_cannot_be_asked_twice_is_for_a_person() -> None:
    scene = Scene(repeat=A_PERSON)
    mishaps(scene.systems["crm"], "after", lost())
    await scene.to_the_end()
    assert scene.systems["crm"].effects == ["a1-1"]
    assert scene.state(1) is ErrandState.UNCERTAIN
    assert await scene.shown() is ActionState.ATTENTION


async def test_what_certainly_did_not_arrive_is_sent_again_also_there() -> None:
    scene = Scene(repeat=A_PERSON)
    mishaps(scene.systems["crm"], "before", unheard(), unheard())
    await scene.to_the_end()
    assert scene.systems["crm"].effects == ["a1-1"]
    assert scene.state(1) is ErrandState.DONE


async def test_pauses_grow_from_a_second_to_ten_minutes() -> None:
    scene = Scene()
    mishaps(scene.systems["crm"], "before", *(unheard() for _ in range(12)))
    pauses = []
    while (pause := await scene.carrier.carry("a1")) is not None:
        pauses.append(pause)
        scene.time.passes(pause)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]


async def test_a_system_that_stays_away_is_given_up_when_the_blueprint_says_so() -> None:
    scene = Scene()
    mishaps(scene.systems["crm"], "before", *(unheard() for _ in range(1000)))
    await scene.to_the_end()
    assert scene.state(1) is ErrandState.STUCK
    assert START + timedelta(hours=24) <= scene.time.at <= START + timedelta(hours=24, minutes=10)
    assert await scene.shown() is ActionState.ATTENTION


async def test_a_follower_waits_for_its_master_and_a_refusal_drops_it() -> None:
    scene = Scene(errand(1), errand(2, "erp"))
    mishaps(scene.systems["crm"], "before", unheard(), Refused("This address does not exist."))
    await scene.carrier.carry("a1")
    assert "a1:2" not in scene.actions.progress["a1"] or scene.systems["erp"].effects == []
    await scene.to_the_end()
    assert (scene.state(1), scene.state(2)) == (ErrandState.REFUSED, ErrandState.DROPPED)
    assert scene.systems["erp"].effects == []
    assert await scene.shown() is ActionState.REFUSED


async def test_a_question_of_a_system_waits_for_a_person_and_drops_nothing() -> None:
    scene = Scene(errand(1), errand(2, "erp"))
    mishaps(scene.systems["crm"], "before", AsksAPerson("It warns: are you sure?"))
    await scene.to_the_end()
    assert scene.state(1) is ErrandState.ASKS
    assert scene.systems["crm"].effects == scene.systems["erp"].effects == []
    assert await scene.shown() is ActionState.ATTENTION


async def test_a_follower_that_is_away_leaves_the_master_passed_on() -> None:
    scene = Scene(errand(1), errand(2, "erp"))
    mishaps(scene.systems["erp"], "before", unheard())
    await scene.carrier.carry("a1")
    assert await scene.shown() is ActionState.PASSED_ON
    await scene.to_the_end()
    assert await scene.shown() is ActionState.SETTLED


async def test_a_refused_follower_goes_to_a_person_and_keeps_the_master() -> None:
    scene = Scene(errand(1), errand(2, "erp"))
    mishaps(scene.systems["erp"], "before", Refused("It says no."))
    await scene.to_the_end()
    assert (scene.state(1), scene.state(2)) == (ErrandState.DONE, ErrandState.REFUSED)
    assert await scene.shown() is ActionState.ATTENTION


async def test_a_row_that_changed_meanwhile_is_not_overwritten() -> None:
    scene = Scene(errand(1, row="R1", shown={"city": "Zeist"}), errand(2, "erp"), repeat=NATURAL)
    scene.systems["crm"].rows["R1"] = {"city": "Almere"}
    await scene.to_the_end()
    assert scene.systems["crm"].rows["R1"] == {"city": "Almere"}
    assert scene.actions.progress["a1"]["a1:1"].now == {"city": "Almere"}
    assert scene.state(2) is ErrandState.DROPPED
    assert await scene.shown() is ActionState.CONFLICT


async def test_a_wrong_key_waits_for_staff_and_goes_on_by_itself() -> None:
    scene = Scene()
    mishaps(scene.systems["crm"], "before", Misconfigured("The key is wrong."))
    assert await scene.carrier.carry("a1") == 60
    await scene.to_the_end()
    assert scene.state(1) is ErrandState.DONE


@pytest.mark.parametrize(
    ("rows", "state", "row"),
    [
        ({"K1": {"number": "10042"}}, ErrandState.DONE, "K1"),
        ({}, ErrandState.REFUSED, None),
        ({"K1": {"number": "10042"}, "K2": {"number": "10042"}}, ErrandState.REFUSED, None),
    ],
)
async def test_a_follower_takes_exactly_one_row(
    rows: dict[str, dict[str, object]], state: ErrandState, row: str | None
) -> None:
    scene = Scene(errand(1), errand(2, "erp", link={"number": "10042"}), repeat=NATURAL)
    scene.systems["erp"].rows.update(rows)
    await scene.to_the_end()
    assert scene.state(2) is state
    assert scene.actions.progress["a1"]["a1:2"].row == row


async def test_a_look_that_fails_has_done_nothing_yet() -> None:
    scene = Scene(errand(1), errand(2, "erp", link={"number": "10042"}), repeat=A_PERSON)
    scene.systems["erp"].rows["K1"] = {"number": "10042"}
    mishaps(scene.systems["erp"], "looking", lost())
    await scene.to_the_end()
    assert scene.state(2) is ErrandState.DONE


async def test_a_later_one_to_the_same_system_waits_for_the_one_before_it() -> None:
    scene = Scene(errand(1))
    second = replace(
        action(replace(errand(1), id="a2:1", action="a2")), id="a2", token="t2", order_with="p1"
    )
    scene.actions.kept["a1"] = replace(scene.actions.kept["a1"], order_with="p1")
    scene.actions.kept["a2"], scene.actions.progress["a2"] = second, {}
    mishaps(scene.systems["crm"], "before", unheard(), unheard())
    assert await scene.carrier.carry("a1") == 1
    assert await scene.carrier.carry("a2") == 2  # a second after the one before it
    assert scene.systems["crm"].effects == []
    await scene.to_the_end()
    assert await scene.carrier.carry("a2") is None
    assert scene.systems["crm"].effects == ["a1-1", "a2-1"]


async def test_a_system_that_answers_again_gets_what_waits_for_it() -> None:
    scene = Scene(errand(1))
    second = replace(action(replace(errand(1), id="a2:1", action="a2")), id="a2", token="t2")
    scene.actions.kept["a2"], scene.actions.progress["a2"] = second, {}
    mishaps(scene.systems["crm"], "before", *(unheard() for _ in range(9)))
    for _ in range(9):
        pause = await scene.carrier.carry("a1")
        assert pause is not None
        scene.time.passes(pause)
    assert scene.actions.progress["a1"]["a1:1"].state is ErrandState.WAITING
    scene.time.at = scene.time.at - timedelta(seconds=100)  # it is not time for the first yet
    assert await scene.carrier.carry("a2") is None
    assert await scene.carrier.carry("a1") is None
    assert scene.systems["crm"].effects == ["a2-1", "a1-1"]


async def test_what_only_our_own_limit_holds_up_is_tried_again_soon() -> None:
    scene = Scene()
    crowded = [Crowded("It is asked too much at once.", 4.0) for _ in range(6)]
    mishaps(scene.systems["crm"], "looking", *(unheard() for _ in range(9)), *crowded)
    pauses = []
    while (pause := await scene.carrier.carry("a1")) is not None:
        pauses.append(pause)
        scene.time.passes(pause)
    assert pauses[9:] == [4.0] * 6
    assert scene.systems["crm"].effects == ["a1-1"]


BEFORE = st.sampled_from([None, None, lost, unheard, Killed])
AFTER = st.sampled_from([None, None, lost, Killed])  # what was done was heard
MISHAP = st.one_of(
    st.tuples(st.sampled_from(["before", "looking"]), BEFORE), st.tuples(st.just("after"), AFTER)
)


@settings(max_examples=400, deadline=None)
@given(
    repeat=st.sampled_from([FIND, HEADER, NATURAL, A_PERSON]),
    faults=st.lists(MISHAP, max_size=14),
    kills=st.sets(st.integers(0, 20), max_size=6),
    kill_after=st.booleans(),
)
async def test_nothing_is_lost_and_nothing_is_done_twice(
    repeat: Repeat,
    faults: "list[tuple[str, object]]",
    kills: set[int],
    kill_after: bool,
) -> None:
    """Faults before and after each effect, kills before and after each note: T3 in small."""
    row = "R1" if repeat is NATURAL else None
    scene = Scene(errand(1, row=row), errand(2, "erp", row=row), repeat=repeat)
    for system in scene.systems.values():
        left = list(faults)

        def mishap(moment: str, left: "list[tuple[str, object]]" = left) -> None:
            if left and left[0][0] == moment:
                fault = left.pop(0)[1]
                if callable(fault):
                    raise fault()

        system.mishap = mishap
    notes = iter(range(10_000))

    def killing(_progress: object) -> None:
        if next(notes) in kills:
            raise Killed

    if kill_after:
        scene.actions.after_note = killing
    else:
        scene.actions.before_note = killing
    await scene.to_the_end()
    for number, system in ((1, scene.systems["crm"]), (2, scene.systems["erp"])):
        state = scene.state(number) if f"a1:{number}" in scene.actions.progress["a1"] else None
        effects = system.effects.count(f"a1-{number}")
        assert effects <= 1
        if state is ErrandState.DONE:
            assert effects == 1
        elif repeat is not A_PERSON:
            raise AssertionError(f"errand {number} ended {state}")
        else:
            assert state in (ErrandState.UNCERTAIN, ErrandState.DROPPED, None)
