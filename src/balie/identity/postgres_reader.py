"""The same question as `reader`, asked of PostgreSQL. Needs the extra `balie[scale]`."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg_pool import AsyncConnectionPool

from balie.access.viewer import Visitor
from balie.identity.reader import (
    MemberRow,
    Other,
    SignIn,
    Told,
    by_name,
    colleague,
    cookie_digest,
    judge,
    members_of,
    other,
)

_ASK = """
    SELECT p.id AS person, p.email, p.name, p.is_active, p.is_staff, p.staff_roles, p.password,
           s.fingerprint, s.expires, s.acting_for, s.level, s.level_at,
           (SELECT coalesce(json_agg(json_build_array(r.name, r.key)), '[]'::json)
              FROM recognition r WHERE r.person_id = p.id AND r.ended IS NULL AND (r.claim = ''
                     OR r.connection = (SELECT a.connection FROM provider_session a
                                         WHERE a.sign_in_id = s.cookie))) AS links,
           (SELECT coalesce(json_agg(json_build_array(m.organisation, m.role, m.is_administrator,
                                     m.begins, m.ends, m.source, coalesce(o.name, ''))), '[]'::json)
              FROM membership m LEFT JOIN organisation o ON o.key = m.organisation
             WHERE m.person_id = p.id AND m.source <> 'api'
               AND m.sign_in IN ('', s.cookie)) AS members,
           (SELECT coalesce(json_agg(json_build_array(o.key, '', true, m.begins, m.ends, m.source,
                                     o.name)), '[]'::json)
              FROM membership m JOIN organisation o ON o.parent = m.organisation
             WHERE m.person_id = p.id AND m.is_administrator AND m.administers_below) AS below,
           s.behind_id IS NOT NULL AS acts, s.why,
           (SELECT json_build_array(replace(b.id::text, '-', ''), b.email, b.name, b.is_active,
                                    b.is_staff, b.staff_roles, b.password, o.fingerprint, o.expires)
              FROM viewer_session o JOIN person b ON b.id = o.person_id
             WHERE o.cookie = s.behind_id AND o.behind_id IS NULL) AS behind,
           (SELECT json_build_array(replace(f.id::text, '-', ''), f.email, f.name, f.is_active,
                        f.is_staff OR f.staff_roles <> '[]', t.begins, t.ends,
                   (SELECT coalesce(json_agg(json_build_array(r.name, r.key)), '[]'::json)
                      FROM recognition r
                     WHERE r.person_id = f.id AND r.ended IS NULL AND r.claim = ''),
                   (SELECT coalesce(json_agg(json_build_array(m.organisation, m.role,
                                m.is_administrator, m.begins, m.ends, m.source, '')), '[]'::json)
                      FROM membership m
                     WHERE m.person_id = f.id AND m.source <> 'api' AND m.sign_in = ''))
              FROM representation t JOIN person f ON f.id = t.represented_id
             WHERE t.id = s.representation_id AND t.representative_id = p.id
               AND t.ended IS NULL) AS represented,
           EXISTS (SELECT 1 FROM representation t
                    WHERE t.representative_id = p.id AND t.ended IS NULL) AS may_represent
      FROM viewer_session s JOIN person p ON p.id = s.person_id
     WHERE s.cookie = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    person: UUID
    email: str
    name: str
    is_active: bool
    is_staff: bool
    staff_roles: list[str]
    password: str
    fingerprint: str
    expires: int
    acting_for: str | None
    level: int
    level_at: int
    links: Sequence[tuple[str, str]]
    members: Sequence[MemberRow]
    below: Sequence[MemberRow]
    acts: bool
    why: str
    behind: Told | None
    represented: Other | None
    may_represent: bool

    def sign_in(self, digest: str) -> SignIn:
        return SignIn(
            person=self.person.hex,
            email=self.email,
            name=self.name,
            is_active=self.is_active,
            is_staff=self.is_staff,
            staff_roles=frozenset(self.staff_roles),
            password=self.password,
            fingerprint=self.fingerprint,
            expires=self.expires,
            acting_for=self.acting_for,
            links=by_name((name, key) for name, key in self.links),
            level=self.level,
            level_at=self.level_at,
            members=members_of((*self.members, *self.below)),
            acts=self.acts,
            behind=colleague(self.behind) if self.behind is not None else None,
            why=self.why,
            digest=digest,
            represented=other(self.represented) if self.represented is not None else None,
            may_represent=self.may_represent,
        )


class PostgresReader:
    """A pool of connections that only read; one that broke is replaced by itself."""

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection[TupleRow]],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._pool = pool
        self._now = now

    async def __call__(self, cookie: str | None) -> Visitor | None:
        """The visitor behind this cookie, or None."""
        if not cookie:
            return None
        digest = cookie_digest(cookie)
        async with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(_Row))
            await cursor.execute(_ASK, (digest,))
            row = await cursor.fetchone()
        return judge(row.sign_in(digest) if row else None, self._now())

    async def ping(self) -> None:
        """Raises psycopg.Error or PoolTimeout when the database does not answer."""
        async with self._pool.connection(timeout=2) as connection:
            await connection.execute("SELECT 1 FROM viewer_session LIMIT 1")

    async def close(self) -> None:
        """Closes every connection."""
        await self._pool.close()


async def connect(database_url: str) -> PostgresReader:
    """A reader of the database at this address (postgresql://...)."""
    pool = AsyncConnectionPool(
        database_url,
        min_size=1,
        max_size=8,
        timeout=5,
        kwargs={"autocommit": True, "options": "-c default_transaction_read_only=on"},
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    await pool.open()
    return PostgresReader(pool)
