"""Who holds this cookie? Asked at every page, so: one indexed read, judged by one pure function.

A file tells whether anything was written to it since it was read, and counts the writes to the
tables that a sign-in is read from. Only while there were none, what was read is not read again: a
sign-out, here or in another process, is a write.

Django's own session is never read here: a sign-in that is not completed has no row to be found.
"""

import asyncio
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from balie.access.viewer import PRIVATE, Behind, Membership, Visitor
from balie.backstage.bounded import Bounded
from balie.identity.changes import TRIGGERS

_MOST_BYTES = 4_000_000
_BYTES_OF_A_VISITOR = 2_000


class Reader(Protocol):
    """Reads the completed sign-in behind a cookie."""

    async def __call__(self, cookie: str | None) -> Visitor | None:
        """The visitor, or None when nobody is signed in. Never asks a system."""
        ...

    async def ping(self) -> None:
        """Returns when the database answers, raises when it does not."""
        ...

    async def close(self) -> None:
        """Lets go of the database."""
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """A membership as it is kept. begins, ends: seconds since 1970."""

    organisation: str
    role: str
    is_administrator: bool
    begins: int
    ends: int | None
    source: str
    name: str

    def at(self, now: float) -> Membership:
        """What it is at this moment."""
        holds = self.begins <= now and (self.ends is None or now < self.ends)
        return Membership(
            self.organisation, self.role, self.is_administrator, self.source, self.name, holds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Represented:
    """Somebody in whose name the person of a sign-in acts, as they are now.

    begins, ends: of that, seconds since 1970. links, members: as of a `SignIn`, without what rests
    on one.
    """

    person: str
    email: str
    name: str
    is_active: bool
    is_staff: bool
    begins: int
    ends: int | None
    links: Mapping[str, tuple[str, ...]]
    members: tuple[Member, ...] = ()

    def holds(self, now: float) -> bool:
        """Whether it does at this moment."""
        is_on = self.begins <= now and (self.ends is None or now < self.ends)
        return is_on and self.is_active and not self.is_staff


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A completed sign-in with its person as they are now.

    password: as it is stored, hashed. fingerprint: of the password that held at sign-in.
    expires: seconds since 1970. links: names of `me` -> keys. level, level_at: as of a `Visitor`.
    acts: somebody of staff acts as this person; behind: their own sign-in, None when it is gone.
    digest: of its cookie.
    represented: for whom they chose to act in private, None for nobody, or when that was ended.
    may_represent: there may be somebody.
    """

    person: str
    email: str
    name: str
    is_active: bool
    is_staff: bool
    staff_roles: frozenset[str]
    password: str
    fingerprint: str
    expires: int
    acting_for: str | None
    links: Mapping[str, tuple[str, ...]]
    level: int = 1
    level_at: int = 0
    members: tuple[Member, ...] = ()
    acts: bool = False
    behind: "SignIn | None" = None
    why: str = ""
    digest: str = ""
    represented: Represented | None = None
    may_represent: bool = False

    def same_until(self, now: float) -> float:
        """Until when this says the same, if nothing is written: it expires, or a date passes."""
        other = self.represented
        members = self.members if other is None else (*self.members, *other.members)
        dates = [date for one in members for date in (one.begins, one.ends) if date]
        dates += [date for date in (other.begins, other.ends) if date] if other else []
        return min((date for date in (*dates, self.expires) if date > now), default=self.expires)


def judge(sign_in: SignIn | None, now: float) -> Visitor | None:
    """The visitor behind a sign-in that still holds at `now` (seconds since 1970), or None."""
    if (
        sign_in is None
        or not sign_in.is_active
        or sign_in.expires <= now
        or sign_in.fingerprint != fingerprint(sign_in.password)
    ):
        return None
    behind = _behind(sign_in, now) if sign_in.acts else None
    if sign_in.acts and (behind is None or sign_in.is_staff or sign_in.staff_roles):
        return None
    if sign_in.represented is not None and sign_in.represented.holds(now):
        return _representative(sign_in, sign_in.represented, now)
    return Visitor(
        person=sign_in.person,
        email=sign_in.email,
        name=sign_in.name,
        links=sign_in.links,
        is_staff=sign_in.is_staff,
        staff_roles=sign_in.staff_roles,
        acting_for=sign_in.acting_for,
        level=sign_in.level,
        level_at=sign_in.level_at,
        memberships=tuple(one.at(now) for one in sign_in.members),
        behind=behind,
        sign_in=sign_in.digest,
        may_represent=sign_in.may_represent,
    )


def _representative(sign_in: SignIn, represented: Represented, now: float) -> Visitor | None:
    """The customer, with who acts for them behind; nobody for staff, and nobody through another."""
    if sign_in.is_staff or sign_in.staff_roles or sign_in.acts:
        return None
    until = sign_in.expires if represented.ends is None else min(sign_in.expires, represented.ends)
    return Visitor(
        person=represented.person,
        email=represented.email,
        name=represented.name,
        links=represented.links,
        acting_for=PRIVATE,
        memberships=tuple(one.at(now) for one in represented.members),
        level=sign_in.level,
        level_at=sign_in.level_at,
        behind=Behind(
            person=sign_in.person,
            name=sign_in.name or sign_in.email,
            teams=frozenset(),
            until=until,
            represents=True,
        ),
        sign_in=sign_in.digest,
    )


def _behind(sign_in: SignIn, now: float) -> Behind | None:
    """Whoever acts as this person, while their own sign-in holds and they are in a team."""
    colleague = judge(sign_in.behind, now)
    if colleague is None or colleague.behind is not None or not colleague.is_staff:
        return None
    return Behind(
        person=colleague.person,
        name=colleague.name or colleague.email,
        teams=colleague.staff_roles,
        until=sign_in.expires,
        why=sign_in.why,
    )


def cookie_digest(cookie: str) -> str:
    """What is kept of a cookie's value: enough to know it again, too little to use it."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def fingerprint(password: str) -> str:
    """What is kept of a (hashed) password, to see that it was changed."""
    return hashlib.sha256(password.encode()).hexdigest()


QUESTION = """
    SELECT p.id, p.email, p.name, p.is_active, p.is_staff, p.staff_roles,
           p.password, s.fingerprint, s.expires, s.acting_for, s.level, s.level_at,
           (SELECT json_group_array(json_array(r.name, r.key)) FROM recognition r
             WHERE r.person_id = p.id AND r.ended IS NULL AND (r.claim = '' OR r.connection =
                   (SELECT a.connection FROM provider_session a WHERE a.sign_in_id = s.cookie))),
           (SELECT json_group_array(json_array(m.organisation, m.role, m.is_administrator,
                                               m.begins, m.ends, m.source, coalesce(o.name, '')))
              FROM membership m LEFT JOIN organisation o ON o.key = m.organisation
             WHERE m.person_id = p.id AND m.source <> 'api'
               AND m.sign_in IN ('', s.cookie)),
           (SELECT json_group_array(json_array(o.key, '', true, m.begins, m.ends, m.source, o.name))
              FROM membership m JOIN organisation o ON o.parent = m.organisation
             WHERE m.person_id = p.id AND m.is_administrator AND m.administers_below),
           s.behind_id, s.why,
           (SELECT json_array(b.id, b.email, b.name, b.is_active, b.is_staff, json(b.staff_roles),
                              b.password, o.fingerprint, o.expires)
              FROM viewer_session o JOIN person b ON b.id = o.person_id
             WHERE o.cookie = s.behind_id AND o.behind_id IS NULL),
           (SELECT json_array(f.id, f.email, f.name, f.is_active,
                              f.is_staff OR f.staff_roles <> '[]', t.begins, t.ends,
                   (SELECT json_group_array(json_array(r.name, r.key)) FROM recognition r
                     WHERE r.person_id = f.id AND r.ended IS NULL AND r.claim = ''),
                   (SELECT json_group_array(json_array(m.organisation, m.role, m.is_administrator,
                                                       m.begins, m.ends, m.source, ''))
                      FROM membership m
                     WHERE m.person_id = f.id AND m.source <> 'api' AND m.sign_in = ''))
              FROM representation t JOIN person f ON f.id = t.represented_id
             WHERE t.id = s.representation_id AND t.representative_id = p.id AND t.ended IS NULL),
           EXISTS (SELECT 1 FROM representation t
                    WHERE t.representative_id = p.id AND t.ended IS NULL)
      FROM viewer_session s JOIN person p ON p.id = s.person_id
     WHERE s.cookie = ?
"""

_TRIGGERS = """
    SELECT count(*) FROM sqlite_master
     WHERE type = 'trigger' AND name GLOB 'sign_in_changes_*'
"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sign-in that held when it was read. until: seconds since 1970; then it is read again."""

    visitor: Visitor
    until: float


class SqliteReader:
    """Reads the file that Django writes, by a connection of its own that cannot write.

    On the event loop: a hop to a thread takes ten times as long as the read itself.
    """

    def __init__(self, file: Path, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._now = now
        self._connection = _connect(file, patience=0.05)
        self._version = -1
        self._changes: int | None = None
        self._schema = -1
        self._is_counting = False
        self._seen: Bounded[str, _Seen] = Bounded(_MOST_BYTES)

    async def __call__(self, cookie: str | None) -> Visitor | None:
        """The visitor behind this cookie, or None."""
        if not cookie:
            return None
        digest = cookie_digest(cookie)
        try:
            return self._visitor(digest)
        except sqlite3.OperationalError:  # locked: wait where it keeps nobody else waiting
            return judge(await asyncio.to_thread(self._find_patiently, digest), self._now())

    async def ping(self) -> None:
        """Raises sqlite3.Error when the file cannot be read."""
        self._connection.execute("SELECT 1 FROM viewer_session LIMIT 1").fetchone()

    async def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _visitor(self, digest: str) -> Visitor | None:
        self._forget_what_was_overwritten()
        seen = self._seen.get(digest)
        now = self._now()
        if seen is not None and seen.until > now:
            return seen.visitor
        sign_in = _find(self._connection, digest)
        visitor = judge(sign_in, now)
        if sign_in is not None and visitor is not None:
            self._seen.put(digest, _Seen(visitor, sign_in.same_until(now)), _BYTES_OF_A_VISITOR)
        return visitor

    def _forget_what_was_overwritten(self) -> None:
        """Before anything is read: a write in between is seen the next time, never missed."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        changes = self._counted()
        if changes is None or changes != self._changes:
            self._seen = Bounded(_MOST_BYTES)
        self._version, self._changes = version, changes

    def _counted(self) -> int | None:
        """How many writes there were to what sign-ins are read from; None where nobody counts."""
        (schema,) = self._connection.execute("PRAGMA schema_version").fetchone()
        if schema != self._schema:
            (triggers,) = self._connection.execute(_TRIGGERS).fetchone()
            self._schema, self._is_counting = schema, triggers == TRIGGERS
        if not self._is_counting:
            return None
        (changes,) = self._connection.execute("SELECT count FROM sign_in_changes").fetchone()
        return int(changes)

    def _find_patiently(self, digest: str) -> SignIn | None:
        connection = _connect(self._file, patience=5)
        try:
            return _find(connection, digest)
        finally:
            connection.close()


def _connect(file: Path, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=patience
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


def _find(connection: sqlite3.Connection, digest: str) -> SignIn | None:
    row = connection.execute(QUESTION, (digest,)).fetchone()
    if row is None:
        return None
    person, email, name, active, staff, roles, password, seen, expires, *rest = row
    acting_for, level, level_at, links, members, below, acts, why, behind, *others = rest
    represented, may_represent = others
    return SignIn(
        person=person,
        email=email,
        name=name,
        is_active=bool(active),
        is_staff=bool(staff),
        staff_roles=frozenset(_texts.decode(roles)),
        password=password,
        fingerprint=seen,
        expires=expires,
        acting_for=acting_for,
        links=by_name(_pairs.decode(links)),
        level=level,
        level_at=level_at,
        members=members_of((*_rows.decode(members), *_rows.decode(below))),
        acts=acts is not None,
        behind=colleague(_colleague.decode(behind)) if behind is not None else None,
        why=why,
        digest=digest,
        represented=other(_other.decode(represented)) if represented is not None else None,
        may_represent=bool(may_represent),
    )


Told = tuple[str, str, str, bool | int, bool | int, list[str], str, str, int]
"""What is read of the sign-in of whoever acts as a customer."""


def colleague(told: Told) -> SignIn:
    """The sign-in of whoever acts as a customer, for what it is judged by."""
    person, email, name, active, staff, roles, password, seen, expires = told
    return SignIn(
        person=person,
        email=email,
        name=name,
        is_active=bool(active),
        is_staff=bool(staff),
        staff_roles=frozenset(roles),
        password=password,
        fingerprint=seen,
        expires=expires,
        acting_for=None,
        links={},
    )


MemberRow = tuple[str, str, bool, int, int | None, str, str]
"""A membership as the database says it, in the order of `Member`."""

Other = tuple[
    str,
    str,
    str,
    bool | int,
    bool | int,
    int,
    int | None,
    Sequence[tuple[str, str]],
    Sequence[MemberRow],
]
"""What is read of somebody who is represented."""


def other(told: Other) -> Represented:
    """Whoever is represented, out of what was read."""
    person, email, name, active, staff, begins, ends, links, members = told
    return Represented(
        person=person,
        email=email,
        name=name,
        is_active=bool(active),
        is_staff=bool(staff),
        begins=begins,
        ends=ends,
        links=by_name(links),
        members=members_of(members),
    )


def by_name(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Names of `me` -> keys, always in the same order, from pairs of the two."""
    links: dict[str, tuple[str, ...]] = {}
    for name, key in sorted(pairs):
        links[name] = (*links.get(name, ()), key)
    return links


def members_of(rows: Sequence[MemberRow]) -> tuple[Member, ...]:
    """Memberships, always in the same order: whoever is the same has the same key."""
    return tuple(sorted((Member(*row) for row in rows), key=repr))


_texts = msgspec.json.Decoder(list[str])
_pairs = msgspec.json.Decoder(list[tuple[str, str]])
_rows = msgspec.json.Decoder(list[MemberRow], strict=False)  # SQLite says yes and no in numbers
_colleague = msgspec.json.Decoder(Told)
_other = msgspec.json.Decoder(Other, strict=False)
