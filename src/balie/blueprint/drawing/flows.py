"""Lineage in the drawing's terms: which systems a field, a task or a step has to do with."""

from collections.abc import Iterable

from balie.blueprint import lineage
from balie.blueprint.drawing.content import Use
from balie.blueprint.drawing.light import Light
from balie.blueprint.drawing.phrases import Phrases
from balie.blueprint.lineage import Read, Write
from balie.blueprint.model import Blueprint, FieldRef, Step, Work
from balie.blueprint.source import Text


def sources(blueprint: Blueprint, ref: FieldRef) -> tuple[str, ...]:
    """The systems that what is shown comes from, in the order of the blueprint."""
    return _in_order(blueprint, (read.system for read in lineage.sources_of(blueprint, ref)))


def counted(blueprint: Blueprint, of: Text) -> tuple[str, ...]:
    """The systems of what a figure counts or adds up: a field, or rows of a thing."""
    ref = FieldRef.of(of)
    thing = blueprint.things.get(ref.thing)
    if ref.field or thing is None:
        return sources(blueprint, ref)
    return _in_order(blueprint, (source.table.system for source in thing.from_))


def destinations(blueprint: Blueprint, ref: FieldRef) -> tuple[str, ...]:
    """The systems that an answer goes to: the master and the followers."""
    written = (
        write.system
        for described in lineage.describe(blueprint, ref)
        for write in lineage.field_writes(ref, described)
    )
    return _in_order(blueprint, written)


def written(blueprint: Blueprint, targets: Iterable[Text], table: Text | None) -> tuple[str, ...]:
    """The systems that a task writes to: of its table, and of the fields that it sets."""
    of_table = () if table is None else (table.partition(".")[0],)
    of_fields = (
        system for target in targets for system in destinations(blueprint, FieldRef.of(target))
    )
    return _in_order(blueprint, (*of_table, *of_fields))


def uses(phrases: Phrases, step: Step, light: Light) -> tuple[Use, ...]:
    """What a step reads and writes, one entry for each system that it touches."""
    blueprint = phrases.blueprint
    reads, writes = lineage.reads(blueprint, step), lineage.writes(blueprint, step)
    read_from = {read.system for read in reads}
    written_to = {write.system for write in writes}
    touched = _in_order(blueprint, read_from | written_to)
    return tuple(
        _use(
            phrases,
            step,
            system,
            [read for read in reads if read.system == system],
            [write for write in writes if write.system == system],
            light,
        )
        for system in touched
    )


def _use(
    phrases: Phrases,
    step: Step,
    system: str,
    reads: list[Read],
    writes: list[Write],
    light: Light,
) -> Use:
    """Counts fields in the customer's words up, and fields of the system's tables down."""
    fields_read = {(read.thing, read.name): _read_name(phrases, read) for read in reads}
    return Use(
        system,
        tuple(dict.fromkeys(fields_read.values())),
        tuple(dict.fromkeys(_write_name(phrases, step, write) for write in writes)),
        len(fields_read),
        len({(write.table, write.field) for write in writes}),
        light.fields(step, system),
    )


def _read_name(phrases: Phrases, read: Read) -> str:
    return phrases.name(f"{read.thing}.{read.name}")


def _write_name(phrases: Phrases, step: Step, write: Write) -> str:
    """The field in the customer's words, or the work that sends it."""
    if write.ref.thing:
        return phrases.name(f"{write.ref.thing}.{write.ref.field}")
    table = f"{write.system}.{write.table}"
    sender = next((work for work in step.backstage if table_of(work) == table), None)
    return write.field if sender is None else phrases.text(sender.does)


def table_of(work: Work) -> Text | None:
    """The table in which a task makes or changes a row."""
    return work.makes or work.updates


def _in_order(blueprint: Blueprint, systems: Iterable[str]) -> tuple[str, ...]:
    """Each system once, in the order of the blueprint."""
    found = set(systems)
    return tuple(name for name in blueprint.systems if name in found)
