"""A blueprint's folder -> its files as text and bytes, with a limit on everything."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.source import Span

BESIDE = ("brand", "contracts", "functions", "mails")
"""Folders whose files are kept as bytes."""

TEXTS = {"profiles": ".yaml", "words": ".yaml", "pages": ".html"}
"""Folders whose files with this ending are read, beside the `*.yaml` of the folder itself."""

LARGEST_TEXT = 1_000_000  # bytes of one file that is read as text
LARGEST_FILE = 20_000_000  # bytes of a contract, a picture, ...
LARGEST_FOLDER = 60_000_000  # bytes of all files together
MOST_FILES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What stood in the folder. Names are relative and have `/` between their parts."""

    texts: dict[str, str]
    files: dict[str, bytes]
    findings: tuple[Finding, ...]
    version: str


def reopened(texts: dict[str, str], files: dict[str, bytes]) -> Folder:
    """The files of a folder as they were kept."""
    return Folder(texts=texts, files=files, findings=(), version=_version(texts, files))


class _Unusable(Exception):
    def __init__(self, message: str, help_: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help_


def opened(folder: Path) -> Folder:
    """The folder's files. What cannot be used is left out and becomes a finding."""
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    room = LARGEST_FOLDER
    for count, (home, path) in enumerate(_paths(folder, findings)):
        name = path.relative_to(home).as_posix()
        try:
            _refuse_many(count)
            content = _content(home, path, room)
            room -= len(content)
            if _is_text(name):
                texts[name] = _decoded(content)
            else:
                files[name] = content
        except _Unusable as problem:
            findings.append(_finding(name, problem))
            if count >= MOST_FILES:
                break
    if not texts and not findings:
        findings.append(_finding(folder.name, _Unusable(*NOTHING)))
    version = _version(texts, files)
    return Folder(texts=texts, files=files, findings=tuple(findings), version=version)


NOTHING = (
    "there is no blueprint in this folder",
    "a blueprint is a folder with story.yaml, things.yaml and systems.yaml",
)


def _paths(folder: Path, findings: list[Finding]) -> Iterator[tuple[Path, Path]]:
    """The files of the folder, and of those folders in it that belong to a blueprint, by name.

    Each comes with the folder that its name is relative to.
    """
    try:
        if not folder.is_dir():
            findings.append(_finding(folder.name, _Unusable("there is no such folder", NOTHING[1])))
            return
        yield from ((folder, path) for path in _files_in(folder, ".yaml"))
        home = _home(folder)
        for name in (*TEXTS, *BESIDE):
            yield from ((home, path) for path in _in_inner(home / name))
    except OSError as error:
        problem = _Unusable(f"this folder cannot be read: {error.strerror}", "look at its rights")
        findings.append(_finding(folder.name, problem))


def _home(folder: Path) -> Path:
    """Where the inner folders are: here, or one up when this is a variant of that blueprint.

    A variant is a folder in a blueprint's folder with other texts and no inner folder of its own.
    """
    above = folder.resolve().parent
    has_own = any((folder / name).exists() for name in (*TEXTS, *BESIDE))
    return folder if has_own or not (above / "story.yaml").is_file() else above


def _in_inner(inner: Path) -> Iterator[Path]:
    if inner.is_symlink():
        yield inner  # never followed: it becomes a finding
    elif inner.name in TEXTS:
        yield from _files_in(inner, TEXTS[inner.name])
    else:
        yield from _beneath(inner)


def _files_in(folder: Path, ending: str) -> list[Path]:
    return [path for path in _inside(folder) if path.suffix == ending]


def _beneath(folder: Path) -> Iterator[Path]:
    """Every file under a folder. A link to a folder is given as it is, never followed."""
    for path in _inside(folder):
        if path.is_dir() and not path.is_symlink():
            yield from _beneath(path)
        else:
            yield path


def _inside(folder: Path) -> list[Path]:
    """What is in a folder, by name. More than can be used is not even looked at."""
    return sorted(islice(folder.iterdir(), 2 * MOST_FILES)) if folder.is_dir() else []


def _is_text(name: str) -> bool:
    return name.partition("/")[0] not in BESIDE


def _refuse_many(count: int) -> None:
    if count >= MOST_FILES:
        raise _Unusable(f"there are more than {MOST_FILES} files", "is this the right folder?")


def _content(folder: Path, path: Path, room: int) -> bytes:
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise _Unusable("this link leads out of the blueprint", "put the file itself here")
        if not path.is_file():
            raise _Unusable("this is not a file", "remove it, or put a file in its place")
        size = path.stat().st_size
        largest = LARGEST_TEXT if _is_text(path.relative_to(folder).as_posix()) else LARGEST_FILE
        if size > min(largest, room):
            raise _Unusable(f"this file is too large: {size:,} bytes", "split it, or make it less")
        return path.read_bytes()
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        reason = getattr(error, "strerror", None) or "its links lead in a circle"
        raise _Unusable(f"this file cannot be read: {reason}", "look at its rights") from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Unusable(
            f"this file is not UTF-8 (line {line} has another encoding)", "save it as UTF-8"
        ) from error


def _finding(name: str, problem: _Unusable) -> Finding:
    return Finding(
        code="BP006",
        severity=Severity.ERROR,
        message=problem.message,
        where=(Place(Span(name, 1, 1, 1), "this one"),),
        help=(problem.help,),
    )


def _version(texts: dict[str, str], files: dict[str, bytes]) -> str:
    """One hash over every name and every content, each with its length before it."""
    whole = {name: text.encode() for name, text in texts.items()} | files
    digest = hashlib.sha256()
    for name in sorted(whole):
        for part in (name.encode(), whole[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
