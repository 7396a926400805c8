"""Where documents are: below the page that shows them, `/invoices/{number}/pdf.pdf`.

A document of a page's own row stands right below that row's address. One of a thing beside it
stands below that thing's name, and, where there are several, below the row's key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from balie.backstage.media import extension_of
from balie.backstage.plans import Part, Plan, is_single, references
from balie.backstage.routes import address_of, decoded
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, MappedThing


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPlace:
    """A document of a page. address: with braces for the page's row, and for the document's."""

    plan: Plan
    thing: str
    field: str
    extension: str
    address: str


@dataclass(frozen=True, slots=True)
class DocumentMatch:
    """A place, and the values between its braces: of the page's address, and the row's own key."""

    place: DocumentPlace
    value: str
    key: str


@dataclass(frozen=True, slots=True)
class DocumentLinks:
    """The addresses of the documents on one page. given: the value in the page's own address."""

    places: Mapping[tuple[str, str], DocumentPlace] = field(default_factory=dict)
    given: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def has(self, thing: str, field: str) -> bool:
        """Whether this field of a thing has an address here."""
        return (thing, field) in self.places

    def address(self, thing: MappedThing, field: str, key: str) -> str | None:
        """Where this document of a row is."""
        place = self.places.get((thing.id, field))
        if place is None:
            return None
        return address_of(place.address, {(thing.id, thing.key): key, **self.given})

    def extension(self, thing: str, field: str) -> str:
        """What kind of file it is, "pdf", as far as the contract says."""
        place = self.places.get((thing, field))
        return "" if place is None else place.extension


class Documents:
    """The documents of one blueprint. holding: the systems that can hand them out."""

    def __init__(
        self,
        plans: Sequence[Plan],
        things: Mapping[str, MappedThing],
        holding: frozenset[str],
    ) -> None:
        self._places: dict[int, list[DocumentPlace]] = {}
        self._by_end: dict[tuple[int, str], list[DocumentPlace]] = {}
        for plan in plans:
            places = list(_places(plan, things, holding))
            self._places[id(plan)] = places
            for place in places:
                parts = place.address.split("/")
                self._by_end.setdefault((len(parts), parts[-1]), []).append(place)

    @property
    def places(self) -> tuple[DocumentPlace, ...]:
        """Every document that has an address, in the order of the pages."""
        return tuple(place for places in self._places.values() for place in places)

    def links(self, plan: Plan, value: str) -> DocumentLinks:
        """The documents of a page. value: what stands between the braces of its address."""
        places = self._places.get(id(plan), [])
        given = dict.fromkeys(references(plan.address)[:1], value)
        return DocumentLinks({(place.thing, place.field): place for place in places}, given)

    def match(self, path: str) -> tuple[DocumentMatch, ...]:
        """The documents at a raw path: of each page that shows it there."""
        parts = decoded(path)
        if parts is None:
            return ()
        places = self._by_end.get((len(parts), parts[-1]), [])
        return tuple(match for place in places if (match := _match(place, parts)) is not None)


def _match(place: DocumentPlace, parts: tuple[str, ...]) -> DocumentMatch | None:
    values: list[str] = []
    for written, part in zip(place.address.split("/"), parts, strict=True):
        if written.startswith("{") and part:
            values.append(part)
        elif written != part:
            return None
    page = [] if place.plan.is_fixed else values[:1]
    own = values[len(page) :]
    return DocumentMatch(place, "".join(page), "".join(own))


def _places(
    plan: Plan, things: Mapping[str, MappedThing], holding: frozenset[str]
) -> Iterator[DocumentPlace]:
    for part, before in _parts(plan, things):
        thing = things[part.thing]
        for id_ in part.fields:
            mapped = thing.fields.get(id_)
            if mapped is None or not _can_be_fetched(thing, mapped, holding):
                continue
            extension = extension_of(_media(thing, mapped))
            yield DocumentPlace(
                plan=plan,
                thing=thing.id,
                field=id_,
                extension=extension,
                address=f"{before}/{id_}.{extension}",
            )


def _parts(plan: Plan, things: Mapping[str, MappedThing]) -> Iterator[tuple[Part, str]]:
    """The things on a page, and the address of a row of each."""
    page = plan.address.rstrip("/")
    if plan.subject is not None:
        thing = things[plan.subject.thing]
        of_list = f"{page}/{{{thing.id}.{thing.key}}}"
        yield plan.subject, of_list if plan.kind == "list" else page
    for part in plan.nested:
        yield part, f"{page}/{part.thing}/{{{part.thing}.{things[part.thing].key}}}"
    for part in plan.others:
        declared = things[part.thing].thing
        if declared.in_ is not None or is_single(declared):
            yield part, f"{page}/{part.thing}"


def _can_be_fetched(thing: MappedThing, mapped: MappedField, holding: frozenset[str]) -> bool:
    """Whether it is a document in a row that a system can be asked for by its key."""
    sources = [thing.source(name) for name, _ in mapped.paths]
    return (
        mapped.kind is Kind.DOCUMENT
        and mapped.field.name is not None
        and bool(thing.key)
        and all(s.at.inside is None and s.table.key and s.at.system in holding for s in sources)
    )


def _media(thing: MappedThing, mapped: MappedField) -> str:
    """The media type that the contract tells, or ""."""
    return next((thing.source(name).field(path).media for name, path in mapped.paths), "")
