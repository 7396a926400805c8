"""What `balie new` begins: one new folder or file each, and what to do next with it.

Parts of Balie itself (a connector, a check, a language) are begun in a checkout of Balie; parts of
a blueprint (a function, a page, a language) in the blueprint's folder.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from keyword import iskeyword
from pathlib import Path

from babel import Locale, UnknownLocaleError

from balie.blueprint.checks.found import about
from balie.blueprint.checks.wordings import is_only_a_value, read_by_customers
from balie.blueprint.explained.documented import SERIES
from balie.blueprint.mails import subject_and_body
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from balie.site.blueprints import folder_of, readable
from balie.site.refusal import Refusal, WrongUse
from balie.systems.kinds import installed
from balie.words import languages

SKELETONS = "balie.commands.skeletons"
_LONGEST_KEY = 900  # characters; YAML reads longer ones only behind a question mark
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_TEXT_OF_ENGLISH = re.compile(r'^([^#\[=]+ = )"(.*)"( *#.*)?$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What will be written. place: the new file or folder. next: what to do, a line each."""

    place: Path
    files: Mapping[Path, str]
    next: tuple[str, ...]


# ---- parts of Balie


def connector(name: str, here: Path, *, package: bool) -> Beginning:
    """A kind of connector: a folder of Balie, or with `package` a package of its own."""
    _demand_word(name, "A connector")
    if name in installed():
        raise _there_already(f'A connector "{name}"', Path(installed()[name].package))
    if package:
        return _package(name, here)
    place = _checkout(here) / "connectors" / name
    written = _skeleton("connector", place, {"name": name, "package": f"balie.connectors.{name}"})
    return Beginning(
        place=place,
        files=written,
        next=(
            f"pytest {_from(here, place)}    what every connector must do; it passes",
            "Record what your system answers in recorded/, and change connector.py to read it.",
            f"A blueprint uses it with  speaks: {name}",
        ),
    )


def _package(name: str, here: Path) -> Beginning:
    place, module = here / f"balie-{name}", f"balie_{name}"
    words = {"name": name, "package": module}
    inside = _skeleton("connector", place / "src" / module, words)
    return Beginning(
        place=place,
        files=_skeleton("package", place, words) | inside,
        next=(
            f"pip install -e {_from(here, place)}    beside Balie; its entry point makes it known",
            f"pytest {_from(here, place)}    what every connector must do; it passes",
            f"A blueprint uses it with  speaks: {name}",
        ),
    )


def check(code: str, here: Path) -> Beginning:
    """A check: one file with its example and its near miss."""
    number = code.lower().removeprefix("bp")
    if not re.fullmatch(r"\d{3}", number) or number[0] not in SERIES:
        kinds = [f"BP{digit}..  {title}" for digit, title in SERIES.items()]
        raise WrongUse("NAME", f'"{code}" is no number of a check.', kinds)
    full = f"BP{number}"
    if full in about():
        taken = sorted(one for one in about() if one.startswith(full[:3]))
        raise Refusal(
            "CHECK", f"{full} is taken: {about()[full].title}.", [f"Taken are: {', '.join(taken)}"]
        )
    place = _checkout(here) / "blueprint" / "checks" / f"bp{number}.py"
    skeleton = "text_check.py" if number[0] == "0" else "check.py"
    return Beginning(
        place=place,
        files={place: _filled(_file(f"{skeleton}.txt"), {"CODE": full})},
        next=(
            "pytest tests/blueprint    its example and its near miss run by themselves; they pass",
            "Say in ABOUT what it guards against, change the two, and then check().",
        ),
    )


def language(code: str, here: Path) -> Beginning:
    """A language of Balie: a folder with every text of English, to be translated."""
    own_name = _own_name(code)
    place = _checkout(here) / "words" / code
    if code in languages.known():
        lacking = languages.faults(code)
        raise Refusal(
            "LANGUAGE",
            f'There is a folder for "{code}" already. Texts that it lacks: {len(lacking)}.',
            [*lacking[:20]] or [f"A blueprint offers it with a file  words/{code}.yaml"],
        )
    home = files("balie.words") / languages.MODEL
    texts = {place / f.name: _to_translate(f.read_text("utf-8")) for f in home.iterdir()}
    first = texts[place / "language.toml"]
    first = re.sub(r'^name = "".*$', f'name = "{own_name}"', first, flags=re.MULTILINE)
    first = re.sub(r'^locale = "".*$', f'locale = "{code}"', first, flags=re.MULTILINE)
    return Beginning(
        place=place,
        files=texts | {place / "language.toml": first},
        next=(
            "Write each text between the quotes; what is in braces stays. A language with two",
            'forms of address writes both: {u = "...", je = "..."}',
            f"balie new language {code}    says what it still lacks",
            "pytest tests/words    holds it against English; it is offered when nothing lacks",
        ),
    )


def _to_translate(english: str) -> str:
    lines = (_TEXT_OF_ENGLISH.sub(r'\1""  # \2', line) for line in english.splitlines())
    return "\n".join(lines) + "\n"


# ---- parts of a blueprint


def function(name: str, path: Path) -> Beginning:
    """A calculation: one file with a function and its examples."""
    folder = folder_of(path)
    _demand_word(name, "A function")
    place = folder / "functions" / f"{name}.py"
    return Beginning(
        place=place,
        files={place: _filled(_file("function.py.txt"), {"name": name})},
        next=(
            f"python -m doctest {place}    runs the examples in it; they pass",
            f"A field of things.yaml uses it with  calculated by: {name}",
        ),
    )


def page(step: str, path: Path) -> Beginning:
    """A page of one's own for a step."""
    folder = folder_of(path)
    blueprint = readable(read(folder), folder)
    steps = [str(each.id) for each in blueprint.steps if each.screen and each.screen.address]
    if step not in steps:
        raise WrongUse("STEP", f'There is no step "{step}" with a page.', [", ".join(steps)])
    place = folder / "pages" / f"{step}.html"
    return Beginning(
        place=place,
        files={place: _filled(_file("page.html.txt"), {"name": step})},
        next=(
            f"balie check {path}    says what is wrong in it, and on which line",
            f"balie run --demo {path}    shows it",
        ),
    )


def words(code: str, path: Path) -> Beginning:
    """A language of a blueprint: a file with every text that customers read, and every mail."""
    _own_name(code)
    folder = folder_of(path)
    blueprint = readable(read(folder), folder)
    if code == blueprint.language:
        raise WrongUse("LANGUAGE", f'The blueprint itself is written in "{code}".', [])
    place = folder / "words" / f"{code}.yaml"
    spoken = (
        f'Balie has words of its own in "{code}".'
        if code in languages.spoken()
        else f'Balie has no words of its own in "{code}" yet:  balie new language {code}'
    )
    return Beginning(
        place=place,
        files={place: "".join(_keys(blueprint))} | dict(_mails(blueprint, code, folder)),
        next=(
            "Write behind each text what readers of this language read, and each mail.",
            f"balie check {path}    lists what is not translated yet",
            spoken,
        ),
    )


def _keys(blueprint: Blueprint) -> Iterator[str]:
    yield f"# A text in {blueprint.language}, and the same in this language.\n"
    yield "# What is in braces stays as it is.\n\n"
    for text in dict.fromkeys(map(str, read_by_customers(blueprint))):
        if text and not is_only_a_value(text):
            key = json.dumps(text, ensure_ascii=False)
            yield f'{key}: ""\n' if len(key) < _LONGEST_KEY else f'? {key}\n: ""\n'


def _mails(blueprint: Blueprint, code: str, folder: Path) -> Iterator[tuple[Path, str]]:
    """Each mail that is not there yet: without its subject, so that a forgotten one is found."""
    own = f".{blueprint.language}.md"
    for name, content in blueprint.files.items():
        there = f"{name.removesuffix(own)}.{code}.md"
        if name.startswith("mails/") and name.endswith(own) and there not in blueprint.files:
            _, body = subject_and_body(content.decode("utf-8-sig"))
            yield folder / there, f"subject:\n\n{body}"


# ---- what all have


def _demand_word(name: str, what: str) -> None:
    if not _WORD.fullmatch(name) or iskeyword(name):
        raise WrongUse(
            "NAME",
            f'{what} cannot be called "{name}".',
            ["Use small letters, digits and _, and begin with a letter: stock_list"],
        )


def _own_name(code: str) -> str:
    """What a language calls itself. Raises WrongUse for a code that is none."""
    try:
        locale = Locale.parse(code if re.fullmatch(r"[a-z]{2,3}", code) else "")
    except (ValueError, UnknownLocaleError) as error:
        raise WrongUse(
            "LANGUAGE",
            f'"{code}" is no code of a language that dates can be written in.',
            ["Use the code of two letters, or three: de, fy, fr"],
        ) from error
    name = locale.get_language_name(code) or code
    return name[:1].upper() + name[1:]


def _checkout(here: Path) -> Path:
    """`src/balie` of the checkout that somebody stands in. Raises WrongUse outside one."""
    for folder in (here, *here.parents):
        if (folder / "src" / "balie" / "blueprint" / "checks").is_dir():
            return folder / "src" / "balie"
    raise WrongUse(
        "PLACE",
        "This is a part of Balie itself, and this folder is no checkout of Balie.",
        [
            "Go to the folder of Balie's source, and try again.",
            "A connector can be a package of its own:  balie new connector NAME --package",
        ],
    )


def _there_already(what: str, place: Path) -> Refusal:
    return Refusal("THERE ALREADY", f"{what} is there already: {place}", ["Nothing was written."])


def refuse_what_is_there(beginning: Beginning) -> None:
    """Raises Refusal when something of this name is there: nothing is ever written over."""
    if beginning.place.exists():
        raise _there_already("It", beginning.place)


def _from(here: Path, place: Path) -> Path:
    return place.relative_to(here) if place.is_relative_to(here) else place


def _file(name: str) -> str:
    return (files(SKELETONS) / name).read_text("utf-8")


def _skeleton(name: str, place: Path, words: Mapping[str, str]) -> dict[Path, str]:
    """The files of a folder of skeletons, in their new place."""
    return dict(_inside(files(SKELETONS) / name, place, words))


def _inside(
    folder: Traversable, place: Path, words: Mapping[str, str]
) -> Iterator[tuple[Path, str]]:
    for entry in folder.iterdir():
        name = _filled(entry.name.removesuffix(".txt"), words)
        if entry.is_dir():
            yield from _inside(entry, place / name, words)
        else:
            yield place / name, _filled(entry.read_text("utf-8"), words)


def _filled(text: str, words: Mapping[str, str]) -> str:
    """The text with its names: `@name@` as it was given, `@Name@` as the name of a class."""
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
        text = text.replace(f"@{word.capitalize()}@", value.title().replace("_", ""))
    return text
