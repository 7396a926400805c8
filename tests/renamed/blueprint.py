"""The blueprint's own files with other names: story, things, systems, words, mails."""

import re

import yaml

from balie.blueprint.model import Thing
from tests.renamed.grammar import DOTTED, Grammar
from tests.renamed.tree import at, entries, items, keys, put

_BECOMES = re.compile(r"(\S+) becomes (.*)")
_TELLS = re.compile(r"(\w+) tells (\w+)")


def rename_blueprint(g: Grammar, root: yaml.Node) -> None:
    """story.yaml, things.yaml, systems.yaml or brand.yaml: each word of the language is one."""
    _people(g, at(root, "people"))
    for phase in items(at(root, "story")):
        put(at(phase, "phase"), lambda name: g.names.new("phase", name))
        for step in items(at(phase, "steps")):
            _step(g, step)
    for key, thing in entries(at(root, "things")):
        described = g.blueprint.things[key.value]
        key.value = g.names.new("thing", key.value)
        _thing(g, described, thing)
    keys(at(root, "purposes"), lambda name: g.names.new("purpose", name))
    for key, system in entries(at(root, "systems")):
        _system(g, key.value, system)
        key.value = g.system(key.value)
    keys(at(root, "logins"), lambda name: g.names.new("login", name))
    _me(g, at(root, "me"))
    _memberships(g, at(root, "memberships"))
    put(at(at(root, "representatives"), "for"), lambda name: role(g, name))
    put(at(at(root, "representatives"), "steps"), lambda name: step_name(g, name))
    _inboxes(g, at(root, "inboxes"))
    put(at(root, "help desk"), lambda name: _team(g, name))
    put(at(root, "logo"), lambda name: file(g, name))


def file(g: Grammar, name: str) -> str:
    """`contracts/erp.metadata.xml`: another name, in the same folder, of the same kind."""
    folder, slash, rest = name.rpartition("/")
    stem, dot, kind = rest.partition(".")
    return f"{folder}{slash}{g.names.new('file', stem)}{dot}{kind}"


def mail(g: Grammar, name: str) -> str:
    return g.names.new("mail", name)


def role(g: Grammar, name: str) -> str:
    return g.names.new("role", name) if name in g.blueprint.people.customers else name


def _team(g: Grammar, name: str) -> str:
    people = g.blueprint.people
    return g.names.new("team", name) if name in {*people.staff, *people.partners} else name


def _people(g: Grammar, people: yaml.Node | None) -> None:
    for key, customer in entries(at(people, "customers")):
        key.value = role(g, key.value)
        put(at(customer, "signs in with"), lambda name: g.names.new("login", name))
        put(at(customer, "belongs to"), g.me)
    for group in ("staff", "partners"):
        keys(at(people, group), lambda name: _team(g, name))


# ---- the story


def step_name(g: Grammar, name: str) -> str:
    return name if name == "end" else g.names.new("step", name)


def _step(g: Grammar, step: yaml.Node) -> None:
    put(at(step, "step"), lambda name: step_name(g, name))
    put(at(step, "for"), lambda name: role(g, name))
    put(at(step, "next"), lambda name: step_name(g, name))
    for word in ("title", "customer does", "customer gets"):
        put(at(step, word), g.sentence)
    _screen(g, at(step, "screen"))
    for line in items(at(step, "approve")):
        put(at(line, "if"), g.condition)
        put(at(line, "by"), lambda name: role(g, name))
        put(at(line, "then goes to"), lambda name: _team(g, name))
    for lane in ("frontstage", "backstage"):
        for work in items(at(step, lane)):
            _work(g, work)
    for key, answer in entries(at(step, "decision")):
        key.value = g.names.new("answer", key.value)
        put(at(answer, "asks"), g.ref)
        put(at(answer, "next"), lambda name: step_name(g, name))
        _sets(g, at(answer, "sets"))
    _waits(g, at(step, "waits for"))
    for tells in items(at(step, "tells")):
        put(at(tells, "mail"), lambda name: mail(g, name))
        put(at(tells, "when"), lambda text: happening(g, text))
    for fails in items(at(step, "if it goes wrong")):
        put(at(fails, "when"), lambda text: _failure(g, text))
        put(at(fails, "customer reads"), g.sentence)
        put(at(fails, "then goes to"), lambda name: _team(g, name))
    keys(at(step, "open questions"), lambda name: _team(g, name))


def _screen(g: Grammar, screen: yaml.Node | None) -> None:
    put(at(screen, "address"), g.address)
    put(at(screen, "headline"), g.sentence)
    for word in ("timeline", "shows", "asks", "changes", "creates"):
        put(at(screen, word), g.ref)
    for figure in items(at(screen, "figures")):
        of = at(figure, "of")
        assert isinstance(of, yaml.ScalarNode)
        thing = g.blueprint.things[of.value.partition(".")[0]]
        put(of, g.ref)
        put(at(figure, "if"), g.condition)
        put(at(figure, "per"), lambda text, thing=thing: _per(g, thing, text))
    for rule in items(at(screen, "only while")):
        put(at(rule, "if"), g.condition)
        put(at(rule, "otherwise says"), g.sentence)


def _per(g: Grammar, thing: Thing, text: str) -> str:
    span, _, field = text.rpartition(" ")
    return f"{span} {g.within(thing, field)}"


def _work(g: Grammar, work: yaml.Node) -> None:
    put(at(work, "who"), lambda name: _team(g, name))
    put(at(work, "if"), g.condition)
    put(at(work, "answers"), lambda name: g.names.new("answer", name))
    for word in ("makes", "updates"):
        _sends(g, at(work, word), at(work, "sends"))
    _sets(g, at(work, "sets"))


def _sends(g: Grammar, makes: yaml.Node | None, sends: yaml.Node | None) -> None:
    if not isinstance(makes, yaml.ScalarNode):
        return
    system, _, table = makes.value.partition(".")
    for key, value in entries(sends):
        path = key.value

        def changed(text: str, path: str = path) -> str:
            return g.value(text, g.raw_code(system, table, path, text))

        put(value, changed)
        key.value = g.raw(system, path)
    put(makes, g.place)


def _sets(g: Grammar, sets: yaml.Node | None) -> None:
    for key, value in entries(sets):
        thing, _, field = key.value.partition(".")

        def changed(text: str, thing: str = thing, field: str = field) -> str:
            return g.value(text, g.field_code(thing, field, text))

        put(value, changed)
        key.value = g.ref(key.value)


def happening(g: Grammar, text: str) -> str:
    """`order.status becomes sent`, `carrier tells parcelReceived`."""
    if becomes := _BECOMES.fullmatch(text):
        thing, _, field = becomes[1].partition(".")
        codes = (g.field_code(thing, field, code) for code in becomes[2].split(" or "))
        return f"{g.ref(becomes[1])} becomes {' or '.join(codes)}"
    if tells := _TELLS.fullmatch(text):
        return f"{g.system(tells[1])} tells {g.names.new('event', tells[2])}"
    return text


def _waits(g: Grammar, waits: yaml.Node | None) -> None:
    when = at(waits, "when")
    if isinstance(when, yaml.ScalarNode) and (tells := _TELLS.fullmatch(when.value)):
        system = tells[1]
        put(at(waits, "where"), lambda text: g.relation(text, system, ""))
    put(when, lambda text: happening(g, text))
    put(at(waits, "mail"), lambda name: mail(g, name))
    put(at(waits, "then goes to"), lambda name: _team(g, name))


def _failure(g: Grammar, text: str) -> str:
    name, is_down, rest = text.partition(" is down")
    return f"{g.system(name)}{is_down}{rest}"


# ---- the things


def _thing(g: Grammar, thing: Thing, node: yaml.Node) -> None:
    source = thing.from_[0].table
    system, table = source.system, source.table
    put(at(node, "in"), g.ref)
    from_ = at(node, "from")
    if isinstance(from_, yaml.ScalarNode):
        put(from_, g.place)
    else:
        for line in items(from_):
            for key, value in entries(line):
                key.value = g.names.new("source", key.value)
                put(value, g.place)
    put(at(node, "key"), lambda path: _key(g, thing, path))
    for word in ("owner", "linked by", "where"):
        put(at(node, word), lambda text: g.relation(text, system, table))
    for word in ("seen by", "may change"):
        put(at(node, word), lambda name: role(g, name))
    put(at(node, "purpose"), lambda name: g.names.new("purpose", name))
    put(at(node, "list"), lambda name: g.within(thing, name))
    put(at(node, "leave out rows"), lambda text: g.condition(text, thing))
    for key, value in entries(at(node, "sets")):
        field = key.value

        def changed(text: str, field: str = field) -> str:
            code = text if "." in field else g.field_code(str(thing.id), field, text)
            return g.value(text, code)

        put(value, changed)
        key.value = g.within(thing, field)
    for key, follower in entries(at(node, "followers")):
        of, _, follows = key.value.partition(".")

        def tied(text: str, of: str = of, follows: str = follows) -> str:
            return g.relation(text, of, follows)

        put(at(follower, "linked by"), tied)
        put(at(follower, "for"), lambda name: role(g, name))
        key.value = g.place(key.value)
    for key, field_node in entries(at(node, "fields")):
        _field(g, thing, key.value, field_node)
        key.value = g.within(thing, key.value)


def _key(g: Grammar, thing: Thing, name: str) -> str:
    """With a life order the key may be a field of the thing: each source calls it otherwise."""
    source = thing.from_[0]
    is_field = bool(source.name) and name in thing.fields
    return g.within(thing, name) if is_field else g.raw(source.table.system, name)


def _field(g: Grammar, thing: Thing, name: str, node: yaml.Node) -> None:
    system = thing.from_[0].table.system

    def code(value: str) -> str:
        return g.field_code(str(thing.id), name, value)

    from_ = at(node, "from")
    put(from_, lambda path: g.raw(system, path))
    for key, value in entries(from_):
        of = next(source.table.system for source in thing.from_ if source.name == key.value)
        put(value, lambda path, of=of: g.raw(of, path))
        key.value = g.names.new("source", key.value)
    put(at(node, "to"), lambda path: g.raw(system, path))
    put(at(node, "also to"), g.place)
    put(at(node, "calculated by"), lambda name: function(g, name))
    words = at(node, "words")
    keys(words, code)
    for stage in words.value if isinstance(words, yaml.SequenceNode) else ():
        put(at(stage, "code"), code)
        put(at(stage, "if"), lambda text: g.condition(text, thing))
    for word in ("leave out rows", "good news", "asks attention", "may be skipped"):
        put(at(node, word), code)
    put(at(node, "seen by"), lambda name: role(g, name))
    put(at(node, "choose from"), g.ref)
    put(at(node, "asked if"), g.condition)
    put(at(node, "must be"), lambda text: DOTTED.sub(lambda m: g.ref(m[0]), text))
    keys(at(node, "open questions"), lambda name: _team(g, name))


def function(g: Grammar, name: str) -> str:
    """A conversion of the blueprint's own; Balie's keep their name."""
    return g.names.new("function", name) if f"functions/{name}.py" in g.blueprint.files else name


# ---- the systems


def _system(g: Grammar, name: str, node: yaml.Node) -> None:
    put(at(node, "contract"), lambda path: file(g, path))
    put(at(node, "profile"), lambda path: file(g, path))
    put(at(node, "at"), g.sentence)
    for key, value in entries(at(node, "tables")):
        key.value = g.table(name, key.value)
        put(value, lambda own: g.own_table(name, own))


def _me(g: Grammar, me: yaml.Node | None) -> None:
    for key, lines in entries(me):
        if key.value in ("at most old", "delete after"):
            continue
        for line in items(lines):
            _me_line(g, line)
        key.value = g.me(key.value)


def _me_line(g: Grammar, line: yaml.Node) -> None:
    from_ = at(line, "from")
    assert isinstance(from_, yaml.ScalarNode)
    system, table, path = from_.value.split(".", 2)
    put(from_, g.place)
    put(at(line, "where"), lambda text: g.relation(text, system, table))
    put(at(line, "for"), lambda name: role(g, name))
    put(at(line, "then goes to"), lambda name: _team(g, name))
    for word in ("number", "postcode", "prints"):
        put(at(at(line, "by letter"), word), lambda name: g.raw(system, name))
    words = at(line, "words")
    for _, value in entries(words):
        put(value, lambda name: role(g, name))
    keys(words, lambda code: g.raw_code(system, table, path, code))


def _memberships(g: Grammar, memberships: yaml.Node | None) -> None:
    put(at(memberships, "administrators give"), lambda name: role(g, name))
    for _, value in entries(at(memberships, "words")):
        put(value, lambda name: role(g, name))


def _inboxes(g: Grammar, inboxes: yaml.Node | None) -> None:
    makes = at(inboxes, "makes")
    if not isinstance(makes, yaml.ScalarNode):
        return
    for _, value in entries(at(inboxes, "sends")):
        put(value, lambda text: _of_work(g, text))
    table = makes.value
    _sends(g, makes, at(inboxes, "sends"))
    _sends(g, yaml.ScalarNode(makes.tag, table), at(inboxes, "closes with"))
    for key, value in entries(at(inboxes, "teams")):
        key.value = _team(g, key.value)
        put(value, g.code)


def _of_work(g: Grammar, text: str) -> str:
    """What is told of a piece of work: a name of `me`, or one of the language's own."""
    first, _, name = text.partition(".")
    return f"work.{g.me(name)}" if first == "work" and name in g.blueprint.me.names else text


# ---- texts


def rename_words(g: Grammar, root: yaml.Node) -> None:
    """words/en.yaml: the texts stay, but for the names in them and the names of phases."""
    phases = {str(phase.name) for phase in g.blueprint.story}
    for key, value in entries(root):
        is_phase = key.value in phases
        key.value = g.names.new("phase", key.value) if is_phase else g.sentence(key.value)
        put(value, g.sentence)
