"""Records become cells, facts, tables and timelines: in the viewer's language, for their eyes.

A field that a viewer may not see is not there; nothing says that it was left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime

from msgspec.structs import replace

from balie.access.viewer import Viewer
from balie.access.visibility import may_see, may_see_field
from balie.backstage.documents import DocumentLinks
from balie.backstage.found import Found
from balie.backstage.laying import LaidRow
from balie.backstage.media import is_picture
from balie.backstage.page import (
    Arranged,
    Cell,
    Column,
    Facts,
    Freshness,
    Listing,
    Progress,
    Timeline,
    TimelineStage,
    Trust,
)
from balie.backstage.page import (
    Record as Shown,
)
from balie.backstage.plans import capital, references
from balie.backstage.reach import Reach
from balie.backstage.routes import address_of
from balie.backstage.telling import Tell, Tellers
from balie.blueprint.model import Blueprint, FailPoint, Stage, Step
from balie.blueprint.source import Text
from balie.mapping.formats import moment
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, MappedThing, Record

HIDE = "hide this part"
_BRACES = re.compile(r"\{[^{}]+\}")


@dataclass(frozen=True, slots=True)
class Presenting:
    """Presents one page to one viewer. tellers: of the same language."""

    blueprint: Blueprint
    things: Mapping[str, MappedThing]
    reach: Reach
    viewer: Viewer
    language: str
    now: datetime
    tellers: Tellers
    documents: DocumentLinks = dataclass_field(default_factory=DocumentLinks)
    is_laid: bool = False  # some rows may be laid over with what the viewer entered

    def say(self, text: str) -> str:
        """A text of the blueprint in the viewer's language."""
        return self.blueprint.say(text, self.language)

    def heading(self, text: str) -> str:
        """The same, with a capital letter in front."""
        return capital(self.say(text))

    # ---- what may be seen

    def visible(self, thing: MappedThing, fields: Sequence[str]) -> tuple[str, ...]:
        """Those of these fields that this viewer may see and that have a name."""
        asked = tuple(fields)
        return self.reach.seen(thing.id, asked, lambda: self._visible(thing, asked))

    def _visible(self, thing: MappedThing, fields: tuple[str, ...]) -> tuple[str, ...]:
        if not may_see(thing.thing, self.viewer):
            return ()
        return tuple(
            id_
            for id_ in fields
            if id_ in thing.fields
            and thing.fields[id_].field.name is not None
            and may_see_field(thing.thing, thing.fields[id_].field, self.viewer)
        )

    def plain(self, thing: MappedThing, fields: Sequence[str]) -> tuple[str, ...]:
        """The visible ones that are text on a page, and no documents: what is asked for it."""
        visible = self.visible(thing, fields)
        return tuple(id_ for id_ in visible if thing.fields[id_].kind is not Kind.DOCUMENT)

    def shown(self, thing: MappedThing, fields: Sequence[str]) -> tuple[str, ...]:
        """The visible ones that a page shows: text, and documents that have an address here."""
        visible = self.visible(thing, fields)
        return tuple(
            id_
            for id_ in visible
            if thing.fields[id_].kind is not Kind.DOCUMENT or self.documents.has(thing.id, id_)
        )

    # ---- cells

    def cell(self, thing: MappedThing, field: MappedField, record: Record) -> Cell:
        """One field of a record."""
        return self._teller(thing, field)(record)

    def _tellers(self, thing: MappedThing, fields: Sequence[str]) -> tuple[Tell, ...]:
        return tuple(self._teller(thing, thing.fields[id_]) for id_ in fields)

    def _teller(self, thing: MappedThing, field: MappedField) -> Tell:
        if field.kind is Kind.DOCUMENT:
            return lambda record: self._document(thing, field, record)
        return self.tellers.of(thing, field)

    def _document(self, thing: MappedThing, field: MappedField, record: Record) -> Cell:
        """A link to a document. Whether there is one, its system says when it is asked."""
        link = self.documents.address(thing, field.id, record.key)
        extension = self.documents.extension(thing.id, field.id)
        name = self.heading(thing.thing.name or thing.id)
        return Cell(
            field=field.id,
            label=self.say(field.field.name or field.id),
            kind=field.kind,
            text=f"{name} ({extension.upper()})" if link else "",
            value=link,
            empty=link is None,
            link=link,
            sources=thing.origins[field.id],
            picture=link is not None and is_picture(extension),
        )

    def cells(self, thing: MappedThing, record: Record, fields: Sequence[str]) -> tuple[Cell, ...]:
        """Several fields of a record."""
        cells = tuple(tell(record) for tell in self._tellers(thing, fields))
        return _marked(thing, record, cells) if self.is_laid else cells

    def words(self, thing: MappedThing, record: Record, fields: Sequence[str]) -> str:
        """What a record says in these fields, as it is read on the page: a line for each."""
        return "\n".join(tell(record).text for tell in self._tellers(thing, fields))

    # ---- blocks

    def facts(self, thing: MappedThing, found: Found, fields: Sequence[str], step: Step) -> Facts:
        """One record as labels with values. Without a record: why, in its freshness."""
        record = next(iter(found.records), None)
        cells = () if record is None else self.cells(thing, record, fields)
        freshness = self.freshness(found, step)
        return Facts(
            id=thing.id,
            title=self.heading(thing.thing.name or thing.id),
            cells=() if freshness.trust is Trust.HIDDEN else cells,
            freshness=freshness,
        )

    def listing(
        self,
        thing: MappedThing,
        found: Found,
        fields: Sequence[str],
        step: Step,
        *,
        title: str | None = None,
        newer: str | None = None,
        older: str | None = None,
        arranged: Arranged | None = None,
        columns: tuple[Column, ...] | None = None,
    ) -> Listing:
        """Records as a table; each links to its own page where there is one."""
        freshness = self.freshness(found, step)
        records = () if freshness.trust is Trust.HIDDEN else found.records
        return Listing(
            id=thing.id,
            title=title or self.heading(thing.thing.plural or thing.thing.name or thing.id),
            columns=columns or self.columns(thing, fields),
            records=tuple(self._rows(thing, records, fields)),
            freshness=freshness,
            broken=found.broken,
            newer=newer,
            older=older,
            arranged=arranged,
        )

    def columns(self, thing: MappedThing, fields: Sequence[str]) -> tuple[Column, ...]:
        """What stands above these fields of several records."""
        return self.tellers.columns(thing, tuple(fields))

    def _rows(
        self, thing: MappedThing, records: Sequence[Record], fields: Sequence[str]
    ) -> Iterator[Shown]:
        tellers, link = self._tellers(thing, fields), self._linker(thing)
        for record in records:
            cells = tuple([tell(record) for tell in tellers])
            if self.is_laid:
                cells = _marked(thing, record, cells)
            yield Shown(key=record.key, cells=cells, link=link(record.key))

    def timeline(
        self,
        thing: MappedThing,
        found: Found,
        field_id: str,
        step: Step,
        forks: Sequence[Sequence[str]],
    ) -> Timeline | None:
        """The stages of a field, in the order of its words; None when it is in none of them.

        forks: of each decision, the codes of which only one ever happens.
        Nobody knows of a row whether it was at a stage that may be skipped: it stands there only
        while the row is at it.
        """
        field = thing.fields.get(field_id)
        if field is None or not self.visible(thing, (field_id,)):
            return None
        code = next((record.value(field_id).code for record in found.records), None)
        stages = _stages(field, forks, code)
        codes = [stage.code for stage in stages]
        if code not in codes:
            return None
        return Timeline(
            id=f"{thing.id}-{field_id}",
            title=self.say(step.title),
            stages=tuple(self._stage(stage, codes, code) for stage in stages),
            freshness=self.freshness(found, step),
        )

    def _stage(self, stage: Stage, codes: Sequence[Text | None], code: str | None) -> TimelineStage:
        here, now = codes.index(stage.code), codes.index(Text(code or ""))
        is_last = now == len(codes) - 1
        progress = Progress.DONE if here < now or (here == now and is_last) else Progress.TODO
        if here == now and not is_last:
            progress = Progress.NOW
        return TimelineStage(code=str(stage.code), text=self.say(stage.says), progress=progress)

    # ---- how far it can be trusted

    def freshness(self, found: Found, step: Step) -> Freshness:
        """How far these records can be trusted, in the words of the step's fail point."""
        if found.trust is Trust.FRESH:
            return Freshness(trust=Trust.FRESH, as_of=found.as_of)
        fail = _fail_point(step, found.away)
        says = None if fail is None else self._says(fail, found.as_of)
        hidden = fail is not None and fail.then == HIDE
        hidden = hidden and found.trust in (Trust.AWAY, Trust.KNOWN)
        return Freshness(
            trust=Trust.HIDDEN if hidden else found.trust, as_of=found.as_of, says=says
        )

    def _says(self, fail: FailPoint, as_of: datetime | None) -> str | None:
        text = None if fail.customer_reads is None else self.say(fail.customer_reads)
        if text is None or "{time}" not in text:
            return text
        if as_of is None:
            return None
        return text.replace("{time}", moment(as_of, self.now, self.language, self.blueprint.zone))

    # ---- links and sentences

    def link(self, thing: MappedThing, record: Record) -> str | None:
        """The address of a record's own page, when the story has one for this viewer."""
        return self._linker(thing)(record.key)

    def _linker(self, thing: MappedThing) -> Callable[[str], str | None]:
        """Key -> the address of a record's own page."""
        for plan in self.reach.about(thing.id)[:1]:
            address, ((_, field), *_) = plan.address, references(plan.address)
            return lambda key: address_of(address, {(thing.id, field): key})
        return lambda _: None

    def sentence(self, template: str, records: Mapping[str, Record]) -> str | None:
        """A text with its braces filled in; None when one of the values is not there."""
        said: dict[str, str] = {}
        for thing_id, field_id in references(template):
            record, thing = records.get(thing_id), self.things[thing_id]
            if record is None or not self.visible(thing, (field_id,)):
                return None
            cell = self.cell(thing, thing.fields[field_id], record)
            if not cell.text:
                return None
            said[f"{{{thing_id}.{field_id}}}"] = cell.text
        # All at once: braces inside a value are part of that value.
        return _BRACES.sub(lambda found: said.get(found[0], found[0]), self.say(template))


def _fail_point(step: Step, away: frozenset[str]) -> FailPoint | None:
    return next((fail for fail in step.fails if fail.system in away), None)


def _stages(field: MappedField, forks: Sequence[Sequence[str]], code: str | None) -> list[Stage]:
    stages = [stage for stage in field.field.words if stage.code is not None]
    for ways in forks:
        stages = one_way(stages, ways, code)
    skipped = field.field.may_be_skipped
    return [stage for stage in stages if stage.code == code or stage.code not in skipped]


def one_way(stages: list[Stage], ways: Sequence[str], code: str | None) -> list[Stage]:
    """The stages along the way that was taken, or along the first way when none is yet."""
    taken = code if code in ways else ways[0]
    kept = [s for s in stages if s.code == taken or s.code not in ways]
    if taken == ways[0]:
        return kept
    order = [stage.code for stage in stages]
    fork = min(order.index(Text(way)) for way in ways if way in order)
    return [s for s in kept if order.index(s.code) < fork or s.code == taken]


def _marked(thing: MappedThing, record: Record, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The same cells; those whose value no system confirmed yet bear a mark."""
    pending = {
        (source, path)
        for source, rows in record.rows.items()
        for row in rows[:1]
        if isinstance(row, LaidRow)
        for path in row.pending
    }
    if not pending:
        return cells
    return tuple(
        replace(cell, pending=True)
        if pending.intersection(thing.fields[cell.field].paths)
        else cell
        for cell in cells
    )
