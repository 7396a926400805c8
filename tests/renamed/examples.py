"""The example data with other names: rows, people, who sees what, and the recipe for many more."""

import ast
import re
from collections.abc import Mapping
from datetime import date
from random import Random

import yaml

from balie.rehearsal.words import Made, functions
from balie.systems.contract import Field, Type
from balie.systems.rows import Raw, Row
from tests.renamed.blueprint import happening, role, step_name
from tests.renamed.grammar import Grammar
from tests.renamed.tree import at, entries, items, keys, put


def new_row(g: Grammar, system: str, table: str, row: Row) -> dict[str, Raw]:
    """A row with other names and codes."""
    return _raw_row(g, system, _fields(g, system, table), row)


def _fields(g: Grammar, system: str, table: str) -> Mapping[str, Field]:
    own = str(g.blueprint.systems[system].tables.get(table, table))
    return g.contracts[system].tables[own].fields


def _raw_row(g: Grammar, system: str, fields: Mapping[str, Field], row: Row) -> dict[str, Raw]:
    return {
        g.raw(system, path): _raw_value(g, system, _at(fields, path), value)
        for path, value in row.items()
    }


def _at(fields: Mapping[str, Field], path: str) -> Field | None:
    found: Field | None = None
    for part in path.split("."):
        found = fields.get(part)
        fields = {} if found is None else found.fields
    return found


def _raw_value(g: Grammar, system: str, field: Field | None, value: Raw) -> Raw:
    if field is None:
        return value
    if isinstance(value, list):
        return [_raw_value(g, system, field, one) for one in value]
    if isinstance(value, dict):
        return _raw_row(g, system, field.fields, value)
    return g.code(value) if isinstance(value, str) and value in field.codes else value


def rename_rows(g: Grammar, root: yaml.Node) -> None:
    """rows.yaml: tables with rows."""
    for table, rows in entries(root):
        system, _, name = table.value.partition(".")
        for row in items(rows):
            _row(g, system, _fields(g, system, name), row)
        table.value = g.place(table.value)


def _row(g: Grammar, system: str, fields: Mapping[str, Field], row: yaml.Node) -> None:
    for key, value in entries(row):
        field = _at(fields, key.value)
        if field is not None:
            _value(g, system, field, value)
        key.value = g.raw(system, key.value)


def _value(g: Grammar, system: str, field: Field, value: yaml.Node) -> None:
    if isinstance(value, yaml.ScalarNode):
        if value.value in field.codes:
            value.value = g.code(value.value)
        return
    for row in items(value):
        _row(g, system, field.fields, row)


def rename_people(g: Grammar, root: yaml.Node) -> None:
    """people.yaml: who signs in."""
    for _, customer in entries(at(root, "customers")):
        put(at(customer, "acts as"), lambda name: role(g, name))
        keys(customer, lambda word: g.me(word) if word in g.blueprint.me.names else word)
    for _, colleague in entries(at(root, "staff")):
        put(at(colleague, "roles"), lambda name: g.names.new("team", name))


def rename_viewers(g: Grammar, root: yaml.Node) -> None:
    """viewers.yaml: who sees what."""
    for _, sees in entries(root):
        put(at(sees, "menu"), g.visited)
        put(at(sees, "sees no work of"), lambda name: g.names.new("team", name))
        keys(at(sees, "work"), lambda name: g.names.new("team", name))
        keys(sees, lambda word: g.visited(word) if word.startswith("/") else word)


def rename_clear(g: Grammar, root: yaml.Node) -> None:
    """clear.yaml: raw rows in, clear rows out."""
    for case in items(root):
        for table, row in entries(at(case, "given")):
            system, _, name = table.value.partition(".")
            _row(g, system, _fields(g, system, name), row)
            table.value = g.place(table.value)
        for key, wanted in entries(case):
            if key.value in g.blueprint.things:
                thing = g.blueprint.things[key.value]
                keys(wanted, lambda name, thing=thing: g.within(thing, name))
                key.value = g.ref(key.value)


# ---- answers in, errands out


def rename_errands(g: Grammar, root: yaml.Node) -> None:
    """errands.yaml."""
    for case in items(root):
        put(at(case, "step"), lambda name: step_name(g, name))
        put(at(case, "then"), lambda name: step_name(g, name))
        put(at(case, "answer"), lambda name: g.names.new("answer", name))
        put(at(case, "refused at"), g.ref)
        put(at(case, "work for"), lambda name: g.names.new("team", name))
        _answers(g, at(case, "answers"))
        keys(at(case, "about"), g.ref)
        for event, row in entries(at(case, "news")):
            system = event.value.partition(".")[0]
            keys(row, lambda name, system=system: g.raw(system, name))
            event.value = _event(g, event.value)
        errands = at(case, "errands")
        for errand in items(errands) if isinstance(errands, yaml.SequenceNode) else ():
            _errand(g, errand)


def _event(g: Grammar, text: str) -> str:
    system, _, event = text.partition(".")
    return happening(g, f"{system} tells {event}").replace(" tells ", ".")


def _answers(g: Grammar, answers: yaml.Node | None) -> None:
    for key, value in entries(answers):
        thing, _, path = key.value.partition(".")
        nested = g.blueprint.nested.get(key.value)
        if nested is not None:
            for row in items(value):
                keys(row, lambda name, nested=nested: g.within(nested, name))
        else:
            put(value, lambda text, t=thing, p=path: g.field_code(t, p, text))
        key.value = g.ref(key.value)


def _errand(g: Grammar, errand: yaml.Node) -> None:
    for word in ("make", "change"):
        place = at(errand, word)
        if isinstance(place, yaml.ScalarNode):
            system, _, table = place.value.partition(".")
            for part in ("key", "sends"):
                _row(g, system, _fields(g, system, table), at(errand, part))
            place.value = g.place(place.value)


# ---- the recipe

FUNCTIONS = frozenset({*functions(Random(0), Made(date(2026, 11, 22)), 1), "nr", "row"})  # noqa: S311
"""What formulas can do, and the names that they have by themselves."""
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"[a-z][a-z_]*")


def rename_recipe(g: Grammar, root: yaml.Node) -> None:
    """rehearsal.yaml: what is made, its facts, the formulas."""
    _Recipe(g, _spoken_of(root)).rename(root)


def _spoken_of(root: yaml.Node) -> frozenset[str]:
    """The words that formulas compare with, and the words of the lists: not what customers read."""
    spoken: set[str] = set()

    def look(node: yaml.Node) -> None:
        if isinstance(node, yaml.ScalarNode):
            for formula in _formulas(node.value):
                for part in ast.walk(ast.parse(formula.strip(), mode="eval")):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        spoken.add(part.value)
        for one in items(node) if isinstance(node, yaml.SequenceNode) else ():
            look(one)
        for _, value in entries(node):
            look(value)

    look(root)
    for _, listed in entries(at(root, "lists")):
        for one in (listed, *(items(listed) if isinstance(listed, yaml.SequenceNode) else ())):
            spoken |= {key.value for key, _ in entries(one)}
    return frozenset(word for word in spoken if _WORD.fullmatch(word))


def _formulas(text: str) -> list[str]:
    return [text[1:]] if text.startswith("=") else _IN_BRACES.findall(text)


class _Recipe:
    """Follows a recipe and renames it; `rows_of` are the names that stand for raw rows."""

    def __init__(self, g: Grammar, spoken: frozenset[str]) -> None:
        self.g, self.spoken = g, spoken
        self.codes = {
            code
            for contract in g.contracts.values()
            for table in contract.tables.values()
            for field in table.fields.values()
            for code in (*field.codes, *(c for f in field.fields.values() for c in f.codes))
        }
        self.rows_of: dict[str, str] = {}  # a name -> the system whose raw rows it stands for
        self.raw_things: dict[str, str] = {}  # what is made to be a row inside a row -> the system

    def rename(self, root: yaml.Node) -> None:
        self._find_rows_inside(root)
        lists = at(root, "lists")
        for _, value in entries(lists):
            self._data(value)
        keys(lists, self._name)
        rename_rows(self.g, at(root, "also") or root)
        for making in items(at(root, "make")):
            self._making(making)
        for word in ("fill", "gives"):
            for table, fields in entries(at(root, word)):
                self._row_recipe(table, fields, row=True)
        for happens in items(at(root, "happens")):
            self._happens(happens)

    def _happens(self, happens: yaml.Node) -> None:
        """An event that is told, or a row that is changed."""
        told, changed = at(happens, "tells"), at(happens, "changes")
        place = changed if isinstance(changed, yaml.ScalarNode) else told
        assert isinstance(place, yaml.ScalarNode)
        self.rows_of["row"] = system = place.value.partition(".")[0]
        for word in ("if", "called"):
            self._data(at(happens, word))
        for key, value in entries(at(happens, "to")):
            self._data(value)
            key.value = self.g.raw(system, key.value)
        place.value = _event(self.g, place.value) if place is told else self.g.place(place.value)

    def _find_rows_inside(self, node: yaml.Node) -> None:
        for making in items(at(node, "make") or at(node, "inside")):
            for _, words in entries(making):
                for row in items(at(words, "rows")):
                    for table, fields in entries(row):
                        self._note_rows_inside(table.value, fields)
                self._find_rows_inside(words)

    def _note_rows_inside(self, table: str, fields: yaml.Node) -> None:
        system, _, name = table.partition(".")
        for key, value in entries(fields):
            field = _at(_fields(self.g, system, name), key.value)
            if field is not None and field.type is Type.LIST and isinstance(value, yaml.ScalarNode):
                self.raw_things[value.value.lstrip("= ")] = system

    def _making(self, making: yaml.Node) -> None:
        for name, words in entries(making):
            of = at(words, "of")
            each = at(words, "each")
            if isinstance(each, yaml.ScalarNode) and isinstance(of, yaml.ScalarNode):
                self._note_rows(each.value, of.value)
            put(each, self._name)
            for word in ("of", "times"):
                self._data(at(words, word))
            raw = self.raw_things.get(name.value)
            for part in ("facts", "totals"):
                for key, value in entries(at(words, part)):
                    self._data(value)
                    key.value = self.g.raw(raw, key.value) if raw else self._name(key.value)
            for inner in items(at(words, "inside")):
                self._making(inner)
            for row in items(at(words, "rows")):
                for table, fields in entries(row):
                    if table.value == "if":
                        self._data(fields)
                    else:
                        self._row_recipe(table, fields)
            name.value = self._name(name.value)

    def _note_rows(self, name: str, of: str) -> None:
        found = re.search(r'rows\("(\w+)\.', of)
        if found:
            self.rows_of[name] = found[1]

    def _row_recipe(self, table: yaml.ScalarNode, fields: yaml.Node, row: bool = False) -> None:
        system = table.value.partition(".")[0]
        if row:
            self.rows_of["row"] = system
        for key, value in entries(fields):
            self._data(value)
            key.value = self.g.raw(system, key.value)
        table.value = self.g.place(table.value)

    # ---- names, texts, formulas

    def _name(self, name: str) -> str:
        if name == "nr":
            return name
        return self.g.code(name) if name in self.codes else self.g.names.new("made", name)

    def _text(self, text: str) -> str:
        if text in self.codes:
            return self.g.code(text)
        return self._name(text) if text in self.spoken else text

    def _data(self, node: yaml.Node | None) -> None:
        if isinstance(node, yaml.SequenceNode):
            for one in node.value:
                self._data(one)
        for key, value in entries(node):
            self._data(value)
            key.value = self._name(key.value)
        if isinstance(node, yaml.ScalarNode):
            node.value = self._written(node.value)

    def _written(self, text: str) -> str:
        if text.startswith("="):
            return f"= {self._formula(text[1:])}"
        if "{" in text:
            return _IN_BRACES.sub(lambda m: f"{{{self._formula(m[1])}}}", text)
        return self._text(text)

    def _formula(self, text: str) -> str:
        tree = ast.parse(text.strip(), mode="eval")
        return ast.unparse(_Formula(self).visit(tree))


class _Formula(ast.NodeTransformer):
    def __init__(self, recipe: _Recipe) -> None:
        self.recipe = recipe

    def visit_Name(self, node: ast.Name) -> ast.Name:
        known = node.id in FUNCTIONS
        return ast.Name(node.id if known else self.recipe._name(node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        system = self._system(node.value)
        attr = self.recipe.g.raw(system, node.attr) if system else self._fact(node)
        return ast.Attribute(self.visit(node.value), attr, node.ctx)

    def _fact(self, node: ast.Attribute) -> str:
        of = node.value
        while isinstance(of, ast.Subscript):
            of = of.value
        system = self.recipe.raw_things.get(of.id) if isinstance(of, ast.Name) else None
        return self.recipe.g.raw(system, node.attr) if system else self.recipe._name(node.attr)

    def _system(self, node: ast.expr) -> str:
        """The system whose raw rows an expression gives, or ""."""
        if isinstance(node, ast.Name):
            return self.recipe.rows_of.get(node.id, "")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            if node.func.id in ("find", "rows") and isinstance(first, ast.Constant):
                return str(first.value).partition(".")[0]
        return ""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        system = self._system(node)
        if system:
            table = ast.Constant(self.recipe.g.place(str(node.args[0].value)))  # type: ignore[attr-defined]
            args: list[ast.expr] = [table, *(self.visit(one) for one in node.args[1:])]
        else:
            args = [self.visit(one) for one in node.args]
        keywords = [
            ast.keyword(
                self.recipe.g.raw(system, str(one.arg))
                if system
                else self.recipe._text(str(one.arg)),
                self.visit(one.value),
            )
            for one in node.keywords
        ]
        return ast.Call(self.visit(node.func), args, keywords)

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str):
            return ast.Constant(self.recipe._text(node.value))
        return node
