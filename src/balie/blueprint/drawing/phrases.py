"""What the blueprint says in short, as phrases that a customer's colleague can read aloud.

Conditions, happenings and lengths of time are written in the blueprint's own small languages;
here they become words: `order.status == "sent"` is "Status is Sent".
"""

import re
from dataclasses import dataclass

from balie.blueprint.drawing.speech import Speech
from balie.blueprint.lineage import nested_list
from balie.blueprint.model import (
    EVERYBODY,
    Blueprint,
    Duration,
    FailPoint,
    FieldRef,
    Thing,
    ThingField,
)

TOKEN = re.compile(
    r"""(?P<known>!?\s*has\(\s*(?P<of>[\w.]+)\s*\))
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<today>today\(\))
      | (?P<operator>&&|\|\||==|!=|<=|>=|<|>|!)
      | (?P<word>[\w.]+)
      | (?P<comma>,)
      | (?P<bracket>[\[\]])
      | (?P<other>\S)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Says parts of one blueprint in one language."""

    blueprint: Blueprint
    language: str
    speech: Speech

    def text(self, text: str) -> str:
        """A text of the blueprint, in this language."""
        return self.blueprint.say(text, self.language)

    # ---- names

    def field(self, name: str) -> ThingField | None:
        """The field of a dotted name such as `order.status`."""
        of, _, field = name.partition(".")
        thing = self.blueprint.things.get(of)
        return None if thing is None else thing.fields.get(field)

    def nested(self, ref: FieldRef) -> Thing | None:
        """The nested thing that a reference such as `order.lines` means."""
        return nested_list(self.blueprint, ref.thing, ref.field)

    def name(self, dotted: str) -> str:
        """What customers call a field; its own name when it has no other."""
        field = self.field(dotted)
        return dotted if field is None or field.name is None else self.text(field.name)

    def shown(self, ref: FieldRef) -> str:
        """What customers call what a screen shows or asks."""
        nested = self.nested(ref)
        if nested is None:
            return self.name(str(ref.text))
        name = nested.plural or nested.name
        return str(ref.text) if name is None else _capital(self.text(name))

    def word(self, dotted: str, code: str) -> str:
        """The customer's words for a code of a field."""
        field = self.field(dotted)
        stages = () if field is None else field.words
        return next((self.text(stage.says) for stage in stages if stage.code == code), code)

    def system(self, name: str) -> str:
        """What people call a system."""
        system = self.blueprint.systems.get(name)
        return name if system is None else self.text(system.name)

    def colleague(self, name: str) -> str:
        """A team of staff or a partner."""
        people = self.blueprint.people
        someone = people.staff.get(name) or people.partners.get(name)
        return name if someone is None else self.text(someone.name)

    def customer(self, name: str) -> str:
        """A kind of customer; everybody, where nobody signs in."""
        if name == EVERYBODY:
            return self.speech.say("says", "everybody")
        someone = self.blueprint.people.customers.get(name)
        return name if someone is None else self.text(someone.name)

    def title(self, step: str) -> str:
        """A step's title, or the words for the end."""
        found = next((each for each in self.blueprint.steps if each.id == step), None)
        return self.speech.say("says", step) if found is None else self.text(found.title)

    # ---- time

    def time(self, duration: Duration) -> str:
        """A length of time: "5 minutes"."""
        amount, _, unit = str(duration.text).partition(" ")
        return f"{amount} {self.speech.say('units', unit.strip())}".strip()

    # ---- happenings

    def happening(self, when: str) -> str:
        """What happens, in words. A phrase that is not known is said as it stands."""
        match when.split():
            case ["nobody", "decides"]:
                return self.speech.say("happenings", "nobody_decides")
            case ["this", "form", "is", "settled"]:
                return self.speech.say("happenings", "settled")
            case ["this", "form", "is", "received"]:
                return self.speech.say("happenings", "received")
            case ["login", "is", "down"]:
                return self.speech.say("happenings", "login_down")
            case [system, "is", "down"]:
                return self.speech.say("happenings", "down", system=self.system(system))
            case [system, "tells", event]:
                return self.speech.say(
                    "happenings", "tells", system=self.system(system), event=event
                )
            case [field, "becomes", *codes]:
                return self._becomes(field, codes)
            case _:
                return when

    def _becomes(self, field: str, codes: list[str]) -> str:
        words = [self.word(field, code) for code in codes if code != "or"]
        return self.speech.say(
            "happenings",
            "becomes",
            field=self.name(field),
            words=self.speech.say("happenings", "or").join(words),
        )

    def remedy(self, fail: FailPoint) -> str:
        """What is done about it: "tries again, at most 24 hours → Customer service"."""
        said = self.recovery(fail.then or "")
        if fail.give_up_after is not None:
            time = self.time(fail.give_up_after)
            said = self.speech.say("says", "remedy_until", then=said, time=time)
        return self.goes_to(said, fail.then_goes_to)

    def recovery(self, then: str) -> str:
        """A recovery in words."""
        return self.speech.say("recoveries", then)

    def goes_to(self, said: str, who: str | None) -> str:
        """What is done, and then whose it is."""
        if who is None:
            return said
        return self.speech.say("says", "remedy_to", then=said, who=self.colleague(who))

    # ---- conditions

    def condition(self, text: str) -> str:
        """A condition in words: names become the customer's, codes become their words."""
        words: list[str] = []
        about = ""
        for token in TOKEN.finditer(text):
            if token["word"] and self.field(token["word"]) is not None:
                about = token["word"]
            words.append(self._token(token, about))
        return re.sub(r"\s+([,)])", r"\1", " ".join(word for word in words if word))

    def _token(self, token: re.Match[str], about: str) -> str:
        match token.lastgroup:
            case "of" | "known":
                key = "unknown" if token[0].startswith("!") else "known"
                return self.speech.say("conditions", key, name=self.name(token["of"]).rstrip("?"))
            case "text":
                return f"“{self.word(about, token[0][1:-1])}”"
            case "today":
                return self.speech.say("conditions", "today")
            case "operator":
                return self.speech.say("conditions", token[0])
            case "word":
                return self._name_or_word(token[0]).rstrip("?")
            case "comma":
                return self.speech.say("conditions", "among").strip()
            case "bracket":
                return ""
            case _:
                return token[0]

    def _name_or_word(self, word: str) -> str:
        if self.speech.knows("conditions", word):
            return self.speech.say("conditions", word)
        return self.name(word)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
