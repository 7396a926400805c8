"""What was promised to go goes: the answers; that they were sent, and when, stays."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db.models import Model

from balie.backstage.actions import ActionState, ErrandState, Progress
from balie.backstage.service_desk.stuck import Settling, Verdict
from balie.store import models
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.retention import Gone, Retention
from balie.store.staff_actions import StoredStaffActions
from balie.store.unit_of_work import UnitOfWork
from tests.store.test_actions import AT, MARKER, Queue, action

pytestmark = pytest.mark.django_db(transaction=True)
A_MONTH = timedelta(days=30)


@pytest.fixture
async def retention() -> AsyncIterator[Retention]:
    work = UnitOfWork()
    key = Fernet.generate_key().decode()
    yield Retention(StoredActions(work, Cipher([key]), Queue(), lambda: AT))
    await work.close()


async def done(retention: Retention, id_: str = "a1") -> None:
    """An action of which everything is done, after staff corrected it."""
    actions = retention.actions
    await actions.accept(action(id_))
    refused = Progress(errand=f"{id_}:1", state=ErrandState.REFUSED, now={"city": MARKER})
    await actions.note(refused)
    staff = StoredStaffActions(actions)
    dossier = await staff.whole(id_)
    assert dossier is not None
    part = dossier.parts[0]
    fields = dict(part.errand.fields)
    what = Verdict.CORRECTED
    settling = Settling(errand=f"{id_}:1", mark=part.mark, what=what, who="m", fields=fields)
    await staff.settle(settling)
    for number in (1, 2):
        values = {"caseNumber": "R-7"}
        ended = Progress(errand=f"{id_}:{number}", state=ErrandState.DONE, row="c1", values=values)
        await actions.note(ended)


def held(retention: Retention) -> str:
    """All that anybody with the key can read in the tables."""
    unseal = retention.actions.cipher.unseal
    texts: list[str] = []
    for model in (models.Action, models.Errand, models.Correction, models.Audit):
        for row in model.objects.all():
            texts += [_read(unseal(bytes(v)) if isinstance(v, bytes) else v) for v in _values(row)]
    return "\n".join(texts)


def _values(row: Model) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]


def _read(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


async def test_answers_go_thirty_days_after_all_is_done(retention: Retention) -> None:
    await done(retention)
    read = retention.actions.work.read
    assert MARKER in await read(lambda: held(retention))
    assert await retention.erase_due(AT + A_MONTH - timedelta(seconds=1)) == 0
    assert await retention.erase_due(AT + A_MONTH) == 1
    assert MARKER not in await read(lambda: held(retention))
    assert await retention.erase_due(AT + A_MONTH) == 0


async def test_the_receipt_its_number_and_its_times_stay(retention: Retention) -> None:
    await done(retention)
    await retention.erase_due(AT + A_MONTH)
    receipt = await retention.actions.receipt(action().reference, "p1")
    assert receipt is not None
    assert receipt.state is ActionState.SETTLED
    assert receipt.action.answers == ()
    assert receipt.action.at == AT
    assert receipt.progress[0].values == {"caseNumber": "R-7"}
    dossier = await StoredStaffActions(retention.actions).whole("a1")
    assert dossier is not None
    assert dossier.erased
    assert [attempt.state for attempt in dossier.parts[0].attempts] == [
        ErrandState.REFUSED,
        ErrandState.DONE,
    ]


async def test_what_is_under_way_stays(retention: Retention) -> None:
    await retention.actions.accept(action())
    await retention.actions.note(Progress(errand="a1:1", state=ErrandState.REFUSED))
    assert await retention.erase_due(AT + timedelta(days=3000)) == 0
    assert MARKER in await retention.actions.work.read(lambda: held(retention))


async def test_somebody_who_asks_is_erased_but_for_what_is_under_way(
    retention: Retention,
) -> None:
    await done(retention)
    await retention.actions.accept(action("a2"))
    await retention.actions.accept(action("a3", person="p2"))
    erased = await retention.erase_person("p1", who="mila")
    assert erased.gone == (Gone("answers", 1),)
    assert erased.left == (Gone("answers under way", 1),)
    other = await retention.actions.receipt(action("a3").reference, "p2")
    assert other is not None
    assert other.action.answers != ()
