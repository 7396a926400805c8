"""The doors of a portal, as its own description tells them, and for whom the story makes them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from balie.blueprint.model import Blueprint, Step, Thing
from balie.blueprint.source import Span
from balie.proving.oracle import Oracle, Who, is_for
from balie.systems.rows import Raw


class DoorKind(StrEnum):
    """What is behind a door."""

    PAGE = "page"
    LIST = "list"
    DOCUMENT = "document"
    FORM = "form"
    RECEIPTS = "list of receipts"
    RECEIPT = "receipt"
    APPROVALS = "list of approvals"
    APPROVAL = "approval"
    PUBLIC = "page for everybody"
    UNKNOWN = "unknown door"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One address of the customers' pages. address: with names between braces.

    braces: the thing and field of each. step: None for those that no step writes. about: the
    name in its query of the row that a form is about.
    """

    address: str
    kind: DoorKind
    step: Step | None = None
    braces: tuple[tuple[str, str], ...] = ()
    subject: Thing | None = None
    sends: bool = False
    about: str = ""

    def at(self, *values: str) -> str:
        """The address with its braces filled in."""
        left = list(values)
        parts = self.address.split("/")
        return "/".join(quote(left.pop(0), safe="") if p.startswith("{") else p for p in parts)

    def fits(self, path: str) -> bool:
        """Whether a path is at this door."""
        here, there = self.address.split("/"), path.split("/")
        return len(here) == len(there) and all(
            bool(b) if a.startswith("{") else a == b for a, b in zip(here, there, strict=True)
        )

    @property
    def place(self) -> Span | None:
        """Where the story says who may come here."""
        return None if self.step is None else self.step.for_at

    def is_for(self, who: Who, oracle: Oracle) -> bool:
        """Whether somebody may come here at all, whatever the row."""
        if self.step is None:
            return bool(who.kinds)
        if not is_for(self.step, who):
            return False
        if self.subject is None:
            return True
        may_change = self.subject.may_change
        if self.kind is DoorKind.FORM and self.step.screen and self.step.screen.changes:
            if may_change and not who.kinds & set(may_change):
                return False
            if not any(True for _ in oracle.held(self.subject, who)):
                return False
        return oracle.may_see(self.subject, who) and self._shows_its_document(who, oracle)

    def _shows_its_document(self, who: Who, oracle: Oracle) -> bool:
        """Whether the thing and the field that a document is of may be seen."""
        if self.kind is not DoorKind.DOCUMENT or self.subject is None:
            return True
        *_, before, last = self.address.split("/")
        thing = oracle.blueprint.things.get(before, self.subject)
        field = thing.fields.get(last.partition(".")[0])
        seen_by = field.seen_by if field is not None else ()
        return oracle.may_see(thing, who) and (not seen_by or bool(who.kinds & set(seen_by)))

    def keys(self, who: Who, oracle: Oracle) -> tuple[set[str], set[str]]:
        """The values of its first braces that must, and that may, lead somebody somewhere."""
        if not self.braces or not self.is_for(who, oracle):
            return set(), set()
        thing, field = self.braces[0]
        return oracle.values(oracle.blueprint.things[thing], field, who)


def doors_of(description: Raw, blueprint: Blueprint) -> Iterator[Door]:
    """The doors in the portal's own description of its API."""
    paths = description.get("paths") if isinstance(description, dict) else None
    for address, operations in paths.items() if isinstance(paths, dict) else ():
        if isinstance(operations, dict):
            yield _door(address, operations, blueprint)


def _door(address: str, operations: Mapping[str, Raw], blueprint: Blueprint) -> Door:
    get = operations.get("get")
    said: Mapping[str, Raw] = get if isinstance(get, dict) else {}
    operation = str(said.get("operationId", ""))
    step = _step(operation, blueprint)
    kind = _kind(operation, step, said)
    braces = tuple(_braces(address, operation, step, blueprint))
    return Door(
        address=address,
        kind=kind,
        step=step,
        braces=braces,
        subject=_subject(step, kind, braces, blueprint),
        sends="post" in operations,
        about=_about(said),
    )


def _about(said: Mapping[str, Raw]) -> str:
    """The name of what a form wants in its query; "" for nothing."""
    parameters = said.get("parameters")
    for one in parameters if isinstance(parameters, list) else ():
        if isinstance(one, dict) and one.get("in") == "query":
            return str(one["name"])
    return ""


def _step(operation: str, blueprint: Blueprint) -> Step | None:
    """The step with the longest name that the operation begins with."""
    named = {str(step.id).replace("-", "_"): step for step in blueprint.steps}
    fitting = [n for n in named if operation == n or operation.startswith(f"{n}_")]
    return named[max(fitting, key=len)] if fitting else None


_OF_NO_STEP = {
    "receipt": DoorKind.RECEIPT,
    "receipts": DoorKind.RECEIPTS,
    "approval": DoorKind.APPROVAL,
    "approvals": DoorKind.APPROVALS,
}


def _kind(operation: str, step: Step | None, said: Mapping[str, Raw]) -> DoorKind:
    if step is None:
        return _OF_NO_STEP.get(operation, DoorKind.UNKNOWN)
    if step.is_for_everybody:
        return DoorKind.PUBLIC
    if operation.endswith("_form"):
        return DoorKind.FORM
    if "octet-stream" in str(said.get("responses")):
        return DoorKind.DOCUMENT
    screen = step.screen
    is_list = operation.endswith("_list") or (
        "'sort'" in str(said.get("parameters")) and screen is not None
    )
    return DoorKind.LIST if is_list else DoorKind.PAGE


def _braces(
    address: str, operation: str, step: Step | None, blueprint: Blueprint
) -> Iterator[tuple[str, str]]:
    written = (step.screen.address or "") if step is not None and step.screen is not None else ""
    there = written.split("/")
    for place, part in enumerate(address.split("/")):
        if not part.startswith("{"):
            continue
        if place < len(there) and there[place].startswith("{"):
            thing, _, field = there[place].strip("{}").partition(".")
        else:
            thing, field = _of_a_document(part.strip("{}"), operation, blueprint)
        if thing in blueprint.things:
            yield thing, field


def _of_a_document(name: str, operation: str, blueprint: Blueprint) -> tuple[str, str]:
    """The thing and field of braces that the story does not write."""
    for thing, told in blueprint.things.items():
        if name.startswith(f"{thing}_") and name.removeprefix(f"{thing}_") in told.fields:
            return thing, name.removeprefix(f"{thing}_")
    named = [t for t, told in blueprint.things.items() if name in told.fields]
    fitting = [t for t in named if f"_{t}_" in f"{operation}_"]
    return (max(fitting, key=len), name) if fitting else ("", "")


def _subject(
    step: Step | None,
    kind: DoorKind,
    braces: tuple[tuple[str, str], ...],
    blueprint: Blueprint,
) -> Thing | None:
    if braces:
        return blueprint.things[braces[0][0]]
    screen = None if step is None else step.screen
    if screen is None:
        return None
    name = screen.changes or screen.creates
    if name is not None and kind is DoorKind.FORM:
        return blueprint.things.get(str(name))
    written = (screen.address or "").partition("{")[2].partition(".")[0]
    if kind is DoorKind.LIST:
        first = written or (screen.shows[0].thing if screen.shows else "")
        return blueprint.things.get(first)
    return None
