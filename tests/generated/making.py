"""Makes a service by chance. The chance is a `random.Random`, or Hypothesis's, which can shrink."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from balie.systems.rows import Raw
from tests.generated.shop import Column, Field, Page, Row, Shop, System, Table, Thing, Tie

T = TypeVar("T")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES = _words(
    "id name status number key value type order lines items list kind title text label date total "
    "source record page figure step thing link email contact company customer person people role "
    "account user data error next sort limit after count sum open paid sent done code row field "
    "address start home menu help about event case invoice parcel ticket lease booking visit meter "
    "policy claim plan seat boat tree stone lamp garden bridge river cloud window"
)
"""Names that could matter, and some that could not."""

CODES = _words("new open Open OPEN paid closed refused answered none yes no on off A B nobody")
PEOPLE = ("sanne", "bram", "fatima", "joost")
STRANGER = "nobody"
TAILS = ("", "/a", " b", "%41", "é", "'", "?", "#", "&c=d", "+", ";", "..", '"', "\\", "=", "😀")
ODD = (
    "",
    "<b>&",
    "'",
    '"',
    "{time}",
    "{{7}}",
    "\\",
    "%00",
    "ünï",
    "😀",
    " ",
    "--",
    "=1+1",
    "x" * 40,
)
WORDS = ("Uw lijst", "Stand & zaken", 'De "beste"', "Nr. 1 <nieuw>", "Été", "100 %", "O'Brien", "A")


class Maker:
    """Draws one service; `row` numbers every row that is made, so that each bears its own mark."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.row = 0
        self.names = list(NAMES)

    # ---- small choices

    def one(self, of: Sequence[T]) -> T:
        return of[self.chance.randint(0, len(of) - 1)]

    def upto(self, most: int, least: int = 0) -> int:
        return self.chance.randint(least, most)

    def maybe(self) -> bool:
        return self.chance.randint(0, 1) == 1

    def name(self) -> str:
        """A name that nothing else of this kind has."""
        return self.names.pop(self.chance.randint(0, len(self.names) - 1))

    def list_name(self, parent: Thing) -> str:
        """A name for a list in a thing, that none of its fields bears."""
        name = self.name()
        while any(field.id == name for field in parent.fields):
            name = self.name()
        return name

    # ---- the whole

    def shop(self) -> Shop:
        systems = tuple(self.system() for _ in range(self.upto(3, 1)))
        way = self.one(("person", "number", "roles", "memberships"))
        self.calls = {role: self.column_name() for role in ("pid", "mail", "pnr", "role", "porg")}
        self.calls |= {role: self.column_name() for role in ("oid", "onr", "oname", "mid")}
        kinds = ("solo",) if way in ("person", "number") else ("solo", "buyer", "payer")
        self.kinds, self.way, self.systems = kinds, way, systems
        known = tuple(self.known_tables())
        self.tables: list[Table] = list(known)
        self.things: list[Thing] = [self.self_thing()]
        for _ in range(self.upto(3, 1)):
            self.top_thing()
        pages = tuple(self.pages())
        return Shop(
            way=way,
            systems=tuple(s for s in systems if any(t.system == s.id for t in self.tables)),
            tables=tuple(self.tables),
            kinds=kinds,
            things=tuple(self.things),
            pages=pages,
            figures=tuple(self.figures()),
            words=tuple(self.one(WORDS) for _ in range(4)),
            names=self.calls,
        )

    def system(self) -> System:
        return System(
            id=self.name(), kind=self.one(("http", "odata")), at_once=self.one((1, 2, 20))
        )

    def column_name(self) -> str:
        """Columns have names of their own; the names of things may come again there."""
        return self.one(NAMES) + self.one(("", "Nr", "_x", "Of"))

    def table(self, name: str, columns: Sequence[Column], system: System | None = None) -> Table:
        of = system or self.one(self.systems)
        own = f"v1/{name}" if of.kind == "http" and self.maybe() else name
        return Table(system=of.id, name=name, own=own, columns=tuple(columns))

    # ---- people

    def known_tables(self) -> Iterator[Table]:
        c = self._different(("pid", "mail", "pnr", "role", "porg"))
        o = self._different(("oid", "onr", "oname"))
        m = self._different(("mid", "porg", "pid"))
        del c, o, m
        names = self.calls
        names["people"], names["orgs"], names["memberships"] = self.name(), self.name(), self.name()
        roles = Column(name=names["role"], type="code", nullable=False, codes=("S", "B", "P", "N"))
        people = self.table(
            names["people"],
            (
                Column(name=names["pid"], nullable=False),
                Column(name=names["mail"], type="mail"),
                Column(name=names["pnr"]),
                roles,
                Column(name=names["porg"]),
            ),
        )
        orgs = self.table(
            names["orgs"],
            (
                Column(name=names["oid"], nullable=False),
                Column(name=names["onr"]),
                Column(name=names["oname"]),
            ),
        )
        memberships = self.table(
            names["memberships"],
            (
                Column(name=names["mid"], nullable=False),
                Column(name=names["pid"]),
                Column(name=names["porg"]),
            ),
        )
        self._fill_people(people, orgs, memberships)
        yield people
        if self.way in ("roles", "memberships"):
            yield orgs
        if self.way == "memberships":
            yield memberships

    def _different(self, roles: tuple[str, ...]) -> None:
        """Columns of one table differ in their names."""
        for place, role in enumerate(roles):
            while self.calls[role] in {self.calls[other] for other in roles[:place]}:
                self.calls[role] += "2"

    def _fill_people(self, people: Table, orgs: Table, memberships: Table) -> None:
        n = self.calls
        for org in range(2):
            orgs.rows.append({n["oid"]: f"o{org}", n["onr"]: f"20{org}", n["oname"]: f"Org {org}"})
        for place, who in enumerate((*PEOPLE, "else")):
            mail = f"{who}@example.nl"
            people.rows.append(
                {
                    n["pid"]: f"p{place}",
                    n["mail"]: mail.title() if self.maybe() else mail,
                    n["pnr"]: self.one((f"10{place}", f"10{place}", "", None)),
                    n["role"]: self.one("SBPN"),
                    n["porg"]: self.one(("o0", "o1", None)),
                }
            )
            for org in range(self.upto(2)):
                memberships.rows.append(
                    {n["mid"]: f"m{place}{org}", n["pid"]: f"p{place}", n["porg"]: f"o{org}"}
                )
        if self.upto(5) == 5:  # two people with one mail address: neither is recognised
            people.rows.append({**people.rows[0], n["pid"]: "p9"})

    # ---- things

    def self_thing(self) -> Thing:
        people = self.tables[0]
        mail, key = people.columns[1], people.columns[0]
        return Thing(
            id=self.name(),
            name="mijn gegevens",
            plural="mijn gegevens",
            table=people,
            owner=(key.name, self.me_person),
            fields=(
                Field(id=self.name(), column=mail, name="Mijn adres", empty="Onbekend"),
                Field(id=self.name(), column=key, name="Mijn nummer"),
            ),
        )

    me_person, me_customer, me_org = "person", "customer", "org"

    def owners(self) -> Iterator[tuple[str, tuple[Raw, ...]]]:
        """Names of me, with values that some people have, and some that nobody has."""
        yield self.me_person, ("p0", "p1", "p2", "p3", "p4")
        if self.way != "person":
            yield self.me_customer, ("100", "101", "102", "103", "200", "201")
        if self.way in ("roles", "memberships"):
            yield self.me_org, ("o0", "o1")

    def top_thing(self) -> None:
        me, values = self.one(tuple(self.owners()))
        extra = [*self.some_columns(), *self.rows_inside()]
        owner = Column(name=self._fresh(extra))
        key = Column(name=self._fresh([*extra, owner]), nullable=False)
        table = self.table(self.name(), (key, owner, *extra))
        self.fill(table, owner.name, (*values, None, "", "0100", " p0", "P0"))
        self.tables.append(table)
        codes = [column for column in extra if column.type == "code"]
        where = self.tied_code(codes)
        thing = Thing(
            id=self.name(),
            name=self.one(WORDS),
            plural=self.one(WORDS),
            table=table,
            owner=(owner.name, me),
            where=where,
            leave_out=self.left_out([c for c in codes if not where or c.name != where[0]]),
            seen_by=self.some_kinds(),
            fields=self.fields(key, [*extra, owner] if self.maybe() else extra),
        )
        self.things.append(thing)
        for column in extra:
            if column.type == "rows":
                self.things.append(self.thing_inside(thing, column))
        for _ in range(self.upto(2)):
            self.nested_thing(thing)

    def tied_code(self, codes: list[Column]) -> tuple[str, str] | None:
        if not codes or not self.maybe():
            return None
        return codes[0].name, self.one(codes[0].codes)

    def left_out(self, codes: list[Column]) -> tuple[str, tuple[str, ...]] | None:
        if not codes or not self.maybe():
            return None
        return codes[0].name, codes[0].codes[: self.upto(2, 1)]

    def some_kinds(self) -> tuple[str, ...]:
        return () if self.maybe() else self.kinds[: self.upto(len(self.kinds), 1)]

    def _fresh(self, columns: Sequence[Column]) -> str:
        taken = {column.name for column in columns}
        name = self.column_name()
        while name in taken:
            name += "2"
        return name

    def some_columns(self) -> list[Column]:
        columns: list[Column] = [Column(name=self.column_name())]
        for _ in range(self.upto(5, 1)):
            type_ = self.one(
                ("text", "code", "date", "integer", "number", "money", "datetime", "boolean")
            )
            codes = CODES[: self.upto(5, 2)] if self.maybe() else CODES[-self.upto(5, 2) :]
            nullable = self.maybe() and type_ != "code"
            columns.append(
                Column(
                    name=self._fresh(columns),
                    type=type_,
                    nullable=nullable,
                    codes=codes if type_ == "code" else (),
                )
            )
        return columns

    def rows_inside(self) -> Iterator[Column]:
        if self.upto(2) == 2:
            columns = (Column(name="lineKey", nullable=False), Column(name=self.column_name()))
            yield Column(name="insideRows", type="rows", nullable=False, columns=columns)

    def thing_inside(self, parent: Thing, column: Column) -> Thing:
        return Thing(
            id=self.name(),
            name=self.one(WORDS),
            plural=self.one(WORDS),
            table=parent.table,
            inside=column.name,
            tie=Tie(parent=parent.id, list=self.list_name(parent)),
            fields=self.fields(column.columns[0], column.columns[1:]),
        )

    def nested_thing(self, parent: Thing) -> None:
        extra = self.some_columns()
        tie = Column(name=self._fresh(extra))
        key = Column(name=self._fresh([*extra, tie]), nullable=False)
        table = self.table(self.name(), (key, tie, *extra))
        texts = [f for f in parent.fields if f.column.type == "text"]
        field = parent.key_field if self.maybe() else self.one(texts)
        values = tuple(row[field.column.name] for row in parent.table.rows)
        self.fill(table, tie.name, (*values, None, "", "k0"))
        self.tables.append(table)
        self.things.append(
            Thing(
                id=self.name(),
                name=self.one(WORDS),
                plural=self.one(WORDS),
                table=table,
                tie=Tie(
                    parent=parent.id,
                    list=self.list_name(parent) if self.maybe() else None,
                    column=tie.name,
                    field=field.id,
                ),
                seen_by=self.some_kinds(),
                leave_out=self.left_out([c for c in extra if c.type == "code"]),
                fields=self.fields(key, extra),
            )
        )

    def fields(self, key: Column, columns: Sequence[Column]) -> tuple[Field, ...]:
        plain = [column for column in columns if column.type != "rows"]
        return (
            Field(id=self.field_id(()), column=key, name="Nummer"),
            *self._more_fields(plain, key),
        )

    def _more_fields(self, columns: Sequence[Column], key: Column) -> Iterator[Field]:
        taken: list[str] = [self._last]
        for column in columns:
            id_ = self.field_id(taken)
            taken.append(id_)
            yield Field(
                id=id_,
                column=column,
                name=self.one(WORDS),
                empty=self.one(("Geen", "Nog niet bekend", "–")) if column.nullable else None,
                seen_by=self.some_kinds(),
                stages=column.type == "code" and self.maybe(),
            )

    _last = ""

    def field_id(self, taken: Sequence[str]) -> str:
        """Fields may be called what another thing's are, or what a column is."""
        id_ = self.one(NAMES)
        while id_ in taken:
            id_ += "_"
        if not taken:
            self._last = id_
        return id_

    # ---- rows

    def fill(self, table: Table, tied: str, values: Sequence[Raw]) -> None:
        for _ in range(self.upto(6)):
            self.row += 1
            row: Row = {
                column.name: self.value(column, place) for place, column in enumerate(table.columns)
            }
            row[table.key] = f"k{self.row:04}{self.one(TAILS)}"
            row[tied] = self.one(values)
            table.rows.append(row)

    def value(self, column: Column, place: int) -> Raw:
        """A value; a text bears the mark of its row and its column."""
        if column.nullable and self.upto(4) == 4:
            return None
        match column.type:
            case "text":
                return f"mk{self.row:04}x{place}{self.one(ODD)}"
            case "code":
                return self.one(column.codes)
            case "date":
                return f"2026-{self.upto(11, 1):02}-{self.upto(28, 1):02}"
            case "datetime":
                return f"2026-{self.upto(11, 1):02}-{self.upto(28, 1):02}T10:00:00Z"
            case "boolean":
                return self.maybe()
            case "rows":
                return [
                    {
                        column.columns[0].name: f"mk{self.row:04}l{nr}",
                        column.columns[1].name: f"mk{self.row:04}l{nr}{self.one(ODD)}",
                    }
                    for nr in range(self.upto(2))
                ]
        return 7_000_000 + self.row if column.type == "integer" else self.row + 0.5

    # ---- pages

    def pages(self) -> Iterator[Page]:
        yield Page(step="start", title="Begin", kind="home", address="/", for_=self.kinds)
        for place, thing in enumerate([t for t in self.things if t.tie is None][1:]):
            for_ = thing.seen_by or self.kinds
            nested = tuple(t for t in self.things if t.tie and t.tie.parent == thing.id)
            address = f"/{self.name()}"
            if self.maybe():
                yield Page(
                    step=f"list-{place}",
                    title=self.one(WORDS),
                    kind="list",
                    address=address,
                    for_=for_,
                    thing=thing,
                )
            yield Page(
                step=f"see-{place}",
                title=self.one(WORDS),
                kind="details",
                address=address,
                for_=for_,
                thing=thing,
                also=nested,
            )

    def figures(self) -> Iterator[tuple[str, str, str]]:
        for thing in self.things[1:]:
            if thing.tie is None:
                yield f"Aantal {thing.id}", thing.id, "count"
                for field in thing.fields:
                    if field.column.type in ("number", "money") and not field.seen_by:
                        yield f"Som {thing.id} {field.id}", f"{thing.id}.{field.id}", "sum"


def made(chance: Random) -> Shop:
    """A service."""
    return Maker(chance).shop()
