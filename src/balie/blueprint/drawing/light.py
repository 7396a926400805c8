"""One field in the light: every place of a step that has to do with it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from balie.blueprint import lineage
from balie.blueprint.model import Blueprint, FieldRef, Figure, Screen, Step
from balie.blueprint.source import Text

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Light:
    """Falls on one field, such as "order.status", or on a whole list such as "order.lines".

    With no field it falls on nothing.
    """

    blueprint: Blueprint
    field: str = ""

    def on(self, ref: FieldRef) -> bool:
        """Whether a name in the story means the field, or a list that it is in."""
        return bool(self.field) and (str(ref.text) == self.field or self.field in self._names(ref))

    def on_any(self, names: Iterable[Text]) -> bool:
        """Whether one of these dotted names means the field."""
        return any(self.on(FieldRef.of(name)) for name in names)

    def on_sentence(self, text: str) -> bool:
        """Whether a sentence has a place for the field: "Dear {contact.name}"."""
        return bool(self.field) and self.field in PLACEHOLDER.findall(text)

    def on_figure(self, figure: Figure) -> bool:
        """Whether a figure counts the field, adds it up, or looks at it."""
        looked_at = () if figure.if_ is None else figure.if_.names
        return self.on_any((figure.of, *looked_at))

    def on_timeline(self, screen: Screen) -> bool:
        """Whether a screen's timeline shows the field."""
        return screen.timeline is not None and self.on(screen.timeline)

    def on_happening(self, when: Text) -> bool:
        """Whether something happens to the field: `order.status becomes sent`."""
        return any(self.on(ref) for ref in lineage.happening_refs(when))

    def fields(self, step: Step, system: str) -> tuple[str, ...]:
        """The fields of a system that feed it or are fed by it in a step: "orders.status"."""
        if not self.field:
            return ()
        read = (
            f"{each.table}.{each.field}"
            for each in lineage.reads(self.blueprint, step)
            if each.system == system
            and self.field in (f"{each.thing}.{each.name}", str(each.ref.text))
        )
        written = (
            f"{each.table}.{each.field}"
            for each in lineage.writes(self.blueprint, step)
            if each.system == system and self.on(each.ref)
        )
        return tuple(dict.fromkeys((*read, *written)))

    def _names(self, ref: FieldRef) -> frozenset[str]:
        """The fields behind a name, as "thing.field"."""
        return frozenset(
            f"{described.thing.id}.{described.field.id}"
            for described in lineage.describe(self.blueprint, ref)
        )


def lightable(blueprint: Blueprint) -> tuple[str, ...]:
    """Every field and list that can be lit: "order.status"."""
    fields = (
        f"{thing.id}.{field.id}"
        for thing in blueprint.things.values()
        for field in thing.fields.values()
    )
    return (*fields, *blueprint.nested)
