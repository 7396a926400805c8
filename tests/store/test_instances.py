"""Stories are kept whole: with the form that began them, and with all that a move causes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from balie.backstage.actions import Begins, ErrandState, Progress, Whose
from balie.backstage.process.beginning import begun
from balie.backstage.process.instance import (
    Event,
    For,
    Held,
    Instance,
    Kind,
    Mail,
    Move,
    Note,
    What,
    WorkItem,
)
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.instance_models import Instance as Row
from balie.store.instances import Records, StoredInstances
from balie.store.mails import StoredMails
from balie.store.models import Action
from balie.store.retention import Retention
from balie.store.unit_of_work import UnitOfWork
from balie.store.versions import StoredVersions
from tests.semantics.world import blueprint_of
from tests.store.test_actions import AT, MARKER, Queue, action
from tests.telling import LINDEMAN

pytestmark = pytest.mark.django_db(transaction=True)

WHOSE = Whose(person="p1", language="nl", kinds=frozenset({"consumer"}), me={"contact": MARKER})
BEGINS = Begins(thing="return", of=WHOSE)


class Shop:
    """A store with a queue that may refuse."""

    def __init__(self) -> None:
        self.unit, self.queue, self.now = UnitOfWork(), Queue(), AT
        cipher = Cipher([Fernet.generate_key().decode()])
        self.records = Records(cipher, b"a secret of the tests, 32 bytes.")
        self.actions = StoredActions(
            self.unit, cipher, self.queue, lambda: self.now, self.records.begin
        )
        self.instances = StoredInstances(self.unit, self.records, self.actions.accept_now)
        self.mails = StoredMails(self.unit, self.records)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    made = Shop()
    yield made
    await made.unit.close()


def next_of(instance: Instance, **changes: object) -> Instance:
    return replace(instance, revision=instance.revision + 1, **changes)


def item(number: int, *teams: str, due: datetime | None = None) -> WorkItem:
    return WorkItem(
        id=f"a1:{number}",
        kind=Kind.DO,
        teams=teams,
        title="Doet iets",
        step="judge",
        visit=1,
        opened=AT,
        due=due,
    )


async def test_a_form_and_its_story_begin_together(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    assert await shop.instances.get("a1") == begun(action(), BEGINS).instance
    assert await shop.instances.due(AT) == ["a1"]
    assert await shop.instances.expecting("a1") == ["a1"]
    assert [note.what for note in await shop.instances.log("a1")] == [What.ENTERED]


async def test_or_neither_does(shop: Shop) -> None:
    shop.queue.refuses = True
    with pytest.raises(RuntimeError):
        await shop.actions.accept(action(), BEGINS)
    assert await shop.instances.get("a1") is None
    assert await shop.actions.carry("a1") is None


async def test_the_same_form_again_begins_nothing(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    await shop.actions.accept(replace(action(), id="a2", reference="R-0002"), BEGINS)
    assert await shop.instances.due(AT) == ["a1"]


async def test_of_two_moves_at_once_one_is_kept_with_all_that_it_causes(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    before = begun(action(), BEGINS).instance
    for number, kept in ((1, True), (2, False)):
        sent = action(f"b{number}")
        note = Note(at=AT, step="judge", what=What.SENT, about=f"{number}")
        mail = mail_about(f"{number}")
        move = Move(instance=next_of(before), notes=(note,), actions=(sent,), mails=(mail,))
        assert await shop.instances.keep(move) is kept
    assert await shop.actions.carry("b1") is not None
    assert await shop.actions.carry("b2") is None
    assert [note.about for note in await shop.instances.log("a1")] == ["", "1"]
    assert [due.mail.id for due in await shop.mails.due(AT)] == ["1"]
    assert shop.queue.put == [("a1", "p1"), ("b1", "p1")]


def mail_about(id_: str) -> Mail:
    return Mail(
        id=id_,
        mail="answer",
        step="judge",
        version="v1",
        person="p1",
        acting_for=MARKER,
        language="nl",
        thing="return",
        row="c1",
        at=AT,
    )


async def test_nothing_personal_can_be_read_in_the_tables(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    await shop.instances.hear(Event(system="carrier", name="moved", key=MARKER, at=AT))
    await shop.mails.add([mail_about("1")])

    def everything() -> str:
        with connection.cursor() as cursor:
            rows = []
            for table in ("instance", "instance_note", "event", "mail"):
                cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
                rows += cursor.fetchall()
            return repr(rows)

    written = await shop.unit.read(everything)
    assert "a1" in written
    assert MARKER not in written


# ---- work for people


async def test_a_team_finds_its_open_work_what_is_due_first(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    soon, later = AT + timedelta(hours=1), AT + timedelta(hours=2)
    work = (
        item(1, "returns"),
        item(2, "returns", "service", due=later),
        item(3, "service", due=soon),
    )
    first = next_of(begun(action(), BEGINS).instance, items=work)
    await shop.instances.keep(Move(instance=first))
    mine = await shop.instances.open_for(frozenset({"returns"}))
    assert [one.id for one in mine] == ["a1:2", "a1:1"]
    both = await shop.instances.open_for(frozenset({"returns", "service"}))
    assert [one.id for one in both] == ["a1:3", "a1:2", "a1:1"]
    assert await shop.instances.open_for(frozenset({"returns", "service"}), 1) == both[:1]
    assert await shop.instances.open_for(frozenset()) == []

    closed = replace(work[1], closed=soon, by="mila", answer="done")
    await shop.instances.keep(Move(instance=next_of(first).with_item(closed)))
    mine = await shop.instances.open_for(frozenset({"returns"}))
    assert [one.id for one in mine] == ["a1:1"]
    assert await shop.instances.item("a1:2") == closed
    assert await shop.instances.item("a1:9") is None
    assert await shop.instances.item("nothing") is None


async def test_more_teams_see_it_when_a_move_says_so(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    first = next_of(begun(action(), BEGINS).instance, items=(item(1, "returns"),))
    await shop.instances.keep(Move(instance=first))
    await shop.instances.keep(Move(instance=next_of(first, items=(item(1, "returns", "service"),))))
    assert len(await shop.instances.open_for(frozenset({"service"}))) == 1


# ---- news


async def test_news_is_kept_until_whoever_waits_was_told_and_then_for_30_days(shop: Shop) -> None:
    event = Event(system="carrier", name="moved", key="R-1", at=AT)
    await shop.instances.hear(event)
    assert await shop.instances.unseen() == [event]
    await shop.instances.seen(event)
    assert await shop.instances.unseen() == []
    assert await shop.instances.heard(event.id) == event
    assert await shop.instances.forget_events(AT + timedelta(days=30)) == 0
    assert await shop.instances.forget_events(AT + timedelta(days=30, seconds=1)) == 1
    assert await shop.instances.heard(event.id) is None


async def test_news_that_is_told_again_while_it_is_passed_on_is_passed_on_again(
    shop: Shop,
) -> None:
    event = Event(system="crm", name="caseChanged", key="c1", at=AT)
    await shop.instances.hear(event)
    again = replace(event, at=AT + timedelta(seconds=1))
    await shop.instances.hear(again)
    await shop.instances.seen(event)
    assert await shop.instances.unseen() == [again]


async def test_stories_about_a_row_are_found_by_it(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    first = next_of(begun(action(), BEGINS).instance, row="c1", held=Held(why=For.HAPPENING))
    await shop.instances.keep(Move(instance=first))
    assert await shop.instances.about("return", "c1") == ["a1"]
    assert await shop.instances.about("question", "c1") == []
    assert await shop.instances.about("return", "c2") == []


async def test_an_action_that_came_further_is_told_until_it_was_heard(shop: Shop) -> None:
    await shop.actions.accept(action(), BEGINS)
    assert await shop.actions.further() == {}
    await shop.actions.note(Progress(errand="a1:1", state=ErrandState.DONE, row="c1"))
    marks = await shop.actions.further()
    assert list(marks) == ["a1"]
    await shop.actions.note(Progress(errand="a1:2", state=ErrandState.STUCK))
    await shop.actions.told(marks["a1"])
    assert list(await shop.actions.further()) == ["a1"]  # of what came since


# ---- mails


async def test_a_mail_is_kept_once_and_due_until_it_went(shop: Shop) -> None:
    await shop.mails.add([mail_about("1")])
    (due,) = await shop.mails.due(AT)
    later = AT + timedelta(minutes=1)
    await shop.mails.later(due.key, later, "the mail server: OSError")
    assert await shop.mails.due(AT) == []
    (due,) = await shop.mails.due(later)
    assert (due.mail, due.tries) == (mail_about("1"), 1)
    await shop.mails.went(due.key, later)
    await shop.mails.add([mail_about("1")])
    assert await shop.mails.due(AT + timedelta(days=9)) == []
    assert await shop.mails.forget(AT + timedelta(days=31)) == 1


# ---- how long


async def test_what_a_story_knew_goes_30_days_after_it_is_over_and_its_work_is_done(
    shop: Shop,
) -> None:
    await shop.actions.accept(action(), BEGINS)
    over = next_of(begun(action(), BEGINS).instance, outcome="ended", items=(item(1, "returns"),))
    note = Note(at=AT, step="judge", what=What.OVER)
    await shop.instances.keep(Move(instance=over, notes=(note,)))
    retention = Retention(shop.actions)
    await retention.erase_due(AT + timedelta(days=31))
    assert await shop.instances.get("a1") == over
    done = next_of(over).with_item(replace(item(1, "returns"), closed=AT))
    await shop.instances.keep(Move(instance=done))
    await retention.erase_due(AT + timedelta(days=29))
    assert await shop.instances.get("a1") == done
    await retention.erase_due(AT + timedelta(days=31))
    assert await shop.instances.get("a1") is None
    assert len(await shop.instances.log("a1")) == 2


async def test_a_version_is_kept_for_as_long_as_something_is_under_way_by_it(shop: Shop) -> None:
    versions, blueprint = StoredVersions(shop.unit), blueprint_of(LINDEMAN)
    await versions.keep(blueprint, AT)
    folder = await versions.get(blueprint.version)
    assert folder is not None
    assert (folder.texts, folder.files) == (blueprint.texts, blueprint.files)
    assert await versions.get("another") is None

    sent = replace(action(), version=blueprint.version)
    await shop.actions.accept(sent, BEGINS)
    late = AT + timedelta(days=40)
    await versions.forget(late)
    assert await versions.names() == {blueprint.version}

    def all_is_over() -> None:
        Action.objects.update(ended_at=AT)
        Row.objects.update(is_over=True)

    await shop.unit.write(all_is_over)
    await versions.forget(AT + timedelta(days=29))
    assert await versions.names() == {blueprint.version}
    await versions.forget(late)
    assert await versions.names() == frozenset()
