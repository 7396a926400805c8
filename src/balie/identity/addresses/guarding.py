"""Codes for a change of the address that somebody signs in with: `backstage.forms.guarding.Guard`.

Codes are kept as digests with the site's secret, 15 minutes, for one person, one form and one new
address. Wrong ones are counted, and so are mails: to one person, and to one address whoever asks.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.core.mail import EmailMessage
from django.db.models import F

from balie.backstage.forms.guarding import CODE, PROOF, AskedFor, Guarded, ProofBy
from balie.identity.letters import Letters
from balie.identity.models import GuardCode, Person
from balie.identity.work import Work
from balie.mapping.rules import Wrong

LIFE = timedelta(minutes=15)
MOST_TRIES = 5
MOST_MAILS = 5
WITHIN = timedelta(hours=1)
AT_ONCE = timedelta(seconds=30)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is to be sent, and the row of its codes."""

    by: ProofBy
    mails: Sequence[EmailMessage] = ()
    kept: Sequence[int] = ()
    problems: Mapping[str, Wrong] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GuardByMail:
    """Fulfils `Guard`. secret: what digests are made with."""

    work: Work
    letters: Letters
    secret: bytes
    now: Callable[[], datetime]

    async def begin(self, guarded: Guarded, *, again: bool = False) -> AskedFor:
        """Sends the codes, unless they were sent lately."""
        begun = await self.work.write(lambda: self._begin(guarded, again=again))
        if begun.mails and not await self.work.read(lambda: _sent(begun.mails)):
            await self.work.write(GuardCode.objects.filter(pk__in=begun.kept).delete)
            return AskedFor(by=begun.by, problems={CODE: Wrong("no mail now")})
        return AskedFor(by=begun.by, problems=begun.problems)

    async def look(self, guarded: Guarded, proof: str, code: str) -> AskedFor | None:
        """None when both are right; else what is wrong."""
        return await self.work.write(lambda: self._look(guarded, proof, code))

    async def erase_due(self, now: datetime) -> int:
        """Deletes the codes that count for nothing any more; says how many."""
        old = GuardCode.objects.filter(at__lte=now - WITHIN)
        count, _ = await self.work.write(old.delete)
        return count

    # ---- sending

    def _begin(self, guarded: Guarded, *, again: bool) -> "_Begun":
        person = Person.objects.get(pk=guarded.person, is_active=True)
        by, current = _by(person), self._current(guarded)
        if current is not None and (not again or self.now() - current.at < AT_ONCE):
            return _Begun(by)
        if self._too_many(guarded):
            return _Begun(by, problems={CODE: Wrong("too many codes")})
        code, own = _digits(), "" if by is ProofBy.PASSWORD else _digits()
        kept = GuardCode.objects.create(
            person=person,
            target=self._target(guarded),
            address=self._digest("address", guarded.address.casefold()),
            code=self._digest("code", code),
            own_code=self._digest("own", own) if own else "",
            at=self.now(),
        )
        write, language = self.letters.write, guarded.language
        mails = [write(language, guarded.address, "guard_new", [code])]
        if own:
            mails.append(write(language, person.email, "guard_own", [own]))
        return _Begun(by, mails, [kept.pk])

    def _too_many(self, guarded: Guarded) -> bool:
        lately = GuardCode.objects.filter(at__gt=self.now() - WITHIN)
        to_them = self._digest("address", guarded.address.casefold())
        return (
            lately.filter(person_id=guarded.person).count() >= MOST_MAILS
            or lately.filter(address=to_them).count() >= MOST_MAILS
        )

    # ---- looking

    def _look(self, guarded: Guarded, proof: str, code: str) -> AskedFor | None:
        person = Person.objects.get(pk=guarded.person, is_active=True)
        by, current = _by(person), self._current(guarded)
        if current is None:
            return AskedFor(by=by, problems={CODE: Wrong("code over")})
        if current.used_by:
            return None
        problems = self._problems(person, current, proof, code)
        if problems:
            GuardCode.objects.filter(pk=current.pk).update(tries=F("tries") + 1)
            return AskedFor(by=by, problems=problems)
        used = self._digest("form", guarded.token)
        GuardCode.objects.filter(pk=current.pk).update(used_by=used)
        return None

    def _problems(
        self, person: Person, current: GuardCode, proof: str, code: str
    ) -> dict[str, Wrong]:
        problems = {}
        if not self._is_proof(person, current, proof):
            word = "wrong code" if current.own_code else "wrong password"
            problems[PROOF] = Wrong(word if proof else "missing")
        if not hmac.compare_digest(current.code, self._digest("code", _bare(code))):
            problems[CODE] = Wrong("wrong code" if code else "missing")
        return problems

    def _is_proof(self, person: Person, current: GuardCode, proof: str) -> bool:
        if not proof:
            return False
        if current.own_code:
            return hmac.compare_digest(current.own_code, self._digest("own", _bare(proof)))
        return person.check_password(proof)

    def _current(self, guarded: Guarded) -> GuardCode | None:
        """The newest code for this change, while it holds: used for this very form, or for none."""
        form = self._digest("form", guarded.token)
        mine = GuardCode.objects.filter(
            person_id=guarded.person, target=self._target(guarded), used_by__in=("", form)
        )
        newest = mine.select_for_update().order_by("-at", "-pk").first()
        if newest is None or newest.used_by:
            return newest
        is_over = newest.tries >= MOST_TRIES or self.now() - newest.at >= LIFE
        return None if is_over else newest

    # ---- digests

    def _target(self, guarded: Guarded) -> str:
        return self._digest("target", guarded.person, guarded.step, guarded.address)

    def _digest(self, *what: str) -> str:
        return hmac.new(self.secret, msgspec.json.encode(["guard", *what]), sha256).hexdigest()


def _by(person: Person) -> ProofBy:
    return ProofBy.PASSWORD if person.has_usable_password() else ProofBy.CODE


def _sent(mails: Sequence[EmailMessage]) -> bool:
    """Whether the mails went out. Why not is for the log, and holds no address."""
    try:
        for mail in mails:
            mail.send()
    except OSError as error:  # also what smtplib raises
        log.warning("A code could not be sent: %s", type(error).__name__)
        return False
    return True


def _digits() -> str:
    return f"{secrets.randbelow(10**8):08}"


def _bare(code: str) -> str:
    """A code without the spaces and dashes that people type in it."""
    return "".join(letter for letter in code if letter.isdigit())
