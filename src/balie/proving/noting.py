"""What was asked, and what was found: counts per kind of door, and findings with their places."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Blueprint
from balie.blueprint.report import as_text
from balie.blueprint.source import NOWHERE, Span
from balie.proving.doors import Door

MEANING = {
    "PR101": "somebody gets what is not theirs",
    "PR102": "values of others are shown",
    "PR103": "a refusal tells that there is something",
    "PR104": "somebody does not get what is theirs",
    "PR105": "something is accepted that should be refused",
    "PR106": "it answers with a fault of its own",
    "PR201": "a door is not proved",
    "PR202": "a difference between people is not proved",
    "PR203": "nobody in the examples comes behind a door",
}
_HELP = {
    "PR101": "Every row goes through `owner:` and `linked by:`; a page through `for:`.",
    "PR102": "Look at what the page reads, and whether each row is held against the viewer.",
    "PR103": "Refuse it with the same words as what does not exist.",
    "PR104": "balie try ADDRESS --as MAIL --rehearse BLUEPRINT  tells why it is hidden.",
    "PR105": "What is sent must be held against who sends it, again.",
    "PR106": "See the log; whatever is asked deserves words.",
    "PR201": "Tell `balie.proving` for whom it is.",
    "PR202": "Add such people to examples/people.yaml, with rows of their own.",
    "PR203": "Add a row to examples/rows.yaml that leads there.",
}
_SEVERITY = {"PR202": Severity.WARNING, "PR203": Severity.WARNING}


class Enough(Exception):
    """Something was found, and that was all there was to know."""


@dataclass(slots=True)
class Notes:
    """Filled while it is proved. first_only: raises Enough at the first thing that is wrong."""

    blueprint: Blueprint
    first_only: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, door: str, what: str) -> None:
        """One more of this was done at a kind of door."""
        self.counts[door, what] += 1

    def found(self, code: str, about: str, says: str, *where: tuple[Span | None, str]) -> None:
        """Something is wrong at a door. about: of findings with the same, the first is told.

        where: places in the blueprint that show why, each with what is to be seen there.
        """
        self._seen[code, about] += 1
        if self._seen[code, about] > 1:
            return
        places = tuple(Place(at, label) for at, label in where if at is not None)
        self.findings.append(
            Finding(
                code=code,
                severity=_SEVERITY.get(code, Severity.ERROR),
                message=says,
                where=places or (Place(NOWHERE, "of no step of the story"),),
                why=MEANING[code],
                help=(_HELP[code],),
            )
        )
        if self.first_only and self.fails:
            raise Enough

    def about(self, code: str, door: Door, says: str) -> None:
        """Something is wrong at a door of the story: told where it says whose it is."""
        owner = None
        if door.subject is not None:
            held = door.subject.owner or door.subject.linked_by
            owner = held[0].text.at if held else door.subject.id.at
        places = ((door.place, "for whom the page is"), (owner, "whose rows these are"))
        self.found(code, f"{door.address} {door.kind}", says, *places)

    @property
    def fails(self) -> bool:
        """Whether anything is wrong; what could not be proved for want of examples is not."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def told(self, took: float) -> str:
        """All of it for people."""
        lines = [as_text(_placed(self.findings), self.blueprint.texts)] if self.findings else []
        lines += [_pages_without_place(one) for one in self.findings if not _has_place(one)]
        kinds: dict[str, Counter[str]] = {}
        for (door, what), many in sorted(self.counts.items()):
            kinds.setdefault(door, Counter())[what] += many
        width = max((len(door) for door in kinds), default=0)
        for door, counts in kinds.items():
            told = ", ".join(f"{many} {what}" for what, many in counts.items())
            lines.append(f"  {door:<{width}}  {told}")
        errors = sum(one.severity is Severity.ERROR for one in self.findings)
        asked = sum(many for (_, what), many in self.counts.items() if what == "asked")
        verdict = "nothing leaks" if not errors else f"{errors} findings"
        lines += ["", f"{verdict}; {asked:,} requests in {took:.1f} s"]
        return "\n".join(line for line in lines)

    def as_json(self, took: float, seed: int) -> str:
        """All of it for programs."""
        counts: dict[str, dict[str, int]] = {}
        for (door, what), many in sorted(self.counts.items()):
            counts.setdefault(door, {})[what] = many
        said = {
            "seed": seed,
            "seconds": round(took, 1),
            "counts": counts,
            "findings": [
                {
                    "code": one.code,
                    "severity": str(one.severity),
                    "message": one.message,
                    "where": [
                        {"at": str(place.at), "label": place.label}
                        for place in one.where
                        if place.at.file
                    ],
                    "why": one.why,
                    "help": list(one.help),
                    "times": self._times(one),
                }
                for one in self.findings
            ],
        }
        return json.dumps(said, ensure_ascii=False, indent=2)

    def _times(self, finding: Finding) -> int:
        keys = [key for key in self._seen if key[0] == finding.code]
        place = [one for one in self.findings if one.code == finding.code].index(finding)
        return self._seen[keys[place]]


def _has_place(finding: Finding) -> bool:
    return bool(finding.where[0].at.file)


def _placed(findings: Sequence[Finding]) -> Iterator[Finding]:
    return (finding for finding in findings if _has_place(finding))


def _pages_without_place(finding: Finding) -> str:
    """A finding about a page that the story does not write."""
    help_ = "\n".join(f"  = help: {line}" for line in finding.help)
    return f"{finding.severity}[{finding.code}]: {finding.message}\n  = why: {finding.why}\n{help_}"
