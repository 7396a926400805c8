"""The small grammars of the language with other names: references, conditions, addresses."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from balie.blueprint.model import Blueprint, FieldRef, Thing
from balie.systems.contract import Contract, Field
from tests.renamed.names import Names

NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
IN_BRACES = re.compile(r"\{([A-Za-z_]\w*(?:\.\w+)+)\}")
SETTING = re.compile(r"\$\{(\w+)\}")
IN_CONDITION = re.compile(rf'"[^"]*"|{NAME}')
TESTS = (".startsWith", ".endsWith", ".contains")
OF_CONDITIONS = ("in", "true", "false", "has", "today", "size")
OF_BALIE = ("me", "login", "work")
DOCUMENT = re.compile(r"/\w+\.(pdf|png|jpg|gif|odt)$")
PICKED = re.compile(r"(?:^|(?<=&))\w+(?==)")
SORTED = re.compile(r"((?:^|(?<=&))sort=-?)(\w+)")
BLANK = "_x0020_"


@dataclass(frozen=True)
class Grammar:
    """What the original says, and the new names."""

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    names: Names

    # ---- systems, tables, what is in them

    def system(self, name: str) -> str:
        return self.names.new("system", name) if name in self.blueprint.systems else name

    def own_table(self, system: str, name: str) -> str:
        """The system's own name of a table: `v2/shipments`, each word for itself."""
        return "/".join(self.names.new(f"table of {system}", word) for word in name.split("/"))

    def table(self, system: str, name: str) -> str:
        """The blueprint's name of a table."""
        if name in self.blueprint.systems[system].tables:
            return self.names.new("our name of a table", name)
        return self.own_table(system, name)

    def raw(self, system: str, path: str) -> str:
        """A raw field, or a path of them."""
        return ".".join(self.names.new(f"raw of {system}", word) for word in path.split("."))

    def raw_field(self, system: str, table: str, path: str) -> Field | None:
        """What the contract says of a raw field."""
        own = str(self.blueprint.systems[system].tables.get(table, table))
        found = self.contracts[system].tables.get(own)
        return None if found is None else found.field(path)

    def place(self, text: str) -> str:
        """`erp.salesOrders`, `crm.cases.itemLines`, `crm.contacts.id`."""
        system, _, rest = text.partition(".")
        table, dot, path = rest.partition(".")
        inside = self.raw(system, path) if path else ""
        return f"{self.system(system)}.{self.table(system, table)}{dot}{inside}"

    def code(self, value: str) -> str:
        return value if value == BLANK else self.names.new("code", value)

    def raw_code(self, system: str, table: str, path: str, value: str) -> str:
        """A value of a raw field: another one when it is a code."""
        field = self.raw_field(system, table, path)
        return self.code(value) if field is not None and value in field.codes else value

    # ---- what the story calls things

    def ref(self, text: str) -> str:
        """`order`, `order.status`, `order.lines.quantity`, `order.shipped.id`."""
        first, *rest = text.split(".")
        thing = self.blueprint.things.get(first)
        if thing is None:
            return text
        return ".".join([self.names.new("thing", first), *self._within(thing, rest)])

    def within(self, thing: Thing, path: str) -> str:
        """A field of a thing, or of a list in it: `lines.quantity`."""
        return ".".join(self._within(thing, path.split(".")))

    def _within(self, thing: Thing, path: list[str]) -> Iterator[str]:
        if not path:
            return
        name, *rest = path
        nested = self.blueprint.nested.get(f"{thing.id}.{name}")
        source = next((one for one in thing.from_ if one.name == name), None)
        if name in thing.fields:
            yield self.names.new(f"field of {thing.id}", name)
        elif nested is not None:
            yield self.names.new(f"list of {thing.id}", name)
            yield from self._within(nested, rest)
        elif source is not None:
            yield self.names.new("source", name)
            yield from (self.raw(source.table.system, part) for part in rest)
        else:
            raise LookupError(f"{thing.id} has no {name}")

    def field_code(self, thing: str, field: str, value: str) -> str:
        """A code of a field: a stage of the blueprint's own, or a code of the system."""
        described = self.blueprint.things[thing].fields[field]
        if any(stage.if_ is not None for stage in described.words):
            return self.names.new("stage", value)
        of = self.blueprint.things[thing]
        for source in of.from_:
            for written in described.from_:
                path = source.table.within(written.path)
                changed = self.raw_code(source.table.system, source.table.table, path, value)
                if changed != value:
                    return changed
            for target in described.to:
                changed = self.raw_code(source.table.system, source.table.table, target, value)
                if changed != value:
                    return changed
        return value

    def sentence(self, text: str) -> str:
        """A text with values in braces, and `${SETTINGS}`."""
        text = SETTING.sub(lambda m: f"${{{self.names.new('setting', m[1])}}}", text)
        return IN_BRACES.sub(lambda m: f"{{{self._in_braces(m[1])}}}", text)

    def _in_braces(self, path: str) -> str:
        first, _, rest = path.partition(".")
        if first in self.blueprint.people.staff:
            return f"{self.names.new('team', first)}.{rest}"
        return self.ref(path)

    def address(self, text: str) -> str:
        """An address of the story: its words, and `{order.number}`."""
        words = text.split("/")
        return "/".join(
            self.sentence(word) if word.startswith("{") or not word else self._word(word)
            for word in words
        )

    def _word(self, word: str) -> str:
        return self.names.new("word of an address", word)

    def visited(self, address: str) -> str:
        """An address as somebody visits it: numbers stay what they are."""
        path, mark, query = address.partition("?")
        words, end = path.split("/"), ""
        if DOCUMENT.search(path):
            words, end = self._document(words)
        known = (
            self._word(word) if self.names.has("word of an address", word) else word
            for word in words
        )
        asked = SORTED.sub(partial(self._sorted, path), query)
        return "/".join(known) + end + mark + PICKED.sub(partial(self._picked, path), asked)

    def _picked(self, path: str, asked: re.Match[str]) -> str:
        """`order=VO-1` at the form at this path, where it asks which order it is about."""
        for step in self.blueprint.steps:
            if step.screen is not None and step.screen.address == path:
                for ref in step.screen.asks:
                    if ref.field == asked[0]:
                        return self.names.new(f"field of {ref.thing}", asked[0])
        return asked[0]

    def _sorted(self, path: str, asked: re.Match[str]) -> str:
        """`sort=-number` on the list at this path, where its thing has such a field."""
        about = (ref.thing for ref in self._shown(path.split("/")[1]))
        thing = next((t for t in about if self.names.has(f"field of {t}", asked[2])), None)
        field = asked[2] if thing is None else self.names.new(f"field of {thing}", asked[2])
        return f"{asked[1]}{field}"

    def _shown(self, word: str) -> Iterator[FieldRef]:
        """What the steps show of which the address begins with this word."""
        for step in self.blueprint.steps:
            if step.screen is not None and str(step.screen.address).split("/")[1:2] == [word]:
                yield from step.screen.shows

    def _document(self, words: list[str]) -> tuple[list[str], str]:
        """The page that a document is on, and `/thing/field.pdf` or `/field.pdf`."""
        *page, last = words
        field, _, extension = last.partition(".")
        shown = self._shown(words[1])
        thing = next((ref.thing for ref in shown if ref.field == field), "")
        if not self.names.has(f"field of {thing}", field):
            return words, ""
        end = f"/{self.names.new(f'field of {thing}', field)}.{extension}"
        if page[-1] != thing:
            return page, end
        return page[:-1], f"/{self.names.new('thing', thing)}{end}"

    # ---- relations, conditions, values

    def relation(self, text: str, system: str, table: str) -> str:
        """`field = value and ...` on a table of a system."""
        return " and ".join(self._equality(part, system, table) for part in text.split(" and "))

    def _equality(self, text: str, system: str, table: str) -> str:
        left, right = (side.strip() for side in text.split("=", 1))
        if right.startswith('"'):
            value = f'"{self.raw_code(system, table, left, right[1:-1])}"'
        else:
            value = self.known(right)
        return f"{self.raw(system, left)} = {value}"

    def known(self, path: str) -> str:
        """`me.customer`, `login.email`, `contact.accountId`, `order.number`."""
        first, _, rest = path.partition(".")
        if first == "me":
            return f"me.{self.me(rest)}"
        if first in OF_BALIE:
            return path
        if first in self.blueprint.me.names and first not in self.blueprint.things:
            return self._of_me(first, rest)
        if first in self.blueprint.me.names and rest not in self.blueprint.things[first].fields:
            return self._of_me(first, rest)
        return self.ref(path)

    def _of_me(self, name: str, raw: str) -> str:
        system = self.blueprint.me.names[name][0].system
        return f"{self.me(name)}.{self.raw(system, raw)}" if raw else self.me(name)

    def me(self, name: str) -> str:
        return name if name == "roles" else self.names.new("name of me", name)

    def condition(self, text: str, thing: Thing | None = None) -> str:
        """A condition of the story, or one about the raw rows of a thing."""
        about = ""

        def renamed(found: re.Match[str]) -> str:
            nonlocal about
            word = found[0]
            if word.startswith('"'):
                return f'"{self._compared(about, word[1:-1], thing)}"'
            if word in OF_CONDITIONS:
                return word
            test = next((test for test in TESTS if word.endswith(test)), "")
            about = "" if test else word
            return self._name(word.removesuffix(test), thing) + test

        return IN_CONDITION.sub(renamed, text)

    def _name(self, path: str, thing: Thing | None) -> str:
        if thing is None:
            return self.ref(path)
        first, _, rest = path.partition(".")
        if any(source.name == first for source in thing.from_):
            return f"{self.names.new('source', first)}.{self.raw(self._system(thing), rest)}"
        return self.raw(self._system(thing), path)

    @staticmethod
    def _system(thing: Thing) -> str:
        return thing.from_[0].table.system

    def _compared(self, about: str, value: str, thing: Thing | None) -> str:
        if not about:
            return value
        if thing is None:
            of, _, field = about.partition(".")
            return self.field_code(of, field, value)
        first, _, rest = about.partition(".")
        for source in thing.from_:
            if source.name in ("", first):
                path = rest if source.name else about
                return self.raw_code(source.table.system, source.table.table, path, value)
        return value

    def value(self, text: str, code: str) -> str:
        """What `sends:` or `sets:` give; `code` is what it is when it is a code."""
        if "{" in text:
            return self.sentence(text)
        if DOTTED.fullmatch(text):
            return self.known(text)
        if "(" in text:
            return DOTTED.sub(lambda m: self.known(m[0]), text)
        return code
