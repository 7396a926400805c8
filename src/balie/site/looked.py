"""Who looked at what is a customer's, told in the words of the blueprint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from balie.access.viewer import Visitor
from balie.backstage.auditing import Deed, Deeds
from balie.blueprint.model import Blueprint
from balie.console.looks_along import REASONS
from balie.console.told import Told
from balie.identity.desk import Look
from balie.identity.directory import PeopleHere
from balie.identity.models import Person

WHATS: Mapping[str, str] = {
    "looked": "looked.sent",
    "looked along": "looked.along",
    "found": "looked.found",
    "explained": "looked.explained",
    "looked at links": "looked.links",
    "unlinked": "looked.unlinked",
    "signed out by staff": "looked.signed_out",
    "accepted": "looked.sent_for",
    "approval given": "looked.decided",
    "approval approved": "looked.decided",
    "approval refused": "looked.decided",
    "acted as": "looked.acted",
    "represented": "looked.represented",
    "represents": "looked.represents",
    "began to represent": "looked.began_to_represent",
    "ended representing": "looked.ended_representing",
    "again": "looked.settled",
    "done by hand": "looked.settled",
    "dropped": "looked.settled",
    "corrected": "looked.settled",
    "handed over": "looked.settled",
    "answered": "looked.settled",
    "erased": "looked.erased",
}
"""Words of the audit that customers read, and as what. Others are not about looking."""


@dataclass(frozen=True, slots=True)
class Onlookers:
    """Tells customers who looked. receipts_at: the address before a reference."""

    deeds: Deeds
    blueprint: Blueprint
    receipts_at: str

    def __call__(self, person: Person, language: str) -> Sequence[Look]:
        """Who looked at what is this person's, newest first."""
        told = Told(self.blueprint, language)
        deeds = [
            deed
            for deed in self.deeds.about_person(person.pk.hex, person.email)
            if deed.what in WHATS
        ]
        people = PeopleHere().with_ids({deed.who for deed in deeds})
        names = {id_: _name(visitor, told) for id_, visitor in people.items()}
        return [self._look(deed, names, told) for deed in deeds]

    def _look(self, deed: Deed, names: Mapping[str, str], told: Told) -> Look:
        record = deed.record if deed.what != "unlinked" else ""  # a key of ours says them nothing
        if deed.reference:
            record = f"{told.step(deed.step)}, {deed.reference}"
        at = deed.record if deed.record.startswith("/") else ""
        return Look(
            when=deed.at,
            by=names.get(deed.who, ""),
            what=WHATS[deed.what],
            why=f"looked.why_{deed.more}" if deed.more in REASONS else "",
            record=record,
            at=f"{self.receipts_at}/{deed.reference}" if deed.reference else at,
        )


def _name(visitor: Visitor, told: Told) -> str:
    """Staff are told as their team: colleagues of ours have a private life too."""
    if not visitor.is_staff:
        return visitor.name or visitor.email
    return ", ".join(filter(None, (told.team(role) for role in sorted(visitor.staff_roles))))
