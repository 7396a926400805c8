"""The sample blueprint that the checks' examples change: its folder, and what its systems say."""

from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from balie.blueprint.check import check
from balie.blueprint.checks.check import About, Change
from balie.blueprint.finding import Finding
from balie.blueprint.reader import read
from balie.systems.contract import Contract, Field, Table, Type


def write(change: Change | None, folder: Path) -> None:
    """The sample with this change, into a folder that is not there yet.

    Raises ValueError when the text to change is not there exactly once.
    """
    with as_file(files("balie.blueprint.checks") / "sample") as sample:
        copytree(sample, folder)
    if change is not None:
        path = folder / change.file
        path.write_bytes(_changed(path.read_text(encoding="utf-8"), change))


def _changed(text: str, change: Change) -> bytes:
    if text.count(change.old) != 1:
        times = text.count(change.old)
        raise ValueError(f"{change.file} has {times} times: {change.old!r}")
    # Surrogates stand for bytes that are not UTF-8: the example of BP006 needs one.
    return text.replace(change.old, change.new).encode("utf-8", "surrogateescape")


def tried(about: About, change: Change) -> tuple[tuple[Finding, ...], Mapping[str, str]]:
    """What is said of the sample with this change to it, and its files' texts.

    A new text of the sample has no translation: that is for the check of translations alone.
    """
    with TemporaryDirectory() as folder:
        write(change, Path(folder) / "sample")
        reading = read(Path(folder) / "sample")
    findings = reading.findings
    if reading.blueprint is not None:
        findings = check(reading.blueprint, CONTRACTS, findings, languages=LANGUAGES)
    kept = (one for one in findings if one.code == about.code or one.code != UNTRANSLATED)
    return tuple(kept), reading.texts


UNTRANSLATED = "BP501"

LANGUAGES = frozenset({"en", "nl"})


def _text(name: str, *, writable: bool = True) -> Field:
    return Field(name=name, nullable=False, writable=writable)


def _table(name: str, *fields: Field, asked_by: set[str], at_once: int = 50) -> Table:
    return Table(
        name=name,
        fields={field.name: field for field in fields},
        key=(fields[0].name,),
        equals=frozenset(asked_by),
        among=dict.fromkeys(asked_by, at_once) if at_once > 1 else {},
    )


NUMBER = _text("number", writable=False)
STATUS = Field(name="status", nullable=False, codes=("draft", "out", "late", "back"))

SHELF = Contract(
    tables={
        table.name: table
        for table in (
            _table(
                "loans",
                _text("id", writable=False),
                NUMBER,
                _text("memberNumber"),
                Field(name="dueDate", type=Type.DATE),
                Field(name="fee", type=Type.NUMBER),
                STATUS,
                asked_by={"memberNumber", "number", "status"},
            ),
            _table(
                "pastLoans",
                _text("id", writable=False),
                NUMBER,
                _text("memberNumber"),
                Field(name="status", nullable=False, codes=("back",)),
                asked_by={"memberNumber", "number", "status"},
            ),
            _table(
                "loanBooks",
                _text("id"),
                _text("loanNumber"),
                _text("title"),
                Field(name="lentOn", type=Type.DATE),
                asked_by={"loanNumber"},
            ),
            _table(
                "reminders",
                _text("id"),
                _text("forLoan"),
                Field(name="sentOn", type=Type.DATE, nullable=False),
                asked_by={"forLoan"},
                at_once=1,
            ),
            _table(
                "extensions",
                _text("id", writable=False),
                _text("loanNumber"),
                Field(name="days", type=Type.INTEGER),
                asked_by={"loanNumber"},
            ),
        )
    }
)

CRM = Contract(
    events=frozenset({"wishGranted"}),
    tables={
        table.name: table
        for table in (
            _table(
                "people",
                _text("id"),
                _text("email"),
                Field(name="birthDate", type=Type.DATE),
                _text("memberNumber"),
                _text("cardNumber"),
                asked_by={"id", "email", "memberNumber"},
            ),
            _table(
                "wishes",
                NUMBER,
                _text("memberId"),
                Field(name="kind", nullable=False, codes=("longer", "other")),
                _text("loanNumber"),
                Field(name="reason", nullable=False, required_to_create=True),
                Field(name="note"),
                Field(name="status", nullable=False, codes=("asked", "granted", "refused")),
                asked_by={"memberId", "number", "kind"},
            ),
            _table(
                "goodbyes",
                NUMBER,
                _text("reference"),
                _text("name"),
                _text("mail"),
                asked_by={"number", "reference"},
            ),
            _table(
                "tasks",
                _text("id", writable=False),
                _text("reference"),
                Field(name="team", codes=("DESK", "CELLAR")),
                Field(name="subject", required_to_create=True),
                _text("about"),
                Field(name="status", codes=("open", "done")),
                asked_by={"id", "reference"},
            ),
        )
    },
)

CONTRACTS: Mapping[str, Contract] = {"shelf": SHELF, "crm": CRM}
