"""What a system tells by itself: which events, of which row, and how we know that it was itself.

In a profile:

    news:
      signature: X-Signature, hmac sha256 with ${CARRIER_WEBHOOK_KEY}
      time: X-Timestamp, at most 5 minutes old
      parcelReceived: labels.reference

`signature` is a header with the HMAC of the body, in hexadecimal or base64, with or without
`sha256=` before it. With `time` the header's text and a full stop stand before the body when it is
signed; the time is in seconds since 1970, or as ISO 8601. Every other word is an event, and says
which field of what is sent tells the row: a hint only, nothing else of it is believed.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from balie.systems.errors import Misconfigured
from balie.systems.placeholders import filled
from balie.systems.profile import Profile

_SIGNATURE = re.compile(r"([A-Za-z][\w-]*), hmac (sha256|sha512) with (\S+)", re.ASCII)
_TIME = re.compile(r"([A-Za-z][\w-]*), at most (\d{1,4}) (second|minute)s? old", re.ASCII)
_EVENT = re.compile(r"([\w/.-]+)\.(\w+)", re.ASCII)
_NO_EVENTS: Mapping[str, "ToldOf"] = MappingProxyType({})


class NotBelieved(Exception):
    """What came is not signed as it should be. The text is for whoever sent it: no secrets."""


@dataclass(frozen=True, slots=True)
class ToldOf:
    """Which row an event is about: of this table, with what was sent in this field."""

    table: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a system tells. time: the header that says when, "" for none."""

    header: str
    algorithm: str
    key: bytes = field(repr=False)
    time: str = ""
    at_most: timedelta = timedelta(minutes=5)
    events: Mapping[str, ToldOf] = field(default_factory=lambda: _NO_EVENTS)

    def believe(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Returns when the system itself sent this. headers: by lower-case name.

        Raises NotBelieved.
        """
        said = headers.get(self.header.lower(), "")
        if not said:
            raise NotBelieved(f"There is no {self.header} with it.")
        when = headers.get(self.time.lower(), "") if self.time else ""
        if self.time:
            self._check_time(when, now)
        good = self.digest(when, body)
        if not any(hmac.compare_digest(good, one) for one in _digests(said)):
            raise NotBelieved(f"The {self.header} does not fit what was sent.")

    def signed(self, body: bytes, now: datetime) -> Mapping[str, str]:
        """The headers with which the system would send this."""
        when = str(int(now.timestamp())) if self.time else ""
        times = {self.time: when} if self.time else {}
        return {self.header: self.digest(when, body).hex(), **times}

    def digest(self, when: str, body: bytes) -> bytes:
        """What is signed, signed. when: the text of the time's header, "" for none."""
        whole = when.encode() + b"." + body if self.time else body
        return hmac.new(self.key, whole, getattr(hashlib, self.algorithm)).digest()

    def _check_time(self, when: str, now: datetime) -> None:
        moment = _moment(when)
        if moment is None:
            raise NotBelieved(f"{self.time} says no time.")
        if abs(now - moment) > self.at_most:
            raise NotBelieved(f"{self.time} is too far from the time here.")


def news_of(profile: Profile, settings: Mapping[str, str]) -> News | None:
    """What the profile says under `news:`; None when it says nothing. settings: `${NAME}`.

    Raises ValueError for what cannot be meant, and Misconfigured for a value that is not set.
    """
    said = profile.section("news")
    if not said:
        return None
    signature = _SIGNATURE.fullmatch(str(said.get("signature", "")))
    if signature is None:
        raise ValueError('news: "signature" is a header, "hmac sha256 with" and a ${NAME}')
    time = _time(said.get("time"))
    key = filled(signature[3], settings).encode()
    if not key:
        raise Misconfigured("The key by which news is signed is empty.")
    return News(
        header=signature[1],
        algorithm=signature[2],
        key=key,
        time=time[0],
        at_most=time[1],
        events=events_of(profile),
    )


def events_of(profile: Profile) -> Mapping[str, ToldOf]:
    """The events of a profile. Raises ValueError for what cannot be meant."""
    return dict(_events(profile.section("news")))


def _time(said: object) -> tuple[str, timedelta]:
    if said is None:
        return "", timedelta()
    found = _TIME.fullmatch(str(said))
    if found is None:
        raise ValueError('news: "time" is a header and "at most 5 minutes old"')
    return found[1], timedelta(**{f"{found[3]}s": int(found[2])})


def _events(said: Mapping[str, object]) -> Iterator[tuple[str, ToldOf]]:
    for name, text in said.items():
        if name in ("signature", "time"):
            continue
        found = _EVENT.fullmatch(str(text))
        if found is None:
            raise ValueError(f'news: "{name}" is a table and a field, such as "cases.id"')
        yield name, ToldOf(found[1], found[2])


def _digests(said: str) -> Iterator[bytes]:
    """What a header may mean: one or more, as while a key is replaced; hexadecimal or base64."""
    for part in said.split(",")[:5]:
        text = re.sub(r"^(sha256|sha512|v\d)=", "", part.strip())
        try:
            yield bytes.fromhex(text)
        except ValueError:
            try:
                yield base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                continue


def _moment(text: str) -> datetime | None:
    try:
        if text.isascii() and text.isdigit() and len(text) <= 11:
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
