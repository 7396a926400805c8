"""Writes docs/reference/what-is-stored.md from the tables as they are.

    .venv/bin/python tools/stored_page.py

What each table is stands in its model; why it is kept, for how long, and which of its columns are
personal stands here. A table or a column that is not told of stops the page, and a test with it.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.apps import apps
from django.db.models import BinaryField, Model

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "what-is-stored.md"
MARK = "<!-- What follows is made by tools/stored_page.py: change that, not this. -->\n"


@dataclass(frozen=True)
class Kept:
    """Why a table is there, and until when. personal: a column that can be read and is about a
    person, and what it says; all other columns that can be read say nothing personal. encrypted:
    cannot be read without the key. what: for a table whose model is not ours.
    """

    why: str
    until: str
    personal: Mapping[str, str] = field(default_factory=dict)
    encrypted: tuple[str, ...] = ()
    what: str = ""


_PERSON = "an id of ours: without the account it leads to nobody"
_WITH_ACTION = "with its action"
_WITH_ACCOUNT = "as long as the account; `balie erase`"
_SIGN_OUT = "until sign-out, or 12 hours"

TABLES: Mapping[str, Kept] = {
    "person": Kept(
        "signing in",
        "until `balie erase`; closed by `balie people close`",
        {"email": "the address", "name": "what staff called them", "last_login": "when"},
    ),
    "session": Kept(
        "a sign-in that is half-way, messages",
        _SIGN_OUT,
        {
            "session_data": "signed, not encrypted",
            "session_key": "of the cookie",
            "person_id": _PERSON,
        },
    ),
    "viewer_session": Kept(
        "who is signed in",
        _SIGN_OUT,
        {
            "person_id": _PERSON,
            "acting_for": "key of the organisation",
            "device": "browser and machine, in two words",
            "behind_id": "the sign-in of whoever of staff acts as them; in minutes it is over",
        },
    ),
    "recognition": Kept(
        "who somebody is to a system, so that a mail address that changes does not lock them out",
        _WITH_ACCOUNT,
        {"person_id": _PERSON, "key": "key of their row in the system"},
    ),
    "membership": Kept(
        "who belongs to which organisation, as what, from when until when",
        _WITH_ACCOUNT,
        {"person_id": _PERSON, "organisation": "key of the organisation", "sign_in": "a digest"},
    ),
    "representation": Kept(
        "who acts for whom in private, from when until when, and who ended it",
        "as long as both accounts; `balie erase` of either",
        {
            "represented_id": _PERSON,
            "representative_id": _PERSON,
            "ended_by": "an id of ours, of one of the two",
        },
    ),
    "organisation_domain": Kept(
        "what stands behind the @ of who may ask to join an organisation",
        "until `balie organisations domain --remove`",
        {"by": "an id of ours, of an administrator"},
    ),
    "join_request": Kept(
        "who asks to join an organisation, and what came of it",
        _WITH_ACCOUNT,
        {
            "person_id": _PERSON,
            "organisation": "key of the organisation",
            "words": "what they wrote with it",
            "by": "an id of ours, of who decided",
            "answer": "what that person wrote back",
        },
    ),
    "organisation": Kept(
        "what an organisation is called, where no system says so", "until it is deleted"
    ),
    "login_connection": Kept(
        "parties that people sign in with",
        "until `balie logins remove`",
        encrypted=("sealed",),
    ),
    "provider_identity": Kept(
        "who somebody is to such a party, so that they are known again",
        _WITH_ACCOUNT + " or `balie logins unlink`",
        {"person_id": _PERSON, "subject": "what the party calls them"},
    ),
    "provider_session": Kept(
        "to sign out there too, and to be told when it ends there",
        _SIGN_OUT,
        {"sub": "what the party calls them", "sid": "of the session there"},
        ("sealed",),
    ),
    "seen_token": Kept(
        "a token by which a party told that a session ended, so that it counts once",
        "17 minutes, until the next one comes",
    ),
    "demo_mail": Kept(
        "mails that a demo shows and does not send; in no other portal",
        "until it is deleted",
        {"to": "the address", "subject": "as it was", "body": "as it was"},
    ),
    "guard_code": Kept(
        "a code to a new mail address, before it is changed",
        "a day",
        {"person_id": _PERSON},
    ),
    "sign_in_change": Kept(
        "a mail address that is changed here once the system has it",
        _WITH_ACTION,
        {"person": _PERSON},
        ("closed",),
    ),
    "action": Kept(
        "what a customer sent, until the systems have it; then the receipt",
        "answers 30 days after all of it is done, or `balie erase`; while it waits for people it "
        "stays; reference and times stay",
        {
            "person": _PERSON,
            "order_with": "an id of ours",
            "behind": "an id of ours: of whoever of staff sent it for them",
        },
        ("closed", "acting_for"),
    ),
    "errand": Kept(
        "one row of one system that must become so",
        "what is sent goes with the answers; state, tries and the number that the system gave stay",
        encrypted=("closed", "outcome"),
    ),
    "invitation": Kept(
        "an invitation by mail, so that it is taken up once and can be taken back",
        "`balie erase` of the address; it opens nothing once it is over",
        {
            "address": "who was invited",
            "about": "what to: keys of an organisation or a row, and a role",
            "by": _PERSON,
            "taken_up_by_id": _PERSON,
        },
    ),
    "letter_code": Kept(
        "a code in a letter, by which somebody shows who they are to a system",
        "`balie erase` of who used it; it opens nothing once it was used or is over",
        {"key": "key of their row in the system", "by": _PERSON, "used_by_id": _PERSON},
    ),
    "activation_try": Kept(
        "how often codes of letters were tried, so that nobody can guess one",
        "as long as it counts, until the next try",
        {"person": "a digest", "network": "a digest"},
    ),
    "mail_link": Kept(
        "a link in a mail that opens one page without signing in",
        "until it is over; `balie erase`",
        {
            "person_id": _PERSON,
            "acting_for": "key of the organisation",
            "page": "the address that it opens, which may hold a number of theirs",
        },
    ),
    "approval": Kept(
        "what a colleague must approve before it goes to a system, and what came of it",
        "what was asked and said goes with the answers; who decided, when and how stays",
        {"sender": _PERSON, "who": _PERSON, "organisation": "a mark that only the keys can make"},
        ("closed", "said"),
    ),
    "approval_given": Kept(
        "an approval that somebody else had to follow",
        "who and when stay; what was said goes with the answers",
        {"who": _PERSON},
        ("said",),
    ),
    "colleague": Kept(
        "who was seen acting for an organisation in a role that approves, so that they are told",
        "a year after they were seen so last, or until `balie erase`",
        {"person": _PERSON, "organisation": "a mark that only the keys can make"},
    ),
    "attempt": Kept("how often it was tried, with which outcome", "stays"),
    "correction": Kept(
        "what staff corrected, as it was before",
        "with the answers",
        {"who": _PERSON},
        ("closed",),
    ),
    "audit": Kept(
        "who did what: signed in, accepted, looked, searched, decided; never a value; chained",
        "stays",
        {
            "who": _PERSON,
            "about": "an id of ours, or a person's",
            "record": "the step and key of a row that was looked at",
            "organisation": "a mark that only the keys can make",
        },
    ),
    "audit_archive": Kept(
        "how far the audit was when its oldest lines were taken out, into a file; with a proof",
        "stays",
    ),
    "upload": Kept(
        "a file that a customer sent with a form",
        "7 days after the master has it; a day when it was never sent",
        {"person": _PERSON},
        ("closed",),
    ),
    "upload_piece": Kept("the bytes of that file", "with the file", encrypted=("closed",)),
    "draft": Kept(
        "what was filled in and not sent yet",
        "30 days, or until it is sent or thrown away",
        {"person": _PERSON},
        ("closed",),
    ),
    "held_form": Kept("what was sent just after a sign-in ended", "an hour", encrypted=("closed",)),
    "instance": Kept(
        "how far the story is for one form",
        "30 days after it is over and its work is done; `balie erase`",
        {"person": _PERSON},
        ("closed",),
    ),
    "instance_note": Kept("the log of a story: steps and codes", "stays", {"by": _PERSON}),
    "work": Kept("which team has work to do", "stays"),
    "inbox_row": Kept("which work was put in another system as well", "stays"),
    "event": Kept("what a system told", "30 days", encrypted=("closed",)),
    "mail": Kept(
        "a mail that is due, or went: which, and about what",
        "30 days after it went or was given up; `balie erase`",
        {"person": _PERSON},
        ("closed",),
    ),
    "action_further": Kept("a note that an action came further", "until the story heard it"),
    "blueprint_version": Kept(
        "the files of a version of the blueprint",
        "as long as something runs by it",
        encrypted=(),
    ),
    "account_emailaddress": Kept(
        "whether an address was verified",
        "as long as the account",
        {"email": "the address", "user_id": _PERSON},
        what="Addresses of people, and whether they were verified.",
    ),
    "mfa_authenticator": Kept(
        "passkeys, an app with codes, recovery codes",
        "until its owner takes it away, or `balie people reset-second-step`",
        {
            "user_id": _PERSON,
            "data": "a passkey's public half and its name; which code was last; what codes are "
            "made of is encrypted",
            "created_at": "when",
            "last_used_at": "when",
        },
        what="Second steps of people.",
    ),
    "account_emailconfirmation": Kept(
        "nothing: codes stand in the session",
        "always empty",
        what="Of the library for signing in; not used.",
    ),
    **{
        table: Kept("nothing", "always empty, or names of tables", what="Django's own; not used.")
        for table in (
            "auth_permission",
            "auth_group",
            "auth_group_permissions",
            "django_content_type",
        )
    },
}

NOT_MODELS: Mapping[str, str] = {
    "django_migrations": "Which changes of the tables were made. Nothing personal.",
    "sign_in_changes": "How often something was written that sign-ins are read from (SQLite). "
    "Nothing personal.",
    "sqlite_sequence": "SQLite's own counters. Nothing personal.",
}
"""Tables of the database that have no model."""

FILES: Mapping[str, str] = {
    "balie.db": "The tables below, with its log (`-wal`, `-shm`). Without it everything is lost: "
    "keep a copy.",
    "balie.db.carrier": "Says which process carries. Empty.",
    "cache.db": "Last-known answers of systems, encrypted, under a digest that tells nothing. "
    "Each at most as long as `delete after:` says. May be deleted at any time.",
    "trace.db": "What staff must know of: kinds, tables, fields and counts, 30 days; "
    "never a value.",
    "breached-passwords": "Which passwords nobody may choose (`balie passwords`). Nothing "
    "personal, and no password can be read back.",
    "keys": "The keys that encrypt. Without them what is encrypted is lost.",
}
"""Files of the state folder, with what is in them."""


class NotTold(Exception):
    """A table, or a column of it, of which this page says nothing."""


def page(told: Mapping[str, Kept] = TABLES) -> str:
    """The whole page: what is written by hand, then what is made. Raises NotTold."""
    by_hand = PAGE.read_text("utf-8").partition(MARK)[0]
    return by_hand + MARK + "\n".join((*_files(), *_tables(told)))


def models() -> list[type[Model]]:
    """Every table that Django knows, ours first."""
    found = apps.get_models(include_auto_created=True)
    return sorted(found, key=lambda one: (not one.__module__.startswith("balie."), _name(one)))


def _files() -> Iterator[str]:
    yield "\n## Files\n"
    yield "In the state folder (`BALIE_STATE`), readable by its owner alone.\n"
    yield "| file | what |"
    yield "|---|---|"
    for name, what in FILES.items():
        yield f"| `{name}` | {what} |"


def _tables(told: Mapping[str, Kept]) -> Iterator[str]:
    yield "\n## Tables\n"
    for model in models():
        yield from _table(model, told)
    yield "### Others\n"
    yield "| table | what |"
    yield "|---|---|"
    for name, what in NOT_MODELS.items():
        yield f"| `{name}` | {what} |"
    yield ""


def _table(model: type[Model], told: Mapping[str, Kept]) -> Iterator[str]:
    name = _name(model)
    kept = told.get(name)
    if kept is None:
        raise NotTold(f"tools/stored_page.py says nothing of the table {name}")
    _refuse_untold(model, kept)
    yield f"### {name}\n"
    yield f"{kept.what or _first_sentence(model)}\n"
    yield f"- **Why**: {kept.why}."
    yield f"- **Until**: {kept.until}."
    if kept.encrypted:
        yield f"- **Encrypted**: {_columns(kept.encrypted)}."
    for column, what in kept.personal.items():
        yield f"- **Readable, about a person**: `{column}`, {what}."
    rest = [c for c in _all(model) if c not in (*kept.encrypted, *kept.personal)]
    yield f"- **Readable, nothing personal**: {_columns(rest)}.\n"


def _refuse_untold(model: type[Model], kept: Kept) -> None:
    """What is told must be there, and what cannot be read must be told so."""
    known = set(_all(model))
    binary = {f.column for f in model._meta.concrete_fields if isinstance(f, BinaryField)}
    for column in {*kept.personal, *kept.encrypted} - known:
        raise NotTold(f"{_name(model)} has no column {column}")
    for column in binary - set(kept.encrypted) - {"files"}:
        raise NotTold(f"{_name(model)}.{column} is bytes: say whether it is encrypted")


def _all(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def _name(model: type[Model]) -> str:
    return str(model._meta.db_table)


def _first_sentence(model: type[Model]) -> str:
    text = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    return text.partition(". ")[0].rstrip(".") + "."


def _columns(names: "tuple[str, ...] | list[str]") -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balie.site.settings")
    django.setup()
    PAGE.write_text(page(), "utf-8")
