"""Which kinds of connectors are installed: what a blueprint's `speaks:` may say.

A kind is a folder with `connector.toml` and `connector.py`, and `writing.py` when it can write.
Ours are in `balie.connectors`; another package offers its own as an entry point in the group
`balie.connectors`, whose value is the package that holds these files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from types import MappingProxyType

import msgspec

from balie.systems.connector import Connect, Describe, ReadContract
from balie.systems.writing import MakeWriter

OURS = "balie.connectors"
"""The package that holds our own kinds, and the group of entry points for those of others."""

QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "works": (
            "asks for the rows of one value",
            "asks for the rows of many values",
            "reads a list to its end",
            "refuses a table or field that the contract does not have",
            "says Unavailable when there is no usable answer",
        ),
        "dependable": (
            "never asks without the filter that was wanted",
            "a value cannot change the question",
            "one broken row costs one row",
            "honours Retry-After",
            "stays with the system's own host",
            "tested against a server that is not ours",
        ),
        "excellent": (
            "asks only for the fields that are wanted",
            "streams documents",
            "hears of changes",
            "writes survive a repeat",
        ),
    }
)
"""Level -> the questions that a `connector.toml` answers, each with yes or no and why."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a kind says it is: level -> question -> "yes", or "no: ..." in words."""

    answers: Mapping[str, Mapping[str, str]]

    @property
    def level(self) -> str:
        """The highest level whose questions, and those of the levels below, all have a yes."""
        reached = "none"
        for level, questions in QUESTIONS.items():
            answers = self.answers.get(level, {})
            if not all(answers.get(question, "no").startswith("yes") for question in questions):
                return reached
            reached = level
        return reached


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorKind:
    """One kind of connector, ready to use."""

    name: str
    summary: str
    connect: Connect
    read_contract: ReadContract
    quality: Quality
    describe: Describe | None = None
    writer: MakeWriter | None = None  # None: this kind only reads
    package: str = ""  # where it is: "balie.connectors.odata"


class _Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """`connector.toml`."""

    name: str
    summary: str
    quality: dict[str, dict[str, str]]


@cache
def installed() -> Mapping[str, ConnectorKind]:
    """Name -> kind, in the order of the alphabet. Raises ValueError when a folder is not whole."""
    kinds = [_kind(package) for package in (*_our_packages(), *_packages_of_others())]
    return MappingProxyType({kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.name)})


def _our_packages() -> Iterator[str]:
    for folder in files(OURS).iterdir():
        if folder.joinpath("connector.toml").is_file():
            yield f"{OURS}.{folder.name}"


def _packages_of_others() -> Iterator[str]:
    return (entry.value for entry in entry_points(group=OURS))


def _kind(package: str) -> ConnectorKind:
    manifest = _manifest(package)
    module = import_module(f"{package}.connector")
    try:
        return ConnectorKind(
            name=manifest.name,
            summary=manifest.summary,
            connect=module.connect,
            read_contract=module.read_contract,
            quality=Quality(manifest.quality),
            describe=getattr(module, "describe", None),
            writer=_writer(package),
            package=package,
        )
    except AttributeError as error:
        raise ValueError(f"{package}/connector.py does not offer {error.name!r}") from error


def _writer(package: str) -> MakeWriter | None:
    """`writer` of a folder's `writing.py`. Raises ValueError when that file does not offer it."""
    if not files(package).joinpath("writing.py").is_file():
        return None
    module = import_module(f"{package}.writing")
    if not hasattr(module, "writer"):
        raise ValueError(f"{package}/writing.py does not offer 'writer'")
    writer: MakeWriter = module.writer
    return writer


def _manifest(package: str) -> _Manifest:
    text = files(package).joinpath("connector.toml").read_bytes()
    try:
        return msgspec.toml.decode(text, type=_Manifest)
    except msgspec.DecodeError as error:
        raise ValueError(f"{package}/connector.toml cannot be read: {error}") from error
