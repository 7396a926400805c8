"""Services that nobody wrote, as they are run: systems in their own processes, pages over HTTP."""

from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.generated.__main__ import FIXED
from tests.generated.making import PEOPLE, made
from tests.generated.oracle import marks, may_open, owned, somebody
from tests.generated.test_nobody_wrote_these import MARK, addresses
from tests.generated.writing import write
from tests.running import portal

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("seed", FIXED)
def test_a_service_runs_on_systems_made_from_its_contracts(seed: int, tmp_path: Path) -> None:
    shop = made(Random(seed))  # noqa: S311
    write(shop, tmp_path / "blueprint")
    names = tuple(system.id for system in shop.systems)
    with portal(tmp_path / "state", tmp_path / "blueprint", systems=names) as here:
        for name in PEOPLE:
            who = somebody(shop, f"{name}@example.nl")
            with closing(here.signed_in(f"{name}@example.nl")) as client:
                for page in shop.pages:
                    for address, is_there in addresses(page, who):
                        answer = client.get(address, headers={"Accept": "application/json"})
                        refused = 409 if who.must_choose else 404
                        assert answer.status_code == (200 if is_there else refused), address
                        if is_there:
                            assert answer.json()["trust"] == "fresh", answer.text
                    if page.kind == "list":
                        mine = owned(page.thing, who) if may_open(page, who) else []
                        text = client.get(page.address, headers={"Accept": "application/json"}).text
                        wanted = " ".join(m for row in mine for m in marks(page.thing, row, who))
                        assert set(MARK.findall(text)) == set(MARK.findall(wanted))


def test_the_three_that_people_look_at_are_not_small() -> None:
    for seed in FIXED:
        shop = made(Random(seed))  # noqa: S311
        assert len(shop.pages) >= 5
        assert len(shop.things) >= 8
        assert len(shop.systems) >= 2
