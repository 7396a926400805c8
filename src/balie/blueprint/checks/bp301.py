"""Personal data without a purpose."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, field_name, place, plain_name
from balie.blueprint.checks.privacy import is_personal_itself, says_personal, ties_to_me
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Thing

ABOUT = About(
    code="BP301",
    severity=Severity.ERROR,
    title="Personal data without a reason to have it",
    why="What is about a person may be collected for a stated purpose only. The register of "
    "processing is made from these words.",
    example=Change(
        "things.yaml",
        "    seen by: [member]\n    purpose: [lend]\n",
        "    seen by: [member]\n",
    ),
    near_miss=Change(
        "things.yaml",
        "    seen by: [member]\n    purpose: [lend]\n",
        "    seen by: [member]\n    personal: no, because nobody is named in it\n",
    ),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing in subject.blueprint.things.values():
        if is_personal_itself(thing) and not thing.purpose:
            yield _without_reason(subject, thing)


def _without_reason(subject: Subject, thing: Thing) -> Finding:
    purposes = "|".join(subject.blueprint.purposes) or "<a name from purposes>"
    return ABOUT.finding(
        f'"{plain_name(thing)}" is personal, but there is no reason to have it',
        place(thing.id, f"here{_with_fields(thing)}"),
        *_because(thing),
        why="GDPR article 5(1)(b): collected for specified purposes",
        help_=(f"add  purpose: [{purposes}]",),
    )


def _with_fields(thing: Thing) -> str:
    """Its first two fields by name, and how many more there are."""
    names = [field_name(field) for field in thing.fields.values() if field.name is not None]
    if not names:
        return ""
    first = ", ".join(f'"{name}"' for name in names[:2])
    more = len(names) - 2
    rest = f" and {more} more field{'s' if more > 1 else ''}" if more > 0 else ""
    return f", with {first}{rest}"


def _because(thing: Thing) -> tuple[Place, ...]:
    owner, said = ties_to_me(thing), says_personal(thing)
    if owner is not None:
        return (place(owner.text, "it is about whoever signs in"),)
    return () if said is None else (place(said, "it says so itself"),)
