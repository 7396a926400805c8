"""Browsers' sessions in the database. A session that ends takes its completed sign-in with it."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession

from balie.identity.models import Session, ViewerSession
from balie.identity.reader import cookie_digest

_PERSON = "_auth_user_id"  # where Django keeps who is signing in


class SessionStore(DatabaseStore):
    """Django's store, on our own table. Must bear this name: it is part of what Django signs."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our own table, which says whose session it is."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row for these data."""
        return _whose(super().create_model_instance(data), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row for these data; async saves come by here and not by the method above."""
        return _whose(await super().acreate_model_instance(data), data)

    def delete(self, session_key: str | None = None) -> None:
        """Ends the session and the sign-in that was completed in it."""
        ending = session_key or self.session_key
        super().delete(session_key)
        if ending:
            ViewerSession.objects.filter(cookie=cookie_digest(ending)).delete()

    async def adelete(self, session_key: str | None = None) -> None:
        """As `delete`."""
        ending = session_key or self.session_key
        await super().adelete(session_key)
        if ending:
            await ViewerSession.objects.filter(cookie=cookie_digest(ending)).adelete()


def _whose(row: AbstractBaseSession, data: dict[str, Any]) -> AbstractBaseSession:
    if isinstance(row, Session):
        row.person_id = data.get(_PERSON)
    return row
