"""Who is asked is told, also who never came here: the systems know who is of an organisation."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from balie.backstage.approval import Organisation
from balie.backstage.colleagues import known_to, ways
from balie.identity.models import Person
from balie.identity.vouched import whoever_has
from balie.store.instance_models import Mail
from balie.systems.errors import Unavailable
from tests.approving.office import Office, looked, office, with_approval
from tests.semantics.world import contracts_of

pytestmark = pytest.mark.django_db(transaction=True)
VAN_DALEN = "00000000-0000-4000-8000-0000000000a1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_approval(tmp_path_factory.mktemp("told") / "lindeman")


@pytest.fixture
async def here(folder: Path) -> AsyncIterator[Office]:
    async with office(folder) as running:
        yield running


async def test_the_way_of_recognising_is_gone_backwards(here: Office) -> None:
    blueprint = here.world.blueprint
    way = ways(blueprint, contracts_of(blueprint))["company"]
    assert (way.system, way.table, way.tied, way.mail, way.role) == (
        "crm",
        "contacts",
        "accountId",
        "email",
        "role",
    )
    known = await known_to(way, VAN_DALEN, here.world.systems["crm"])
    assert {one.mail: set(one.kinds) for one in known} == {
        "bram@example.nl": {"buyer"},
        "piet@example.nl": {"buyer"},
        "fatima@example.nl": {"finance"},
        "karim@example.nl": {"finance"},
    }


async def test_where_the_system_cannot_be_asked_so_nobody_is_known(here: Office) -> None:
    blueprint = here.world.blueprint
    contracts = contracts_of(blueprint)
    crm = contracts["crm"]
    contacts = replace(crm.tables["contacts"], equals=frozenset({"email"}))
    contracts["crm"] = replace(crm, tables={**crm.tables, "contacts": contacts})
    assert ways(blueprint, contracts) == {}


async def test_who_never_came_here_is_told_once_and_only_who_may_approve(here: Office) -> None:
    asked: list[Organisation] = []

    async def finds(organisation: Organisation) -> Mapping[str, frozenset[str]]:
        asked.append(organisation)
        if len(asked) == 1:
            raise Unavailable("it is away")
        return {
            "fatima": frozenset({"finance"}),
            "piet": frozenset({"buyer"}),
            "person of bram@example.nl": frozenset({"finance"}),  # who sent it
        }

    approvals = replace(here.approvals, finds=finds)
    await here.ask()
    await approvals.look()  # the system is away: it is tried again
    assert looked(Mail.objects.count) == 0
    await approvals.look()
    await approvals.look()
    assert looked(lambda: list(Mail.objects.values_list("person", flat=True))) == ["fatima"]
    assert [(one.of, one.key) for one in asked] == [("company", VAN_DALEN)] * 2


def test_who_is_new_is_made_unproved_and_nobody_of_staff_is_written_to() -> None:
    Person.objects.create(email="mila@example.nl", is_staff=True, staff_roles=["service"])
    before = Person.objects.create(email="fatima@example.nl", name="Fatima")
    found = whoever_has(["Fatima@Example.nl ", "karim@example.nl", "mila@example.nl"])
    new = Person.objects.get(email="karim@example.nl")
    assert found == {"fatima@example.nl": before.pk.hex, "karim@example.nl": new.pk.hex}
    assert not new.has_usable_password()
    assert not new.emailaddress_set.get().verified
    assert whoever_has(["karim@example.nl"]) == {"karim@example.nl": new.pk.hex}
