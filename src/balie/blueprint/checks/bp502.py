"""A translation that loses a value."""

import re
from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.checks.wordings import read_by_customers
from balie.blueprint.finding import Finding, Severity

ABOUT = About(
    code="BP502",
    severity=Severity.WARNING,
    title="A translation says less, or more, than the text",
    why="The value between { } is what the sentence is about: the time, or the name.",
    example=Change("words/nl.yaml", "Dit wisten we om {time}.", "Dit wisten we al."),
    near_miss=Change("words/nl.yaml", "Dit wisten we om {time}.", "Om {time} wisten we dit."),
)

VALUE = re.compile(r"\{[^{}]*\}")


def check(subject: Subject) -> Iterator[Finding]:
    blueprint = subject.blueprint
    for text in dict.fromkeys(read_by_customers(blueprint)):
        wanted = set(VALUE.findall(text))
        for language in blueprint.also:
            said = blueprint.words.get(language, {}).get(text)
            if said is not None and set(VALUE.findall(said)) != wanted:
                differs = sorted(wanted ^ set(VALUE.findall(said)))
                yield ABOUT.finding(
                    f"{joined(differs)} stands in one of these, not in the other",
                    place(said, f'in "{language}"'),
                    place(text, "the text itself"),
                    help_=("let both have the same values between { }",),
                )
