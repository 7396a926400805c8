"""What may be written on a page: short labels, no names of systems, no codes, no jargon."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from balie.blueprint.model import Blueprint
from tests.screens.screen import Audience, Screen

LONGEST_LABEL = 40  # characters
_CODES = {
    "a code": re.compile(r"\b(?:[a-z]+_[a-z_]+|[a-z]+[a-z0-9]*[A-Z]\w+|[A-Z]{2,}_[A-Z_]+)\b"),
    "a place that was not filled": re.compile(r"\{[\w.]*\}"),
    "a word of a program": re.compile(r"\b(?:None|null|undefined|NaN|True|False)\b"),
    "a date as a computer writes it": re.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
}
_OF_DATA = ("a word of a program", "a date as a computer writes it")
_JARGON = re.compile(
    r"\b(?:API|backend|server|database|timeout|time-out|exception|token|cache|cookie|JSON|HTTP|"
    r"status ?code|foutcode|parameter|URL|null)\b",
    re.IGNORECASE,
)
_AMOUNT = {
    "nl": re.compile(r"€\s-?\d{1,3}(?:\.\d{3})*,\d{2}(?!\d)"),
    "en": re.compile(r"-?€\d{1,3}(?:,\d{3})*\.\d{2}(?!\d)"),
}
_MONTHS = {  # those that the other language writes otherwise
    "nl": "januari februari maart mei juni juli augustus oktober",
    "en": "January February March May June July August October",
}
Text = tuple[str, str, bool, bool, bool]
"""A text, what it stands in, whether it is data, of the demo's tools, of a drawing."""


@dataclass(frozen=True)
class Rules:
    """names: of systems, which customers must not read."""

    names: frozenset[str]


def rules_of(blueprint: Blueprint) -> Rules:
    """The rules for the pages of one blueprint."""
    said = {str(name) for name in blueprint.systems}
    said |= {
        blueprint.say(system.name, language)
        for system in blueprint.systems.values()
        for language in (str(blueprint.language), *map(str, blueprint.also))
    }
    return Rules(frozenset(said - _told_to_customers(blueprint)))


def _told_to_customers(blueprint: Blueprint) -> set[str]:
    """Names of systems that are words which the designer uses to customers: "the carrier"."""
    said = [
        blueprint.say(fail.customer_reads, language)
        for step in blueprint.steps
        for fail in step.fails
        if fail.customer_reads
        for language in (str(blueprint.language), *map(str, blueprint.also))
    ]
    words = " ".join(said).lower()
    return {
        blueprint.say(system.name, language)
        for system in blueprint.systems.values()
        for language in (str(blueprint.language), *map(str, blueprint.also))
        if blueprint.say(system.name, language).lower() in words
    } | {str(name) for name in blueprint.systems if str(name).lower() in words}


def text_findings(
    screen: Screen, texts: Sequence[Text], labels: Iterable[tuple[str, str]], rules: Rules
) -> Iterator[tuple[str, str]]:
    """(check, what is wrong) for each text that breaks a rule."""
    for kind, label in labels:
        if len(label) > LONGEST_LABEL:
            yield "labels", f"a {kind} of {len(label)} characters: {label}"
    for text, place, is_data, of_demo, of_drawing in texts:
        if of_drawing or of_demo:
            continue
        for says in _written(text, screen, is_data=is_data):
            yield "texts", f'{says}: "{text[:80]}" in {place}'
        if screen.audience is Audience.CUSTOMER and not is_data:
            for says in _for_customers(text, rules):
                yield "texts", f'{says}: "{text[:80]}" in {place}'


def _written(text: str, screen: Screen, *, is_data: bool) -> Iterator[str]:
    for what, pattern in _CODES.items():
        if what == "a code" and screen.audience is Audience.TECHNICIAN:
            continue
        said = pattern.search(_without_addresses(text))
        if said and (not is_data or what in _OF_DATA) and not _is_english(said[0], screen):
            yield what
    if "€" in text and not _AMOUNT[screen.language].search(text.replace("\xa0", " ")):
        yield "an amount that is not written as in this language"
    other = "en" if screen.language == "nl" else "nl"
    if re.search(rf"\d (?:{_MONTHS[other].replace(' ', '|')})\b", text):
        yield "a date in another language"


def _is_english(word: str, screen: Screen) -> bool:
    """ "None yet" is good English, whatever a program means by it."""
    return word == "None" and screen.language == "en"


def _for_customers(text: str, rules: Rules) -> Iterator[str]:
    if named := [n for n in rules.names if re.search(rf"\b{re.escape(n)}\b", text, re.IGNORECASE)]:
        yield f"the name of a system ({named[0]})"
    if word := _JARGON.search(text):
        yield f"jargon ({word[0]})"


def _without_addresses(text: str) -> str:
    return re.sub(r"\S+@\S+|/\S+", "", text)
