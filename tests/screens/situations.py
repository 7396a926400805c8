"""A whole portal, recorded: well, with systems away that were known or were not, and failing."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx

from balie.access.viewer import Viewer, Visitor
from balie.backstage.arrangement import NEWEST_FIRST, Arrangement, Wrong
from balie.backstage.page import MenuItem, Page
from balie.site.headers import with_headers
from tests.approving.office import with_approval
from tests.frontstage.site import AT, COOKIE, Site, site
from tests.running import LINDEMAN, Portal, impatient, portal
from tests.screens import (
    account,
    approvals,
    desk,
    organisation,
    others,
    parties,
    sending,
    signing_in,
)
from tests.screens.recorder import (
    LANGUAGES,
    WELL,
    Person,
    Recorder,
    everybody,
    let_it_age,
    people,
    recorder_of,
    screen_of,
)
from tests.screens.screen import Recording

RUBBISH = "geen-datum-maar-rommel"


def record_all(state: Path, languages: Sequence[str] = LANGUAGES) -> Recording:
    """Every page, in every situation that we know of."""
    folder = impatient(with_approval(state / "original"), state / "blueprint")
    database = database_of(state / "known")
    with (
        portal(state / "known", folder) as running,
        closing(recorder_of(running)) as recorder,
    ):
        everything_off(recorder, languages)
        somebodies = well(recorder, languages)
        arranged(recorder, somebodies)
        with_origins(recorder, somebodies)
        for language in languages:
            sending.record(recorder, language)
        each_off_when_known(recorder, somebodies)
        a_broken_row(recorder, somebodies)
        desk.something_stuck(recorder)
        for language in languages:
            desk.record(recorder, somebodies[-1].mail, language)
        for language in languages:
            approvals.record(recorder, language)
            own_pages(recorder, language, database)
        for language in languages:  # ends sign-ins, and uses up attempts
            signing_in.record(recorder, language, somebodies[0].mail, database)
            a_page_that_failed(recorder, language)
            nothing_there(recorder, language)
        attempts(recorder, languages)
        without_database(recorder, somebodies, database)
    with (
        portal(state / "unknown", folder) as running,
        closing(after(recorder, running)) as fresh,
    ):
        never_seen(fresh, recorder, languages)
    return recorder.recording


def record_quickly(
    state: Path,
    language: str = LANGUAGES[0],
    blueprint: Path = LINDEMAN,
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    in_trouble: bool = False,
) -> Recording:
    """One customer's and the staff's pages in one language: what `make test` looks at.

    in_trouble: also lists that are arranged, values with their origins, and a system that is away.
    """
    folder = impatient(blueprint, state / "blueprint")
    with (
        portal(state / "known", folder, settings=settings) as running,
        closing(recorder_of(running)) as recorder,
    ):
        mails = everybody(running)
        chosen = [recorder.somebody(mail, language) for mail in (mails[0], mails[-1])]
        for person in chosen:
            recorder.walk(person, WELL)
        if in_trouble:
            arranged(recorder, chosen)
            with_origins(recorder, chosen)
            each_off_when_known(recorder, chosen, systems=("erp",))
        own_pages(recorder, language, database_of(state / "known"))
        desk.search(recorder, mails[-1], language)
        signing_in.record(recorder, language, mails[0], database_of(state / "known"))
    return recorder.recording


def own_pages(recorder: Recorder, language: str, database: Path) -> None:
    """What people do with their sign-in, their colleagues and the parties they sign in with."""
    customer, staff = sending.CUSTOMER, everybody(recorder.portal)[-1]
    account.record(recorder, customer, language, database)
    account.staff(recorder, staff, language)
    parties.record(recorder, staff, language, database)
    others.record(recorder, language, database)
    organisation.record(recorder, language)


def after(recorder: Recorder, running: Portal) -> Recorder:
    """A recorder of another portal that goes on with the same recording."""
    return replace(recorder, portal=running, clients=[], proved={})


def database_of(state: Path) -> Path:
    """Where a portal of ours keeps people and sign-ins."""
    return state / "balie" / "balie.db"


def well(recorder: Recorder, languages: Sequence[str]) -> list[Person]:
    """Everybody walks every page while all is well."""
    somebodies = list(people(recorder, languages))
    for person in somebodies:
        recorder.walk(person, WELL)
    return somebodies


def with_origins(recorder: Recorder, somebodies: Sequence[Person]) -> None:
    """Every page with a question mark behind every value, for whoever wants it in the demo."""
    for person in somebodies:
        for mode in ("on", "off"):
            person.client.get("/demo", params={"origins": mode})
            if mode == "on":
                recorder.again(person, recorder.addresses_of(person), "origins on")


def everything_off(recorder: Recorder, languages: Sequence[str]) -> None:
    """The very first visit of everybody, with every system away: nobody can be recognised."""
    for system in recorder.portal.systems:
        recorder.portal.switch(system, down=True)
    for person in people(recorder, languages):
        recorder.again(person, ["/"], "everything off, first visit")
    recorder.portal.behave()
    let_it_age()


def arranged(recorder: Recorder, somebodies: Sequence[Person]) -> None:
    """Lists that are sorted and searched: something is found, nothing is, and it cannot be done."""
    for person in somebodies:
        lists = {urlsplit(address).path for address in recorder.addresses_of(person)}
        for path in sorted(lists & set(recorder.routes)):
            found = ["?sort=-number&q=2", "?q=%3Cb%3Eniets"]
            wrong = ["?sort=niets", "?q=" + "x" * 200, "?q=a&q=b"]
            recorder.again(person, [path + one for one in found], "searched and sorted")
            recorder.again(person, [path + one for one in wrong], "cannot be sorted so")


def each_off_when_known(
    recorder: Recorder, somebodies: Sequence[Person], systems: Sequence[str] = ()
) -> None:
    """Pages that were seen before, with one system away."""
    for system in systems or recorder.portal.systems:
        recorder.portal.switch(system, down=True)
        let_it_age()
        for person in somebodies:
            recorder.again(person, recorder.addresses_of(person), f"{system} off")
        recorder.portal.behave()
        let_it_age()


def never_seen(fresh: Recorder, before: Recorder, languages: Sequence[str]) -> None:
    """The same addresses in a portal that saw none of them, with systems slow and away."""
    somebodies = list(people(fresh, languages))
    for person in somebodies:
        person.client.get("/", follow_redirects=True)
    for system in reversed(list(fresh.portal.systems)):
        for mode in ({"down": True}, {"latency_ms": 4000}):
            fresh.portal.switch(system, **mode)
            let_it_age()
            slow = "latency_ms" in mode
            for person in somebodies:
                addresses = before.addresses_of(person)
                situation = f"{system} {'slow' if slow else 'off'}, never seen"
                fresh.again(person, addresses[:3] if slow else addresses, situation)
            fresh.portal.behave()
            let_it_age()


def a_broken_row(recorder: Recorder, somebodies: Sequence[Person]) -> None:
    """A system that breaks its promise in one row: customers and staff are told."""
    recorder.portal.change(
        "erp", "salesOrders", "00000000-0000-4000-8000-000000000101", orderDate=RUBBISH
    )
    let_it_age()
    for person in somebodies:
        recorder.again(person, recorder.addresses_of(person), "a broken row")
    recorder.portal.behave()


def attempts(recorder: Recorder, languages: Sequence[str]) -> None:
    """Somebody who tries too often."""
    for language in languages:
        pages = signing_in.too_many(recorder.client(language), "iemand@example.nl")
        for who, situation, answer in pages:
            recorder.keep(screen_of(answer, who, language, situation))


def without_database(recorder: Recorder, somebodies: Sequence[Person], database: Path) -> None:
    """Our own database lost a table: nothing of ours works any more."""
    with sqlite3.connect(database) as connection:
        connection.execute("drop table viewer_session")
        connection.execute("drop table session")
    connection.close()
    told = {person.language: person for person in somebodies}
    for language, person in told.items():
        for address in ("/", "/accounts/login/"):
            answer = person.client.get(address)
            assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE, answer
            recorder.keep(screen_of(answer, person.mail, language, "our database is away"))


class Failing:
    """A service of which every page fails."""

    def match(self, path: str) -> object | None:
        """Every address is a page."""
        return path

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        """Fails, as a mistake of ours would."""
        raise ZeroDivisionError(path)

    def menu(self, viewer: Viewer, language: str) -> tuple[MenuItem, ...]:
        """Nothing."""
        return ()

    async def open(
        self,
        path: str,
        viewer: Viewer,
        language: str,
        after: str = "",
        *,
        newest: bool = False,
        arrangement: Arrangement | Wrong = NEWEST_FIRST,
    ) -> Page | None:
        """Nothing."""
        return None


def a_page_that_failed(recorder: Recorder, language: str) -> None:
    """What is read when the mistake is ours."""
    failing = site(service=Failing(), demo=True)
    answer = asyncio.run(_ask(failing, "/", "sanne", language))
    recorder.keep(screen_of(answer, "sanne", language, "a mistake of ours"))


def nothing_there(recorder: Recorder, language: str) -> None:
    """Lists without rows, in a world of few; and somebody whom no system knows."""
    few = site(demo=True)
    lists = [route for route in recorder.routes if "{" not in route]
    asked = [("sanne", route) for route in lists] + [("nobody", "/")]
    for who, address in asked:
        answer = asyncio.run(_ask(few, address, who, language))
        if 'class="empty"' in answer.text or who == "nobody":
            recorder.keep(screen_of(answer, who, language, "nothing there"))


async def _ask(of: Site, address: str, who: str, language: str) -> httpx.Response:
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(with_headers(of.app)),
        base_url=AT,
        headers={"accept-language": language},
        cookies={COOKIE: who},
    )
    async with client:
        return await client.get(address)
