"""Cookies of others that a blueprint declares, and what a visitor said about them.

Nothing of them is there before somebody says yes: no script, and no hole in the policy on content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from urllib.parse import urlsplit

from balie.blueprint.model import AdditionalCookie, Blueprint

COOKIE = "cookies"
"""Where a browser keeps what was said: `yes.` or `no.`, and the mark of what was asked."""

LASTS = 180 * 24 * 60 * 60
"""Seconds that an answer holds; then it is asked again."""

_OPENED = ("script-src", "connect-src", "img-src")


@dataclass(frozen=True)
class Consent:
    """What is asked, and what follows from the answer."""

    blueprint: Blueprint

    @property
    def declared(self) -> Sequence[AdditionalCookie]:
        """The cookies that are asked for; none: there is nothing to ask."""
        return tuple(self.blueprint.cookies.values())

    @cached_property
    def mark(self) -> str:
        """Changes with what is asked: an answer of before does not count for something new."""
        asked = "\n".join(f"{one.id} {one.script} {one.what_for}" for one in self.declared)
        return sha256(asked.encode()).hexdigest()[:12]

    def answer(self, kept: str) -> bool | None:
        """What was said, by what the browser kept; None when it must still be asked."""
        if not self.blueprint.cookies:
            return None
        return {f"yes.{self.mark}": True, f"no.{self.mark}": False}.get(kept)

    def kept(self, *, said_yes: bool) -> str:
        """What the browser is to keep."""
        return f"{'yes' if said_yes else 'no'}.{self.mark}"

    def scripts(self, kept: str) -> Sequence[str]:
        """The scripts that may be loaded."""
        return tuple(str(one.script) for one in self.declared) if self.answer(kept) else ()

    def policy(self, closed: str, kept: str) -> str:
        """The policy on content: closed, but for the hosts of those scripts after a yes."""
        hosts = " ".join(dict.fromkeys(map(origin_of, self.scripts(kept))))
        if not hosts:
            return closed
        parts = (part.strip() for part in closed.split(";"))
        return "; ".join(f"{p} {hosts}" if p.startswith(_OPENED) else p for p in parts)

    def told(self, language: str) -> Sequence[Mapping[str, str]]:
        """The cookies in words: name, what_for, by, kept_for."""
        say = self.blueprint.say
        return [
            {
                "name": say(one.name, language),
                "what_for": say(one.what_for, language),
                "by": say(one.by, language),
                "kept_for": say(one.kept_for, language),
            }
            for one in self.declared
        ]


def origin_of(address: str) -> str:
    """Scheme and host of an address; "" when it is none of https."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    plain = parts.scheme == "https" and parts.hostname and not parts.username
    return f"https://{parts.hostname}{f':{port}' if port else ''}" if plain else ""
