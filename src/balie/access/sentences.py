"""Reasons as plain sentences: what the blueprint says, where, and what this person is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from balie.access.reasons import Reason, Rule
from balie.blueprint.model import Blueprint
from balie.blueprint.source import NOWHERE, Span
from balie.words.languages import PLACE, flat, part

_BOTH_WAYS = frozenset({Rule.FOR, Rule.SEEN_BY, Rule.MAY_CHANGE})
_OF_ROWS = frozenset({Rule.MINE, Rule.TEXT, Rule.TIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """Says reasons in one language, of one person.

    who: what the person is called. known_by: name of `me` -> how and since when it is known, as
    text; "roles" for the kinds of customer. called: an id of a kind -> its name for whoever reads.
    """

    texts: Mapping[str, str]
    who: str
    known_by: Mapping[str, str] = field(default_factory=dict)
    called: Callable[[str], str] = str

    def told(self, key: str, /, **values: object) -> str:
        """A text of staff's words with its places filled: `seen.not_theirs`."""
        return PLACE.sub(lambda place: str(values[place[1]]), self.texts[key])

    def say(self, key: str, /, **values: object) -> str:
        """A text of `[reason]`."""
        return self.told(f"reason.{key}", **values)

    def of(self, reason: Reason) -> str:
        """One sentence."""
        return self.say(
            _key(reason),
            who=self.who,
            about=reason.about,
            place=place(reason.at),
            kinds=self._listed(reason.kinds),
            mine=self._mine(reason),
            relation=reason.relation,
            name=reason.name,
            values=self._values(reason),
        )

    def all(self, reasons: Iterable[Reason]) -> tuple[str, ...]:
        """Each sentence once."""
        return tuple(dict.fromkeys(map(self.of, reasons)))

    def _listed(self, kinds: tuple[str, ...]) -> str:
        return ", ".join(map(self.called, kinds))

    def _mine(self, reason: Reason) -> str:
        what = self._listed(reason.mine) or self.say("no_kind")
        how = self.known_by.get("roles", "") if reason.mine else ""
        return f"{what} ({how})" if how else what

    def _values(self, reason: Reason) -> str:
        values = " / ".join(reason.values)
        how = self.known_by.get(reason.name.removeprefix("me."), "")
        return f"{values} ({how})" if how and reason.name.startswith("me.") else values


def sentences(
    language: str,
    who: str,
    *,
    known_by: Mapping[str, str] | None = None,
    called: Callable[[str], str] = str,
) -> Sentences:
    """The sentences of one language. Raises LookupError for one that is not spoken."""
    texts = flat(part(language, "staff"), "u")
    return Sentences(texts=texts, who=who, known_by=known_by or {}, called=called)


def place(at: Span) -> str:
    """A place of the blueprint as people look it up: "story.yaml:171"."""
    return f"{at.file}:{at.line}" if at != NOWHERE else ""


def known_by(blueprint: Blueprint, kinds: Iterable[str]) -> Mapping[str, str]:
    """Name of `me` -> the table that says it and where that is written, for these kinds."""
    mine, found = frozenset(kinds), {}
    for name, lines in blueprint.me.names.items():
        holding = [line for line in lines if not line.for_ or mine & set(map(str, line.for_))]
        said = [f"{line.from_}, {place(line.from_.at)}" for line in holding]
        if said:
            found[name] = " / ".join(said)
    return found


def _key(reason: Reason) -> str:
    rule = reason.rule
    if rule in _OF_ROWS and not reason.is_row:
        return f"{rule.value}_rows"
    if rule in _BOTH_WAYS or rule in _OF_ROWS:
        return f"{rule.value}_{'yes' if reason.yes else 'no'}"
    return rule.value
