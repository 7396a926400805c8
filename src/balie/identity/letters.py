"""Mails about a sign-in that are sent outside a page: in the person's language, in plain text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.core.mail import EmailMessage


class Say(Protocol):
    """Balie's own words: the text of a key in a language, without markup."""

    def __call__(self, language: str, key: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes mails. service: a language -> the service's name in it; brand: who signs."""

    say: Say
    service: Callable[[str], str]
    brand: str

    def write(self, language: str, to: str, about: str, said: Sequence[str] = ()) -> EmailMessage:
        """A mail about something: its words are `mail.<about>_subject`, `_what` and `_ignore`.

        said: lines that stand by themselves, such as a code.
        """

        def say(key: str) -> str:
            return self.say(language, f"mail.{key}", service=self.service(language))

        parts = [say("greeting"), say(f"{about}_what"), *said, say(f"{about}_ignore"), self.brand]
        return EmailMessage(subject=say(f"{about}_subject"), body="\n\n".join(parts), to=[to])
