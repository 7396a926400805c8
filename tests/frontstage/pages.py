"""Small hand-made pages, one per step kind, in every state of trust."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from msgspec import structs

from balie.backstage.page import (
    Bar,
    Block,
    Cell,
    Column,
    Facts,
    FigureBlock,
    Freshness,
    Help,
    Kind,
    Listing,
    MenuItem,
    Page,
    Progress,
    Record,
    Timeline,
    TimelineStage,
    Tone,
    Trust,
)

NOW = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
TWO_MINUTES_AGO = NOW - timedelta(minutes=2)
FRESH = Freshness(trust=Trust.FRESH, as_of=TWO_MINUTES_AGO)
HELP = Help(name="Klantenservice", phone="030 - 555 01 23", hours="ma t/m vr van 9 tot 17 uur")
SAYS = "Ons systeem ligt er even uit. Dit wisten we om 09:12."


def freshness(trust: Trust, says: str | None = None) -> Freshness:
    """A state as backstage would make it: without a time when nothing is known."""
    known = trust in (Trust.FRESH, Trust.KNOWN)
    return Freshness(trust=trust, as_of=TWO_MINUTES_AGO if known else None, says=says)


def menu(current: str = "/", entries: int = 5) -> tuple[MenuItem, ...]:
    """The first so many entries of a menu."""
    all_of_them = (
        ("home", "Mijn overzicht", "/"),
        ("my-orders", "Mijn bestellingen", "/bestellingen"),
        ("return", "Retouren", "/retour"),
        ("see-invoices", "Mijn facturen", "/facturen"),
        ("question", "Vragen", "/vraag"),
        ("documents", "Mijn documenten", "/documenten"),
        ("contracts", "Contracten", "/contracten"),
    )
    return tuple(
        MenuItem(step=step, label=label, address=address, current=address == current)
        for step, label, address in all_of_them[:entries]
    )


def text(field: str, label: str, value: str, **more: object) -> Cell:
    """A cell of plain text."""
    cell = Cell(field=field, label=label, kind=Kind.TEXT, text=value, value=value)
    return structs.replace(cell, **more)


def day(field: str, label: str, value: date, words: str) -> Cell:
    """A cell with a date."""
    return Cell(field=field, label=label, kind=Kind.DATE, text=words, value=value)


def money(field: str, label: str, amount: str, words: str) -> Cell:
    """A cell with an amount."""
    return Cell(field=field, label=label, kind=Kind.MONEY, text=words, value=Decimal(amount))


def status(words: str, tone: Tone, code: str) -> Cell:
    """The cell that says how it stands."""
    return Cell(
        field="status", label="Stand", kind=Kind.STATUS, text=words, value=code, tone=tone,
        sources=("erp.salesOrders.status", "erp.salesShipments.postingDate"),
    )  # fmt: skip


def nothing(field: str, label: str, words: str, kind: Kind = Kind.DATE) -> Cell:
    """A cell without a value."""
    return Cell(field=field, label=label, kind=kind, text=words, value=None, empty=True)


def order(number: str, words: str, tone: Tone, code: str, placed: date, on: str) -> Record:
    """One row of the list of orders."""
    return Record(
        key=number,
        link=f"/bestellingen/{number}",
        cells=(
            text("number", "Bestelnummer", number, sources=("erp.salesOrders.number",)),
            status(words, tone, code),
            day("placed_on", "Besteld op", placed, on),
            nothing("sent_on", "Verzonden op", "Nog niet verzonden"),
        ),
    )


def orders(state: Freshness = FRESH, rows: int = 3, broken: int = 0) -> Listing:
    """The list of orders; without rows when there is nothing to show."""
    stands = (
        ("VO-26120", "Verzonden", Tone.BUSY, "on_its_way", date(2026, 11, 20), "20 november 2026"),
        ("VO-26088", "Bevestigd", Tone.PLAIN, "confirmed", date(2026, 11, 12), "12 november 2026"),
        ("VO-25977", "Afgerond", Tone.GOOD, "done", date(2026, 10, 14), "14 oktober 2026"),
    )
    records = tuple(order(*stand) for stand in stands)
    there = state.trust in (Trust.FRESH, Trust.KNOWN)
    return Listing(
        id="orders",
        title="Mijn bestellingen",
        columns=tuple(Column(field=c.field, label=c.label, kind=c.kind) for c in records[0].cells),
        records=records[:rows] if there else (),
        freshness=state,
        broken=broken,
        older="/bestellingen?after=abc" if there and rows else None,
    )


def listing_page(*, state: Freshness = FRESH, rows: int = 3, broken: int = 0) -> Page:
    """A page of the kind "list"."""
    return _page(
        "my-orders", "list", "Mijn bestellingen", "Mijn bestellingen", "/bestellingen",
        (orders(state, rows, broken),),
    )  # fmt: skip


def details_page(*, state: Freshness = FRESH, carrier: Freshness = FRESH) -> Page:
    """A page of the kind "details": an order on its way, with its lines and its parcels."""
    number = "VO-26120"
    there = state.trust in (Trust.FRESH, Trust.KNOWN)
    page = _page(
        "follow-order", "details", "Waar is mijn bestelling?",
        "Verzonden" if there else "Waar is mijn bestelling?", f"/bestellingen/{number}",
        (_stages(state, there), _order_facts(state, number, there), _lines(state, there),
         _parcels(carrier)),
    )  # fmt: skip
    up = MenuItem(step="my-orders", label="Mijn bestellingen", address="/bestellingen")
    return replace(page, up=up, menu=menu("/bestellingen"))


def _stages(state: Freshness, there: bool) -> Timeline:
    stages = (
        TimelineStage(code="received", text="We hebben uw bestelling", progress=Progress.DONE),
        TimelineStage(code="confirmed", text="Bevestigd", progress=Progress.DONE),
        TimelineStage(code="on_its_way", text="Verzonden", progress=Progress.NOW),
        TimelineStage(code="done", text="Afgerond", progress=Progress.TODO),
    )
    return Timeline(id="stages", title="", stages=stages if there else (), freshness=state)


def _order_facts(state: Freshness, number: str, there: bool) -> Facts:
    cells = (
        text("number", "Bestelnummer", number, sources=("erp.salesOrders.number",)),
        nothing("reference", "Uw kenmerk", "Geen", Kind.TEXT),
        day("placed_on", "Besteld op", date(2026, 11, 20), "20 november 2026"),
        nothing("wanted_on", "Door u gewenst op", "Geen wens"),
        day("sent_on", "Verzonden op", date(2026, 11, 21), "21 november 2026"),
        money("total", "Totaal", "318.00", "€ 318,00"),
    )
    return Facts(id="order", title="Bestelling", cells=cells if there else (), freshness=state)


def _lines(state: Freshness, there: bool) -> Listing:
    def line(item: str, words: str, quantity: int) -> Record:
        return Record(
            key=item,
            cells=(
                text("description", "Artikel", words),
                text("item", "Artikelnummer", item),
                Cell(field="quantity", label="Besteld", kind=Kind.NUMBER, text=str(quantity),
                     value=quantity),
            ),
        )  # fmt: skip

    records = (line("1896-S", "Eettafelstoel, zwart", 2), line("2001", "Viltdoppen", 1))
    return Listing(
        id="lines",
        title="Artikelen",
        columns=tuple(Column(field=c.field, label=c.label, kind=c.kind) for c in records[0].cells),
        records=records if there else (),
        freshness=state,
    )


def _parcels(state: Freshness) -> Listing:
    cells = (
        text("code", "Pakketcode", "3SLIND123456789"),
        status("Vandaag bij u", Tone.BUSY, "out_for_delivery"),
        Cell(field="expected_from", label="Verwacht vanaf", kind=Kind.DATETIME,
             text="vandaag 14:10", value=datetime(2026, 11, 22, 13, 10, tzinfo=UTC)),
    )  # fmt: skip
    there = state.trust in (Trust.FRESH, Trust.KNOWN)
    return Listing(
        id="parcels",
        title="Pakketten",
        columns=tuple(Column(field=c.field, label=c.label, kind=c.kind) for c in cells),
        records=(Record(key="3SLIND123456789", cells=cells),) if there else (),
        freshness=state,
    )


def overview_page(*, state: Freshness = FRESH, contact: Freshness = FRESH) -> Page:
    """A page of the kind "overview": two numbers, bars, and who this is."""
    there = state.trust in (Trust.FRESH, Trust.KNOWN)
    to_pay = FigureBlock(
        id="to-pay", name="Nog te betalen", kind=Kind.MONEY, text="€ 237,46" if there else "",
        value=Decimal("237.46") if there else None, bars=(), freshness=state, link="/facturen",
    )  # fmt: skip
    busy = FigureBlock(
        id="busy", name="Bestellingen in behandeling", kind=Kind.NUMBER, text="2" if there else "",
        value=Decimal(2) if there else None, bars=(), freshness=state, link="/bestellingen",
    )  # fmt: skip
    me = Facts(
        id="contact",
        title="Mijn gegevens",
        cells=(text("first_name", "Voornaam", "Sanne", sources=("crm.contacts.firstName",)),),
        freshness=contact,
    )
    blocks = (me, to_pay, busy, _per_month(state, there))
    return _page("home", "overview", "Mijn overzicht", "Dag Sanne", "/", blocks)


def _per_month(state: Freshness, there: bool) -> FigureBlock:
    months = ("juni 2026", "juli 2026", "augustus 2026", "september 2026", "oktober 2026",
              "november 2026")  # fmt: skip
    amounts = ("120.50", "0", "318", "89.95", "64.5", "237.46")
    bars = tuple(
        Bar(label=month, text=f"€ {Decimal(a):.2f}".replace(".", ","), value=Decimal(a))
        for month, a in zip(months, amounts, strict=True)
    )
    return FigureBlock(
        id="per-month", name="Facturen per maand", kind=Kind.MONEY, text="", value=None,
        bars=bars if there else (), freshness=state, link="/facturen",
    )  # fmt: skip


def _page(
    step: str, kind: str, title: str, headline: str, address: str, blocks: tuple[Block, ...]
) -> Page:
    times = [block.freshness.as_of for block in blocks if block.freshness.as_of]
    return Page(
        step=step,
        kind=kind,
        title=title,
        headline=headline,
        address=address,
        blocks=blocks,
        menu=menu(address),
        help=HELP,
        as_of=min(times, default=None),
    )
