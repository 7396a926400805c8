"""A list in any order and for any words: its pages together are what a naive program would list."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balie.backstage.arrangement import MOST_CHARACTERS, CannotArrange, folded
from balie.backstage.page import Listing, Record, Trust
from balie.systems.rows import Row
from tests.semantics.test_reading import FATIMA, SANNE, listing, many, order
from tests.semantics.world import LINDEMAN, World, rows_of

Worlds = Callable[..., World]

CONTACT, STRANGER = (f"00000000-0000-4000-8000-0000000000c{n}" for n in (1, 3))
STATUSES = ("Open", "Paid", "Canceled", "Corrective")
PLAIN = {"É": "e", "é": "e", "ß": "ss", "Ø": "o", "ø": "o", "\N{NO-BREAK SPACE}": " "}
WORDS = ("", "2026", "vf-0", "É", "strasse", "GEEN", "betaald 1", "€ 12,50", "nov 2", "zzz", "<b>")

days = st.none() | st.integers(0, 5).map(lambda n: date(2026, 11, 20) - timedelta(days=n))
texts = st.none() | st.text("aAbÉéßøØ <&1-", max_size=4) | st.just("x" * 59 + "Éa")


@st.composite
def invoices(draw: st.DrawFn) -> list[Row]:
    """Sanne's invoices, with ties and with nothing, among those of somebody else."""
    return [
        {
            "id": f"i{number}",
            "number": f"VF-{number:03}",
            "customerNumber": draw(st.sampled_from(["10085", "10085", "10085", "10010"])),
            "invoiceDate": _iso(draw(days)),
            "dueDate": _iso(draw(days)),
            "totalAmountIncludingTax": draw(st.sampled_from([12.5, -3, 0, 1000000, 12.49, None])),
            "remainingAmount": 0,
            "status": draw(st.sampled_from(STATUSES)),
        }
        for number in range(draw(st.integers(0, 30)))
    ]


@st.composite
def questions(draw: st.DrawFn) -> list[Row]:
    """Sanne's questions, about orders with odd names, among those of somebody else."""
    return [
        {
            "id": f"e{number}",
            "caseNumber": f"V-{number:03}",
            "kind": "question",
            "contactId": draw(st.sampled_from([CONTACT, CONTACT, STRANGER])),
            "orderReference": draw(texts),
            "status": draw(st.sampled_from(["new", "answered"])),
            "createdAt": f"2026-11-{draw(st.integers(10, 20))}T{draw(st.integers(10, 23))}:59:00Z",
        }
        for number in range(draw(st.integers(0, 30)))
    ]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@settings(max_examples=60, deadline=None)
@given(
    invoices(),
    st.sampled_from(["number", "date", "due_on", "total", "status"]),
    st.booleans(),
    st.sampled_from(WORDS),
    st.integers(3, 12),
)
def test_invoices_in_any_order_and_for_any_words(
    world: Worlds, rows: list[Row], field: str, down: bool, words: str, cut: int
) -> None:
    here = _world(world, "erp", "salesInvoices", rows, cut)
    asyncio.run(_holds(here, "/facturen", field, down, words))


@settings(max_examples=60, deadline=None)
@given(
    questions(),
    st.sampled_from(["number", "order", "asked_on"]),
    st.booleans(),
    st.sampled_from(WORDS),
    st.integers(3, 12),
)
def test_questions_in_any_order_and_for_any_words(
    world: Worlds, rows: list[Row], field: str, down: bool, words: str, cut: int
) -> None:
    here = _world(world, "crm", "cases", rows, cut)
    asyncio.run(_holds(here, "/vraag", field, down, words))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 60),
    st.sampled_from(["number", "placed_on", "sent_on"]),
    st.booleans(),
    st.sampled_from(["", "verzonden 1", "bevestigd", "november"]),
)
def test_orders_of_several_sources_in_any_order_and_for_any_words(
    world: Worlds, count: int, field: str, down: bool, words: str
) -> None:
    here = world(rows=many(count), page_rows=5, list_rows=7)
    asyncio.run(_holds(here, "/bestellingen", field, down, words))


def _world(world: Worlds, system: str, table: str, rows: list[Row], cut: int) -> World:
    """A world with these rows, whose system sends everybody's: what is foreign must not show."""
    all_of_them = rows_of(LINDEMAN)
    all_of_them[system][table] = list(rows)
    here = world(rows=all_of_them, page_rows=4, list_rows=cut)
    here.systems[system].ignores_filters = len(rows) % 2 == 1
    return here


async def _holds(here: World, path: str, field: str, down: bool, words: str) -> None:
    there = [page.records for page in await _walk(here, path)]
    expected = _naive([one for records in there for one in records], field, down, words)
    address = f"{path}?sort={'-' if down else ''}{field}&q={words.replace(' ', '+')}"
    pages = await _walk(here, address)
    shown = [record for page in pages for record in page.records]
    assert [record.key for record in shown] == [record.key for record in expected]
    assert shown == expected
    assert {page.arranged and page.arranged.found for page in pages} == {
        len(expected) if words else None
    }
    for before, after in pairwise(pages):
        assert after.newer is not None
        back = listing(await here.open(SANNE, after.newer))
        assert back.records == before.records


async def _walk(here: World, address: str) -> list[Listing]:
    """The pages of a list, from the first to the last."""
    pages = [listing(await here.open(SANNE, address))]
    while pages[-1].older is not None:
        assert len(pages) < 50, "the list has no end"
        pages.append(listing(await here.open(SANNE, pages[-1].older)))
    return pages


def _naive(records: Sequence[Record], field: str, down: bool, words: str) -> list[Record]:
    wanted = _bare(words).split()
    bear = [r for r in records if all(w in _bare(" ".join(_texts(r))) for w in wanted)]
    there = [r for r in bear if _value(r, field) is not None]
    nothing = [r for r in bear if _value(r, field) is None]
    there.sort(key=lambda r: (_value(r, field), r.key), reverse=down)
    return there + sorted(nothing, key=lambda r: r.key, reverse=down)


def _texts(record: Record) -> list[str]:
    return [cell.text for cell in record.cells if cell.kind != "document"]


def _bare(text: str) -> str:
    return "".join(PLAIN.get(letter, letter) for letter in text).lower()


def _value(record: Record, field: str) -> int | str | Decimal | date | datetime | bool | None:
    """What a cell is compared by; texts by their first sixty letters."""
    cell = next(cell for cell in record.cells if cell.field == field)
    if cell.empty:
        return None
    if field == "status":
        return STATUSES.index(str(cell.value))
    return _bare(cell.value)[:60] if isinstance(cell.value, str) else cell.value


# ---- what it costs


@pytest.mark.parametrize("rows", [10, 100, 200])
async def test_a_list_that_was_shown_whole_is_sorted_and_searched_without_a_call(
    world: Worlds, rows: int
) -> None:
    here = world(rows=many(rows))
    viewer = await here.viewer(SANNE)
    await here.show("/bestellingen", viewer)
    here.calls()
    await here.show("/bestellingen?sort=status&q=vo", viewer)
    assert here.calls() == 0


async def test_the_calls_of_an_arranged_list_do_not_grow_with_its_pages(world: Worlds) -> None:
    here = world(rows=many(600))
    here.systems["erp"].page_size = 1000
    viewer = await here.viewer(SANNE)
    here.calls()
    page = listing(await here.show("/bestellingen?sort=number", viewer))
    assert here.calls() == 4  # three sources, and once more the one that was cut short
    for _ in range(5):
        assert page.older is not None
        page = listing(await here.show(page.older, viewer))
    assert here.calls() == 0


async def test_of_a_list_that_is_too_long_it_is_said_how_much_was_looked_at(world: Worlds) -> None:
    first = date(2026, 11, 20)
    rows = [
        {
            "id": f"i{n}",
            "number": f"VF-{n:04}",
            "customerNumber": "10085",
            "status": "Paid",
            "invoiceDate": (first - timedelta(days=n)).isoformat(),
        }
        for n in range(1200)
    ]
    here = world(rows=rows_of(LINDEMAN) | {"erp": {"salesInvoices": rows}})
    page = listing(await here.open(SANNE, "/facturen?sort=-number"))
    assert page.records[0].key == "VF-0999"  # the oldest of the newest thousand
    assert page.arranged is not None
    assert page.arranged.looked_at == 1000
    none = listing(await here.open(SANNE, "/facturen?q=VF-1100"))
    assert (none.records, none.arranged and none.arranged.looked_at) == ((), 1000)


async def test_a_record_of_which_nobody_knows_how_it_stands_is_not_looked_at(world: Worlds) -> None:
    """Its order may be among those that were not read: its shipment alone would say "sent"."""
    orders = [order(n, "10085", date(2026, 11, 20) - timedelta(days=n)) for n in range(1100)]
    late = {
        "id": "s1",
        "number": "VZ-1",
        "orderNumber": "VO-01050",
        "customerNumber": "10085",
        "postingDate": "2026-11-21",
    }
    here = world(
        rows=rows_of(LINDEMAN) | {"erp": {"salesOrders": orders, "salesShipments": [late]}}
    )
    page = listing(await here.open(SANNE, "/bestellingen?q=VO-01050"))
    assert (page.records, page.arranged and page.arranged.looked_at) == ((), 1000)


# ---- what is refused, and what is remembered


@pytest.mark.parametrize(
    "other", ["", "?sort=-number", "?sort=status", "?sort=number&q=vo", "?q=vo"]
)
async def test_a_cursor_of_another_order_or_of_other_words_is_not_found(
    world: Worlds, other: str
) -> None:
    here = world(rows=many(70))
    older = listing(await here.open(SANNE, "/bestellingen?sort=number")).older
    assert older is not None
    cursor = older.partition("after=")[2]
    assert await here.open(SANNE, f"/bestellingen{other}", cursor) is None
    assert await here.open(SANNE, "/bestellingen?sort=number", cursor) is not None


@pytest.mark.parametrize(
    "asked",
    [
        "sort=reference",
        "sort=pdf",
        "sort=--number",
        "sort=-",
        "sort=" + "x" * 3000,
        "sort=number&sort=number",
        "q=a&q=b",
        "q=" + "a" * (MOST_CHARACTERS + 1),
    ],
)
@pytest.mark.parametrize("path", ["/bestellingen", "/facturen"])
async def test_what_cannot_be_sorted_or_searched_is_refused(
    world: Worlds, path: str, asked: str
) -> None:
    here = world()
    with pytest.raises(CannotArrange) as refusal:
        await here.open(SANNE, f"{path}?{asked}")
    assert len(str(refusal.value)) < 10  # nothing of what was asked for


async def test_nobody_sorts_by_what_they_may_not_see(world: Worlds) -> None:
    here = world()
    assert await here.open(SANNE, "/vraag?sort=order") is not None
    for unseen in ("order", "no_such_column"):
        with pytest.raises(CannotArrange, match=r"^sort$"):
            await here.open(FATIMA, f"/vraag?sort={unseen}")


async def test_nobody_finds_words_in_what_they_may_not_see(world: Worlds) -> None:
    rows = rows_of(LINDEMAN)
    rows["crm"]["cases"] = [{**row, "orderReference": "VO-777"} for row in rows["crm"]["cases"]]
    here = world(rows=rows)
    assert listing(await here.open(FATIMA, "/vraag")).records
    assert listing(await here.open(FATIMA, "/vraag?q=VO-777")).records == ()


async def test_a_list_that_is_not_for_this_viewer_is_not_found_however_it_is_asked(
    world: Worlds,
) -> None:
    here = world()
    for asked in ("", "?sort=number", "?sort=nothing", "?q=" + "a" * 200):
        assert await here.open(FATIMA, f"/bestellingen{asked}") is None


async def test_an_order_says_nothing_on_a_page_that_is_no_list(world: Worlds) -> None:
    here = world()
    for asked in ("sort=nothing", "q=a&q=b"):
        assert await here.open(SANNE, f"/?{asked}") == await here.open(SANNE, "/")


async def test_what_somebody_searches_for_is_in_no_key_and_no_incident(world: Worlds) -> None:
    here = world()
    here.systems["erp"].ignores_filters = True
    await here.open(SANNE, "/facturen?q=geheimpje&sort=number")
    await here.service.close()
    assert here.memory.kept
    assert here.noticeboard.incidents
    assert "geheimpje" not in repr(here.noticeboard.incidents)
    assert not [key for key in here.memory.kept if "geheimpje" in key]
    assert all(b"geheimpje" not in value.value for value, _ in here.memory.kept.values())


async def test_an_arranged_list_of_a_system_that_is_away_is_what_was_known(world: Worlds) -> None:
    here = world()
    await here.open(SANNE, "/bestellingen")
    here.hands.on(minutes=20)
    here.systems["erp"].down = True
    known = await here.open(SANNE, "/bestellingen?sort=number")
    assert known is not None
    assert known.trust is Trust.KNOWN
    assert [r.key for r in listing(known).records] == ["VO-25977", "VO-26088", "VO-26120"]


async def test_never_seen_and_away_is_not_told_as_nothing_found(world: Worlds) -> None:
    here = world()
    here.systems["erp"].down = True
    page = listing(await here.open(SANNE, "/bestellingen?q=VO"))
    assert page.freshness.trust is Trust.AWAY
    assert page.arranged is not None
    assert page.arranged.found is None


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("Café CRÈME", "cafe creme"),
        ("STRASSE", "straße"),
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("İstanbul", "istanbul"),
        ("１２", "12"),
        ("€\N{NO-BREAK SPACE}12,50", "€ 12,50"),
    ],
)
def test_words_are_compared_without_regard_to_how_they_are_written(text: str, alike: str) -> None:
    assert folded(text) == folded(alike)
