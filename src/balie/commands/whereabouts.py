"""Lineage as text: fields, pages and systems, each with what it is tied to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from balie.backstage.lineage.asking import Answer, Page
from balie.backstage.lineage.places import OF_STAFF, Place
from balie.backstage.lineage.rules import recognised
from balie.backstage.lineage.trails import Lineage, Trail
from balie.blueprint.lineage import ASKED, SET
from balie.blueprint.links import ME, Link, Role
from balie.blueprint.model import System

WIDE = 34  # of the first column
CHANGING = frozenset({ASKED, OF_STAFF, SET})
"""What happens at a place where a field goes to its systems."""


def as_text(lineage: Lineage, answers: Sequence[Answer]) -> str:
    """Everything that was asked, one after the other."""
    return "\n\n".join("\n".join(_answer(lineage, one)) for one in answers) + "\n"


def _answer(lineage: Lineage, asked: Answer) -> Iterator[str]:
    if not asked.what:
        yield from _whole(lineage)
        return
    parts = [
        *(list(_page(lineage, page, asked.trails)) for page in asked.pages),
        *_fields(lineage, asked),
        list(_rules(lineage, asked)),
        list(_raw(lineage, asked)),
    ]
    yield from "\n\n".join("\n".join(part) for part in parts if part).split("\n")


def _fields(lineage: Lineage, asked: Answer) -> Iterator[list[str]]:
    """The fields themselves, unless they are told with their page."""
    if not asked.pages:
        for trail in asked.trails:
            yield list(_field(lineage, trail))


# ---- one field


def _field(lineage: Lineage, trail: Trail) -> Iterator[str]:
    name = f'  "{trail.name}"' if trail.name else "  (never shown)"
    yield f"{trail.id}{name}  {trail.at.file}:{trail.at.line}"
    parts: Mapping[str, Iterable[str]] = {
        "comes from": _ends(lineage, trail.sources) or ["no system"],
        "becomes": trail.becomes,
        "is filled in": trail.filled,
        "goes to": _ends(lineage, trail.targets) or ["no system"],
        "in the story": list(_placed(trail.places)) or ["nowhere"],
        "is used for": trail.helps,
        "seen by": _seen_by(lineage, trail),
        "personal": _personal(trail),
        "fresh": _fresh(lineage, trail),
    }
    for title, lines in parts.items():
        for number, line in enumerate(lines):
            yield f"  {title if number == 0 else '':<14}{line}"


def _ends(lineage: Lineage, links: Sequence[Link]) -> list[str]:
    return [_end(lineage, link) for link in links]


def _end(lineage: Lineage, link: Link) -> str:
    """`erp.salesOrders.number   Business Central, as open: decides its words`."""
    system = lineage.blueprint.systems[link.system]
    source = f", as {link.of}" if link.of else ""
    role = "" if link.role in (Role.VALUE, Role.MASTER) else f": {link.role.value}"
    how = f" ({link.how})" if link.how else ""
    step = f", in {link.step}" if link.step else ""
    return f"{link.address:<{WIDE}}  {system.name}{source}{role}{how}{step}"


def _placed(places: Sequence[Place]) -> Iterator[str]:
    """A line for each page: all that the field does there, and how old it may be."""
    for where, same in groupby(places, lambda place: (place.address or place.step, place.title)):
        here = list(same)
        age = here[0].at_most_old
        does = " and ".join(dict.fromkeys(place.does for place in here))
        yield f"{'  '.join(where)}: {does}{f', at most {age} old' if age else ''}"


def _seen_by(lineage: Lineage, trail: Trail) -> Iterator[str]:
    yield ", ".join(trail.kinds) or "no customer"
    if trail.kinds:
        yield from (f"only their own: {rule}" for rule in trail.whose)
        yield from _who(lineage, trail)


def _who(lineage: Lineage, trail: Trail) -> Iterator[str]:
    """How the names of `me` in the rules are known."""
    things = [lineage.blueprint.things[rule.partition(" ")[0]] for rule in trail.whose]
    relations = [one for thing in things for one in (*thing.owner, *thing.linked_by, *thing.where)]
    for name, known in recognised(lineage.blueprint, relations).items():
        yield f"{ME}.{name} is {known}"


def _personal(trail: Trail) -> Iterator[str]:
    yield trail.personal or "no"
    for reason in trail.reasons if trail.personal else ():
        gone = f", deleted after {reason.delete_after}" if reason.delete_after else ""
        yield f"because {reason.name} ({reason.basis}{gone})"


def _fresh(lineage: Lineage, trail: Trail) -> Iterator[str]:
    for system in dict.fromkeys(link.system for link in trail.sources):
        yield _news(lineage.blueprint.systems[system])
    if trail.remembered:
        yield f"remembered for {trail.remembered} after its system forgot it"


def _news(system: System) -> str:
    told = f"news is {system.news}" if system.news else "tells no news: it is asked anew"
    answers = system.usually_answers_within
    within = f", usually answers within {answers.text}" if answers is not None else ""
    return f"{system.name}: {told}{within}"


# ---- one page


def _page(lineage: Lineage, page: Page, trails: Sequence[Trail]) -> Iterator[str]:
    step = page.step
    yield f"{page.address or '(no screen)'}  step {step.id}, for {', '.join(step.for_)}"
    for trail in trails:
        here = [p for p in trail.places if (p.step, p.address) == (step.id, page.address)]
        if here:
            does = " and ".join(dict.fromkeys(place.does for place in here))
            yield f"  {f'{trail.id}  {trail.name}'.rstrip():<{WIDE}}  {does}"
            yield from (f"    <- {end}" for end in _short(trail.sources))
            if not CHANGING.isdisjoint(place.does for place in here):
                yield from (f"    -> {end}" for end in _short(trail.targets))
    yield from _of_step(lineage, page)
    for fail in step.fails:
        said = f': "{fail.customer_reads}"' if fail.customer_reads else ""
        yield f"  when {fail.when}: {fail.then or 'nothing'}{said}"


def _short(links: Sequence[Link]) -> Iterator[str]:
    for address, same in groupby(sorted(links, key=lambda one: one.address), _address):
        yield f"{address}  {', '.join(dict.fromkeys(link.role.value for link in same))}"


def _address(link: Link) -> str:
    return link.address


def _of_step(lineage: Lineage, page: Page) -> Iterator[str]:
    for link in lineage.links:
        if link.step == page.step.id:
            yield f"  sends {link.how}"
            yield f"    -> {link.address}"


# ---- rules, and what a system's side says


def _rules(lineage: Lineage, asked: Answer) -> Iterator[str]:
    rules = [link for link in asked.rules if not link.step]
    if rules:
        yield f"{asked.what}: rules about its rows" if rules[0].thing != ME else asked.what
        yield from (f"  {_end(lineage, link)}" for link in rules)


def _raw(lineage: Lineage, asked: Answer) -> Iterator[str]:
    for table, links in _by_table(asked.raw).items():
        system = lineage.blueprint.systems[table.partition(".")[0]]
        theirs = system.tables.get(table.partition(".")[2])
        yield f"{table}  {system.name}{f', there called {theirs}' if theirs else ''}"
        for address, same in groupby(sorted(links, key=_address), _address):
            yield f"  {address.removeprefix(f'{table}.')}"
            yield from (f"    {line}" for line in _uses(lineage, list(same)))
    if not asked.raw and not asked.trails and not asked.pages and not asked.rules:
        yield f"{asked.what}: nothing is read from it, and nothing goes to it"


def _by_table(links: Iterable[Link]) -> dict[str, list[Link]]:
    tables: dict[str, list[Link]] = {}
    for link in links:
        tables.setdefault(f"{link.system}.{link.table}", []).append(link)
    return tables


def _uses(lineage: Lineage, links: Sequence[Link]) -> Iterator[str]:
    for link in links:
        arrow = "<-" if link.role.is_written else "->"
        word = f"{link.thing}.{link.field}".strip(".") or "a text"
        how = f": {link.how}" if link.how else ""
        yield f"{arrow} {word}  {link.role.value}{how}{_whereto(lineage, link)}"


def _whereto(lineage: Lineage, link: Link) -> str:
    """Where customers meet it, or the step that sends it."""
    if link.step:
        return f"  (in {link.step})"
    steps = dict.fromkeys(
        place.address or place.step for place in lineage.places_of(link) if place.kinds
    )
    return f"  ({', '.join(steps)})" if steps else ""


# ---- everything, a line each


def _whole(lineage: Lineage) -> Iterator[str]:
    for thing, trails in groupby(lineage.trails, lambda trail: trail.thing):
        yield thing
        for trail in trails:
            ends = _first(trail.sources, "<-") or "<- no system"
            yield f"  {f'{trail.field}  {trail.name}'.rstrip():<{WIDE}}  {ends}"
            yield from (f"  {'':<{WIDE}}  -> {link.address}" for link in trail.targets)
    yield ME
    for link in lineage.links:
        if link.thing == ME:
            yield f"  {link.field:<{WIDE}}  <- {link.address}  {link.how}"
    yield ""
    yield "More of one:  balie lineage order.status PATH;  as a table:  balie lineage --csv PATH"


def _first(links: Sequence[Link], arrow: str) -> str:
    """The first raw field, and how many others there are."""
    addresses = list(dict.fromkeys(link.address for link in links))
    more = f" and {len(addresses) - 1} more" if len(addresses) > 1 else ""
    return f"{arrow} {addresses[0]}{more}" if addresses else ""
