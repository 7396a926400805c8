"""The page of every check, made from the check's own file and from running its example."""

import re
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from balie.blueprint.checks import found
from balie.blueprint.checks.check import About, Change
from balie.blueprint.explained.samples import tried, write
from balie.blueprint.report import as_text

LIST = "list.md"

SERIES = {
    "0": "The text",
    "1": "Where data comes from and goes to",
    "2": "Time",
    "3": "People and privacy",
    "4": "The story",
    "5": "Words",
    "6": "Pages of your own",
}


@cache
def pages() -> Mapping[str, str]:
    """File name -> Markdown: a page for each check, and `list.md`, the list of them."""
    every = list(found.about().values())
    return {LIST: _list_of(every)} | {f"{about.code}.md": _page(about) for about in every}


def explained(code: str) -> str | None:
    """The page of one check, or None when there is no such check."""
    about = found.about().get(code.upper())
    return None if about is None else _page(about)


def _list_of(every: Iterable[About]) -> str:
    lines = [
        "# Checks",
        "",
        "What `balie check` looks at before a blueprint may start. An error keeps it from",
        "starting; a warning does not, and can be answered in the blueprint:",
        "`accepts: [BP132 because …]`.",
        "",
        "Each page shows a change to the same small blueprint, and what is said of it.",
    ]
    series = ""
    for about in every:
        if about.code[2] != series:
            series = about.code[2]
            lines += ["", f"## {SERIES[series]}", "", "| | | |", "|---|---|---|"]
        lines.append(f"| [{about.code}]({about.code}.md) | {about.severity} | {about.title} |")
    return "\n".join([*lines, ""])


def _page(about: About) -> str:
    return f"""\
# {about.code}: {about.title}

{str(about.severity).capitalize()}. {_acceptable(about)}

{about.why}

## What sets it off

```diff
{_difference(about.example)}
```

```text
{_message(about)}
```

## What is right

```diff
{_difference(about.near_miss)}
```

Nothing is said of this.
"""


def _acceptable(about: About) -> str:
    if about.can_be_accepted or about.severity != "error":
        return f"When it is meant: `accepts: [{about.code} because …]`."
    return "It must be mended before the blueprint can start."


def _difference(change: Change) -> str:
    """The changed lines, with one line around them."""
    with TemporaryDirectory() as folder:
        before = _text_of(Path(folder) / "before", None, change.file)
        after = _text_of(Path(folder) / "after", change, change.file)
    lines = unified_diff(before, after, change.file, change.file, lineterm="", n=1)
    return "\n".join(_readable(line) for line in lines if not line.startswith(("---", "@@")))


def _text_of(folder: Path, change: Change | None, file: str) -> list[str]:
    write(change, folder)
    return (folder / file).read_bytes().decode("utf-8", "backslashreplace").split("\n")


def _readable(line: str) -> str:
    return re.sub(r"^\+\+\+ ", "# ", line)


def _message(about: About) -> str:
    return as_text(*tried(about, about.example)).rstrip("\n")


def write_pages(folder: Path) -> tuple[str, ...]:
    """Writes every page that is not current, removes those of checks that are gone; their names."""
    wanted = pages()
    folder.mkdir(parents=True, exist_ok=True)
    gone = [path for path in sorted(folder.glob("BP*.md")) if path.name not in wanted]
    for path in gone:
        path.unlink()
    old = {name for name, text in wanted.items() if not _is_current(folder / name, text)}
    for name in old:
        (folder / name).write_text(wanted[name], encoding="utf-8")
    return tuple(sorted(chain(old, (path.name for path in gone))))


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
