"""Hands a document out: its row is read through the viewer's scope first, then its bytes are asked.

What has come within the head start is whole before anybody gets a byte of it: then a document that
breaks off is a sentence on a page. Of a larger one the rest follows while it comes.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from balie.access.scope import Scope
from balie.backstage.documents import DocumentMatch
from balie.backstage.found import Found
from balie.backstage.media import Media, media_of
from balie.backstage.opening import Opening, StepKind
from balie.backstage.plans import capital
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.sources import Outcome, Question
from balie.mapping.thing import MappedSource, MappedThing, Record
from balie.systems.connector import Connector
from balie.systems.documents import Document, DocumentQuery, HoldsDocuments
from balie.systems.errors import Misconfigured, Refused, SystemFault, Unavailable

HEAD_START = 4 * 1024 * 1024
"""Bytes of a document that are read before the first of them is handed on."""


class NoDocument(Enum):
    """Why there is no document."""

    NOT_FOUND = "not found"  # no such row, or somebody else's: the same answer
    NONE = "none"  # the viewer's own row has no such document (yet)
    AWAY = "away"  # its system cannot give it now, or nobody knows whose it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A document on its way. Whoever got it calls `close`, whatever happens.

    size: in bytes, when it is known. head: its first bytes. rest: the others, while they come;
    None when head is all of it. rest raises Unavailable when the document breaks off.
    """

    name: str
    media: Media
    head: bytes
    size: int | None
    rest: AsyncIterator[bytes] | None
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handing:
    """Handing out the documents of one service."""

    connectors: Mapping[str, Connector]
    kinds: Mapping[str, StepKind]
    clock: Clock
    incidents: Incidents
    head_start: int = HEAD_START

    async def hand_out(self, match: DocumentMatch, opening: Opening) -> Handed | NoDocument:
        """The document at a place of a page that this viewer may open."""
        thing = opening.things[match.place.thing]
        if not opening.presenting.visible(thing, (match.place.field,)):
            return NoDocument.NOT_FOUND
        scopes: list[Scope] = []
        found = await self._row(match, _listening(opening, scopes))
        if not found.is_shown or (found.broken and not found.records):
            return NoDocument.AWAY
        record = next(iter(found.records), None)
        if record is None:
            return NoDocument.NOT_FOUND
        return await self._document(match, opening, thing, record, scopes)

    async def _row(self, match: DocumentMatch, opening: Opening) -> Found:
        kind = self.kinds[match.place.plan.kind]
        return await kind.row(opening, match.place.thing, match.key)

    async def _document(
        self,
        match: DocumentMatch,
        opening: Opening,
        thing: MappedThing,
        record: Record,
        scopes: Sequence[Scope],
    ) -> Handed | NoDocument:
        language = opening.presenting.language
        for source, path in _origins(thing, record, match.place.field):
            query = _query(source, path, record, scopes, language)
            if query is None:
                return NoDocument.NOT_FOUND
            try:
                handed = await self._handed(source, query, _name(match, opening, thing))
                return self._watched(handed, source, opening)
            except SystemFault as fault:
                self._report(source, _kind_of(fault), fault.staff, opening)
                return NoDocument.AWAY
        return NoDocument.NONE

    def _watched(
        self, handed: Handed | NoDocument, source: MappedSource, opening: Opening
    ) -> Handed | NoDocument:
        """The same; staff hear of it when it breaks off on its way."""
        if isinstance(handed, NoDocument) or handed.rest is None:
            return handed
        rest = handed.rest

        async def watched() -> AsyncIterator[bytes]:
            try:
                async for chunk in rest:
                    yield chunk
            except SystemFault as fault:
                self._report(source, _kind_of(fault), fault.staff, opening)
                raise

        return replace(handed, rest=watched())

    async def _handed(
        self, source: MappedSource, query: DocumentQuery, name: str
    ) -> Handed | NoDocument:
        connector = self.connectors[source.at.system]
        if not isinstance(connector, HoldsDocuments):
            return NoDocument.NONE
        document = await connector.document(query)
        if document is None:
            return NoDocument.NONE
        try:
            return await self._begun(document, query, name)
        except BaseException:
            await document.close()
            raise

    async def _begun(
        self, document: Document, query: DocumentQuery, name: str
    ) -> Handed | NoDocument:
        head, is_whole = await _head(document.chunks, self.head_start)
        if is_whole and document.size is not None and len(head) != document.size:
            raise Unavailable(f'A document of "{query.table}" broke off.')
        media = media_of(head)
        if is_whole:
            await document.close()
        if not head:
            return NoDocument.NONE
        if media is None:
            raise Misconfigured(f'"{query.table}.{query.field}" is of a kind that we do not give.')
        return Handed(
            name=f"{name}.{media.extension}",
            media=media,
            head=head,
            size=len(head) if is_whole else document.size,
            rest=None if is_whole else document.chunks,
            close=document.close,
        )

    def _report(
        self, source: MappedSource, kind: IncidentKind, about: str, opening: Opening
    ) -> None:
        self.incidents.report(
            Incident(
                kind=kind,
                system=source.at.system,
                table=source.at.table,
                about=about,
                at=self.clock.now(),
                step=str(opening.plan.step.id),
            )
        )


def _listening(opening: Opening, scopes: list[Scope]) -> Opening:
    """The same opening; the scopes that were asked are remembered."""

    def trace(question: Question, _outcome: Outcome) -> None:
        scopes.append(question.scope)

    asking = replace(opening.reading.asking, trace=trace)
    return replace(opening, reading=replace(opening.reading, asking=asking))


def _origins(thing: MappedThing, record: Record, field: str) -> list[tuple[MappedSource, str]]:
    """The sources of this record that have the document, in life order."""
    paths = thing.fields[field].paths
    return [(thing.source(name), path) for name, path in paths if record.rows.get(name)]


def _query(
    source: MappedSource, path: str, record: Record, scopes: Sequence[Scope], language: str
) -> DocumentQuery | None:
    """The question for the document, by the scope that the row was asked and checked with."""
    row, at = record.rows[source.name][0], source.at
    for scope in scopes:
        if (scope.system, scope.table) == (at.system, at.table):
            query = scope.document(row, source.table.key, path, language)
            if query is not None:
                return query
    return None


async def _head(chunks: AsyncIterator[bytes], most: int) -> tuple[bytes, bool]:
    """The first bytes, and whether these are all."""
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        if len(head) >= most:
            return bytes(head), False
    return bytes(head), True


def _name(match: DocumentMatch, opening: Opening, thing: MappedThing) -> str:
    """What the file is called: what it is, and of which row."""
    said = capital(opening.presenting.say(thing.thing.name or thing.id))
    values = [value for value in (match.value, match.key) if value]
    documents = [f for f in thing.fields.values() if f.kind is thing.fields[match.place.field].kind]
    label = thing.fields[match.place.field].field.name or match.place.field
    more = [opening.presenting.say(label)] if len(documents) > 1 else []
    return " ".join([said, *values[:1], *more])


def _kind_of(fault: SystemFault) -> IncidentKind:
    if isinstance(fault, Misconfigured):
        return IncidentKind.MISCONFIGURED
    return IncidentKind.REFUSED if isinstance(fault, Refused) else IncidentKind.DOWN
