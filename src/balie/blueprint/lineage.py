"""Where what a step shows comes from, and where what it asks goes to: field by field.

Derived from the story and the things, so the drawing, the `?` beside a field and the checks all
tell the same. Names that do not exist give nothing here; the checks report them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from balie.blueprint.conditions import Condition
from balie.blueprint.model import (
    Blueprint,
    FieldRef,
    FieldSource,
    Figure,
    Screen,
    Sends,
    Source,
    Step,
    TableRef,
    Thing,
    ThingField,
)
from balie.blueprint.source import Text
from balie.systems.contract import Contract


@dataclass(frozen=True, slots=True)
class Read:
    """One raw field that a step reads. `ref` is what the step writes, `thing` and `name` the field
    in the customer's words that it feeds ("order.lines" feeds "order_line" and "quantity").
    """

    ref: FieldRef
    system: str
    table: str
    field: str
    thing: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One raw field that a step writes. `ref` is the field, or the target of `sends:`."""

    ref: FieldRef
    system: str
    table: str
    field: str


@dataclass(frozen=True, slots=True)
class Described:
    """A field that a step names: the thing that it is of, and the field."""

    thing: Thing
    field: ThingField


Contracts = Mapping[str, Contract]
"""By the id of the system. A system without one is taken to have every field."""

NO_CONTRACTS: Contracts = {}


def reads(
    blueprint: Blueprint, step: Step, contracts: Contracts = NO_CONTRACTS
) -> tuple[Read, ...]:
    """Every raw field that the step's screen reads, in the order of the screen, each once."""
    if step.screen is None:
        return ()
    found = (
        read
        for ref in screen_refs(blueprint, step.screen)
        for described in describe(blueprint, ref)
        for read in field_reads(blueprint, ref, described, contracts)
    )
    return tuple(dict.fromkeys(found))


def writes(blueprint: Blueprint, step: Step) -> tuple[Write, ...]:
    """Every raw field that the step writes: its form, its decision, and its backstage work."""
    return tuple(dict.fromkeys(_writes(blueprint, step)))


def sources_of(
    blueprint: Blueprint, ref: FieldRef, contracts: Contracts = NO_CONTRACTS
) -> tuple[Read, ...]:
    """The raw fields that one field is read from."""
    return tuple(
        read
        for described in describe(blueprint, ref)
        for read in field_reads(blueprint, ref, described, contracts)
    )


# ---- what a screen names

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*(?:\.\w+)+)\}")


def placeholders(text: Text) -> tuple[FieldRef, ...]:
    """The fields in a sentence: `Dear {contact.first_name}`. `{time}` is not a field."""
    return tuple(FieldRef.of(text.part(*match.span(1))) for match in PLACEHOLDER.finditer(text))


def screen_refs(blueprint: Blueprint, screen: Screen) -> Iterator[FieldRef]:
    """Every field whose value the screen shows, needs for a sentence, or offers to choose from."""
    if screen.headline is not None:
        yield from placeholders(screen.headline)
    if screen.timeline is not None:
        yield screen.timeline
    yield from screen.shows
    yield from figure_refs(screen)
    for rule in screen.only_while:
        yield from map(FieldRef.of, rule.if_.names)
        yield from placeholders(rule.otherwise_says)
    if screen.changes is not None:
        yield from screen.asks
    yield from choices(blueprint, screen.asks)


def figure_refs(screen: Screen) -> Iterator[FieldRef]:
    """Every field that the screen's figures count or add up, or look at."""
    for figure in screen.figures:
        yield from of_figure(figure)


def of_figure(figure: Figure) -> Iterator[FieldRef]:
    """Every field that a figure counts or adds up, or looks at."""
    of = FieldRef.of(figure.of)
    if of.field:
        yield of
    if figure.per is not None:
        name = figure.per.rpartition(" ")[2]
        start = len(figure.per) - len(name)
        per = figure.per.part(start, len(figure.per))
        yield FieldRef(per, of.thing, name)
    if figure.if_ is not None:
        yield from map(FieldRef.of, figure.if_.names)


def choices(blueprint: Blueprint, asked: Iterable[FieldRef]) -> Iterator[FieldRef]:
    """What the questions of a form offer to choose from."""
    for question in asked:
        for described in questions(blueprint, question):
            if described.field.choose_from is not None:
                yield FieldRef.of(described.field.choose_from)


# ---- what a name means


def describe(blueprint: Blueprint, ref: FieldRef) -> tuple[Described, ...]:
    """The fields behind a name: one, or those of a nested list; none when it is not described."""
    thing = blueprint.things.get(ref.thing)
    if thing is None:
        return ()
    if ref.field in thing.fields:
        return (Described(thing, thing.fields[ref.field]),)
    list_name, _, name = ref.field.partition(".")
    nested = nested_list(blueprint, ref.thing, list_name)
    if nested is None:
        return ()
    if name:
        return (Described(nested, nested.fields[name]),) if name in nested.fields else ()
    return tuple(Described(nested, column) for column in columns(nested))


def nested_list(blueprint: Blueprint, thing: str, list_name: str) -> Thing | None:
    """The thing that is `in: order.lines`, for "order" and "lines"."""
    return blueprint.nested.get(f"{thing}.{list_name}")


def columns(thing: Thing) -> tuple[ThingField, ...]:
    """The columns of a list of this thing: those of `list:`, else every field with a name."""
    named = tuple(thing.fields[name] for name in thing.list_ if name in thing.fields)
    return named or tuple(column for column in thing.fields.values() if column.name is not None)


# ---- where a field comes from


def field_reads(
    blueprint: Blueprint, ref: FieldRef, described: Described, contracts: Contracts = NO_CONTRACTS
) -> Iterator[Read]:
    """The raw fields of one field: those in its `from:`, and those that its words look at."""
    thing, field = described.thing, described.field
    for written in field.from_:
        for source in sources_for(blueprint, thing, written, contracts):
            yield _read(ref, described, source, written.path)
    for stage in field.words:
        if stage.if_ is not None:
            yield from _condition_reads(ref, described, thing, stage.if_)


def sources_for(
    blueprint: Blueprint, thing: Thing, written: FieldSource, contracts: Contracts = NO_CONTRACTS
) -> tuple[Source, ...]:
    """The thing's sources that a line of `from:` is about: the named one, or each that has it."""
    if written.source:
        return tuple(source for source in thing.from_ if source.name == written.source)
    return tuple(
        source
        for source in thing.from_
        if _has(blueprint, source.table, source.table.within(written.path), contracts)
    )


def _has(blueprint: Blueprint, ref: TableRef, path: str, contracts: Contracts) -> bool:
    contract, system = contracts.get(ref.system), blueprint.systems.get(ref.system)
    if contract is None or system is None:
        return True
    table = contract.tables.get(system.tables.get(ref.table, ref.table))
    return table is None or table.field(path) is not None


def _read(ref: FieldRef, described: Described, source: Source, path: str) -> Read:
    table = source.table
    field = table.within(path)
    return Read(ref, table.system, table.table, field, described.thing.id, described.field.id)


def _condition_reads(
    ref: FieldRef, described: Described, thing: Thing, condition: Condition
) -> Iterator[Read]:
    for name in condition.names:
        first, _, path = name.partition(".")
        for source in thing.from_:
            if source.name and source.name == first:
                yield _read(ref, described, source, path)
            elif not source.name:
                yield _read(ref, described, source, name)


# ---- where an answer goes to


def _writes(blueprint: Blueprint, step: Step) -> Iterator[Write]:
    if step.screen is not None:
        yield from _answers(blueprint, step.screen.asks)
        created = blueprint.things.get(step.screen.creates or "")
        if created is not None:
            yield from _set_at_acceptance(blueprint, created)
    for work in step.backstage:
        yield from _sent(work.makes or work.updates, work.sends)
        yield from _sets(blueprint, work.sets)
    for answer in step.decision:
        yield from _answers(blueprint, answer.asks)
        yield from _sets(blueprint, answer.sets)


def _answers(blueprint: Blueprint, asked: Iterable[FieldRef]) -> Iterator[Write]:
    for question in asked:
        for described in questions(blueprint, question):
            yield from field_writes(question, described)


def questions(blueprint: Blueprint, asked: FieldRef) -> tuple[Described, ...]:
    """The fields that a question asks: of a nested list, those that `sets:` does not fill in."""
    nested = nested_list(blueprint, asked.thing, asked.field)
    if nested is None:
        return describe(blueprint, asked)
    parent = blueprint.things.get(asked.thing)  # not there: the checks say so
    filled = set() if parent is None else {str(line.target) for line in parent.sets}
    return tuple(
        Described(nested, field)
        for field in nested.fields.values()
        if field.to and f"{asked.field}.{field.id}" not in filled
    )


def field_writes(ref: FieldRef, described: Described) -> Iterator[Write]:
    """The raw fields that one field goes to: the master first, then those that follow."""
    source = described.thing.from_[0] if described.thing.from_ else None
    for target in (*described.field.to, *described.field.also_to):
        system, _, path = target.partition(".")
        table, _, name = path.partition(".")
        if name:
            yield Write(ref, system, table, name)
        elif source is not None:
            table_ref = source.table
            yield Write(ref, table_ref.system, table_ref.table, table_ref.within(target))


def _set_at_acceptance(blueprint: Blueprint, thing: Thing) -> Iterator[Write]:
    for line in thing.sets:
        target = FieldRef(line.target, thing.id, str(line.target))
        for described in describe(blueprint, target):
            yield from field_writes(target, described)


def _sent(table: Text | None, sends: Iterable[Sends]) -> Iterator[Write]:
    if table is None:
        return
    system, _, name = table.partition(".")
    for line in sends:
        yield Write(FieldRef(line.target, "", str(line.target)), system, name, str(line.target))


def _sets(blueprint: Blueprint, lines: Iterable[Sends]) -> Iterator[Write]:
    for line in lines:
        target = FieldRef.of(line.target)
        for described in describe(blueprint, target):
            yield from field_writes(target, described)


# ---- every place where the story names a field


@dataclass(frozen=True, slots=True)
class Use:
    """A place in the story that names a field. label: what it does there, "shown here"."""

    step: Step
    ref: FieldRef
    label: str

    @property
    def is_seen(self) -> bool:
        """Whether customers get to see its value here."""
        return self.label in (SHOWN, COUNTED)


SHOWN, COUNTED, ASKED = "shown here", "counted here", "asked here"
LOOKED_AT, SENT, SET, AWAITED = "looked at here", "sent here", "set here", "waited for here"


def uses(step: Step) -> Iterator[Use]:
    """Every place in a step that names a field, described or not."""
    if step.screen is not None:
        yield from _screen_uses(step, step.screen)
    for line in step.approve:
        yield from _condition_uses(step, line.if_)
    for work in (*step.frontstage, *step.backstage):
        yield from _condition_uses(step, work.if_)
        yield from _value_uses(step, work.sends)
        yield from _set_uses(step, work.sets)
    for answer in step.decision:
        yield from (Use(step, asked, ASKED) for asked in answer.asks)
        yield from _set_uses(step, answer.sets)
    happenings = [tells.when for tells in step.tells] + ([step.waits.when] if step.waits else [])
    for when in happenings:
        yield from (Use(step, awaited, AWAITED) for awaited in happening_refs(when))


def _screen_uses(step: Step, screen: Screen) -> Iterator[Use]:
    shown = placeholders(screen.headline) if screen.headline else ()
    timeline = () if screen.timeline is None else (screen.timeline,)
    yield from (Use(step, ref, SHOWN) for ref in (*shown, *timeline, *screen.shows))
    yield from (Use(step, ref, COUNTED) for ref in figure_refs(screen))
    for rule in screen.only_while:
        yield from _condition_uses(step, rule.if_)
        yield from (Use(step, ref, SHOWN) for ref in placeholders(rule.otherwise_says))
    yield from (Use(step, ref, ASKED) for ref in screen.asks)


def _condition_uses(step: Step, condition: Condition | None) -> Iterator[Use]:
    if condition is not None:
        yield from (Use(step, FieldRef.of(name), LOOKED_AT) for name in condition.names)


def _value_uses(step: Step, lines: Iterable[Sends]) -> Iterator[Use]:
    for line in lines:
        yield from (Use(step, ref, SENT) for ref in value_refs(line.value))


def _set_uses(step: Step, lines: Iterable[Sends]) -> Iterator[Use]:
    for line in lines:
        yield Use(step, FieldRef.of(line.target), SET)
    yield from _value_uses(step, lines)


DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def value_refs(value: Text) -> tuple[FieldRef, ...]:
    """The fields in a value of `sends:` or `sets:`: a field, a formula, or a text with { }."""
    if "{" in value:
        return placeholders(value)
    is_field = DOTTED.fullmatch(value) is not None
    if not is_field and "(" not in value:
        return ()
    found = (FieldRef.of(value.part(*match.span())) for match in DOTTED.finditer(value))
    return tuple(ref for ref in found if ref.thing not in ("me", "login", "work"))


BECOMES = re.compile(r"(\w+(?:\.\w+)+) becomes (\w+(?: or \w+)*)")


def happening_refs(when: Text) -> tuple[FieldRef, ...]:
    """The field of `order.status becomes sent`; other happenings name none."""
    match = BECOMES.fullmatch(when)
    return () if match is None else (FieldRef.of(when.part(*match.span(1))),)


def happening_codes(when: Text) -> tuple[Text, ...]:
    """The codes of `order.status becomes sent or done`."""
    match = BECOMES.fullmatch(when)
    if match is None:
        return ()
    start = match.start(2)
    words = re.finditer(r"\w+", match[2])
    codes = (when.part(start + word.start(), start + word.end()) for word in words)
    return tuple(code for code in codes if code != "or")
