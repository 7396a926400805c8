"""A text that is not translated."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.wordings import is_only_a_value, read_by_customers
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text
from balie.blueprint.spelling import nearest

ABOUT = About(
    code="BP501",
    severity=Severity.WARNING,
    title="A text has no translation",
    why="Customers of another language would read this one. A text that is changed is "
    "untranslated again, so that nobody reads an old promise.",
    example=Change("story.yaml", "title: Keep it longer", "title: Keep it a bit longer"),
    near_miss=Change(
        "story.yaml", "customer does: Asks for more time", "customer does: Asks for a week"
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    blueprint = subject.blueprint
    texts = {str(text): text for text in reversed(list(read_by_customers(blueprint)))}
    for language in blueprint.also:
        words = blueprint.words.get(language, {})
        for text in reversed(texts.values()):
            if text and text not in words and not is_only_a_value(text):
                yield _untranslated(text, language, words.keys() - texts.keys())


def _untranslated(text: Text, language: str, unused: set[str]) -> Finding:
    file = f"words/{language}.yaml"
    old = nearest(text, sorted(unused))
    return ABOUT.finding(
        f'no text in "{language}" for "{text}"',
        place(text, f"not in {file}"),
        help_=(f'the old text may be "{old}"',) if old else (f"add it to {file}",),
    )
