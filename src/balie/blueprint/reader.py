"""A folder -> a blueprint, or findings with line and column. Never raises for what it reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from balie.blueprint import folder as folders
from balie.blueprint import modelling
from balie.blueprint.checks import text as text_checks
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.folder import Folder
from balie.blueprint.model import ZONE, Blueprint, WorkingHours
from balie.blueprint.section import Section
from balie.blueprint.source import Mapping as TreeMapping
from balie.blueprint.source import Node, Span, Text
from balie.blueprint.tree import MOST_WORDS, File, Unreadable, grow

BRAND = "brand.yaml"


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading. blueprint: None when the text cannot be modelled at all.

    findings: about the text itself (BP0xx). texts: every file that was read, for messages.
    """

    blueprint: Blueprint | None
    findings: tuple[Finding, ...]
    texts: Mapping[str, str]


def read(folder: Path) -> Reading:
    """Reads a blueprint's folder: the blueprint, and what is wrong with its text."""
    return read_opened(folders.opened(folder))


def read_opened(opened: Folder) -> Reading:
    """The same of files that were read already: those of an older version, for instance."""
    findings = list(opened.findings)
    files = _grown(opened.texts, findings)
    unreadable = bool(findings)
    findings += text_checks.look(files.values())
    blueprint = None if unreadable else _blueprint(opened, files, findings)
    return Reading(blueprint, tuple(findings), opened.texts)


def _grown(texts: Mapping[str, str], findings: list[Finding]) -> dict[str, File]:
    files: dict[str, File] = {}
    room = MOST_WORDS
    for name, text in texts.items():
        if not name.endswith(".yaml"):
            continue
        try:
            files[name] = grow(name, text, room)
            room -= files[name].words
        except Unreadable as problem:
            findings.append(problem.finding)
    return files


def _blueprint(
    opened: Folder, files: Mapping[str, File], findings: list[Finding]
) -> Blueprint | None:
    whole = merged([file for name, file in files.items() if is_main(name)], findings)
    top = Section(whole, findings)
    service = top.text("service")
    if service is None:
        findings.append(_without_service(whole.at))
        return None
    trees = {name: file.tree for name, file in files.items()}
    language, words = top.text_or("language", "en"), _words(trees)
    calendar = _part(top, "calendar", findings)
    return Blueprint(
        service=service,
        about=top.text_or("about", ""),
        language=language,
        also=_also(top.texts("also"), language, words),
        address_customers_as=top.text_or("address customers as", "u"),
        zone=calendar.text("zone") or ZONE,
        working_hours=calendar.working_hours("days") or WorkingHours(),
        holidays=calendar.text("holidays"),
        people=modelling.people(_part(top, "people", findings)),
        story=modelling.story(top),
        things=modelling.things(top),
        purposes=modelling.purposes(top),
        cookies=modelling.cookies(top),
        systems=modelling.systems(top, trees),
        logins=dict(top.pairs("logins")),
        me=modelling.me(_part(top, "me", findings)),
        memberships=modelling.memberships(_part(top, "memberships", findings)),
        representatives=modelling.representatives(top.section("representatives")),
        inboxes=modelling.inboxes(top.section("inboxes")),
        brand=modelling.brand(Section(trees.get(BRAND), findings), service),
        words=words,
        texts=opened.texts,
        files=opened.files,
        version=opened.version,
    )


def is_main(name: str) -> bool:
    """Whether a file is part of the blueprint itself, and not beside it."""
    return "/" not in name and name != BRAND


def merged(files: Iterable[File], findings: list[Finding]) -> TreeMapping:
    """One mapping of all top-level words. The same word in two files: BP001, the first counts."""
    first: dict[str, tuple[Text, Node]] = {}
    start: Span | None = None
    for file in files:
        start = start or file.tree.at
        for key, value in file.tree.entries if isinstance(file.tree, TreeMapping) else ():
            if key not in first:
                first[key] = (key, value)
            elif first[key][0].at.file != file.name:
                findings.append(_in_two_files(key, first[key][0]))
    return TreeMapping(start or Span("story.yaml", 1, 1, 1), tuple(first.values()))


def _part(top: Section, word: str, findings: list[Finding]) -> Section:
    return top.section(word) or Section(TreeMapping(top.at, ()), findings)


def _words(trees: Mapping[str, Node]) -> dict[str, Mapping[str, Text]]:
    return {
        name.removeprefix("words/").removesuffix(".yaml"): modelling.words(tree)
        for name, tree in trees.items()
        if name.startswith("words/")
    }


def _also(said: Sequence[Text], language: str, words: Mapping[str, object]) -> tuple[Text, ...]:
    """Those that `also:` names, in its order, and then every other that has a file of words."""
    others = (name for name in words if name not in {language, *said})
    return (*said, *(Text(name, Span(f"words/{name}.yaml", 1, 1, 1)) for name in others))


def _in_two_files(key: Text, first: Text) -> Finding:
    return Finding(
        code="BP001",
        severity=Severity.ERROR,
        message=f'"{key}" stands in two files',
        where=(Place(key.at, "this one is not read"), Place(first.at, "written here first")),
        help=("put both together in one file",),
    )


def _without_service(at: Span) -> Finding:
    return Finding(
        code="BP009",
        severity=Severity.ERROR,
        message='this blueprint has no name: there is no "service:"',
        where=(Place(at, "it belongs in one of the files here"),),
        help=("add  service: <what customers call it>",),
    )
