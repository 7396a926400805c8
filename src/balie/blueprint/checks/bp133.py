"""Something is said of a code that a field does not have."""

from collections.abc import Iterator

from balie.blueprint.checks.bp130 import raw_fields
from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import Described
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP133",
    severity=Severity.ERROR,
    title="A field does not have this code",
    why="What is good news, what asks attention and what may be skipped is said of the field's own "
    "codes. Of another code it says nothing, so the right one would be shown as any other.",
    example=Change(
        "things.yaml",
        "          back: back with us\n",
        "          back: back with us\n        good news: [bakc]\n",
    ),
    near_miss=Change(
        "things.yaml",
        "          back: back with us\n",
        "          back: back with us\n        good news: [back]\n        asks attention: late\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing, field in subject.fields:
        codes = {str(stage.code) for stage in field.words if stage.code}
        said = raw_fields(subject, Described(thing, field))
        codes |= {code for raw, _ in said for code in raw.codes}
        for code in (*field.good_news, *field.asks_attention, *field.may_be_skipped):
            if codes and code not in codes:
                yield ABOUT.finding(
                    f'"{field.id}" has no code "{code}"',
                    place(code, "said of nothing"),
                    place(field.id, f"its codes are: {joined(sorted(codes))}"),
                    help_=did_you_mean(code, sorted(codes)),
                )
