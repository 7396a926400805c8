"""What DBOS is told, and when: ids only, in the transaction that accepts, or not at all."""

import json
from collections.abc import Callable

import pytest
from django.db import connection, transaction

pytest.importorskip("dbos")

from balie.engines.dbos.ids import OnlyIds, action_of, round_id
from balie.engines.dbos.lending import submitting

pytestmark = pytest.mark.django_db(transaction=True)

Submit = Callable[[str, str], None]


@pytest.fixture
def submit() -> Submit:
    return submitting(f"sqlite:///{connection.settings_dict['NAME']}")


def queued() -> list[tuple[str, str, str]]:
    """What stands in DBOS's queue: id, partition, what it is given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.workflow_uuid, s.queue_partition_key, i.inputs FROM workflow_status s "
            "JOIN workflow_input i ON i.workflow_uuid = s.workflow_uuid "
            "WHERE s.workflow_uuid LIKE 'a%' ORDER BY 1"
        )
        return list(cursor.fetchall())


@pytest.fixture(autouse=True)
def empty(submit: Submit) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflow_status WHERE workflow_uuid LIKE 'a%'")


def test_an_action_is_queued_with_the_transaction_that_accepts_it(submit: Submit) -> None:
    with transaction.atomic():
        submit("a1", "p1")
        assert connection.in_atomic_block
    ((id_, partition, given),) = queued()
    assert (action_of(id_), partition) == ("a1", "p1")
    assert json.loads(given) == {"args": ["a1", "p1"], "kwargs": {}}


def test_what_is_not_accepted_is_not_queued(submit: Submit) -> None:
    def accepted() -> None:
        with transaction.atomic():
            submit("a2", "p1")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        accepted()
    assert queued() == []


def test_twice_is_once(submit: Submit) -> None:
    for _ in range(2):
        with transaction.atomic():
            submit("a3", "p1")
    assert len(queued()) == 1


def test_rounds_sort_by_their_action_and_then_by_time() -> None:
    rounds = [round_id("a1", 0), round_id("a1", 9), round_id("a1", 10), round_id("a2", 1)]
    assert sorted(rounds) == rounds
    assert {action_of(one) for one in rounds[:3]} == {"a1"}


def test_of_a_fault_only_its_kind_is_written() -> None:
    written = OnlyIds().serialize(ValueError("Domplein 1"))
    assert "Domplein" not in written
    assert str(OnlyIds().deserialize(written)) == "ValueError"


def test_what_is_no_id_is_not_written() -> None:
    with pytest.raises(TypeError):
        OnlyIds().serialize({"args": (object(),)})
