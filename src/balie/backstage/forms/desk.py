"""Takes in forms: opens them, looks at what was filled in, and accepts what is right, once."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from balie.backstage.actions import Action, Actions, Receipt, SentBefore
from balie.backstage.errands import Sending, errands
from balie.backstage.forms.filling import Checked, Posted, Uploaded, check
from balie.backstage.forms.offering import FormOpening, Offered, offered, subjects, why_not
from balie.backstage.forms.page import FormPage
from balie.backstage.forms.plan import FormPlan
from balie.backstage.forms.showing import Around, Showing
from balie.backstage.forms.tokens import Bound, is_good, keyed, mint
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.row_to_write import CannotBeSent
from balie.mapping.raw import Unfit
from balie.systems.contract import Contract

TOKEN, BACK = "form_token", "back"
"""Names of fields that every form has."""

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"  # none that looks like another
_FILES: Mapping[str, Uploaded] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """The form again, because something is to be mended. status: for HTTP.

    expired: the form was open for too long, or the service changed meanwhile: look again, and send.
    cannot: we cannot take it now; staff know. before: it was sent before, with other answers.
    """

    page: FormPage
    status: int = 422
    expired: bool = False
    cannot: bool = False
    nothing_changed: bool = False
    before: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDesk:
    """The forms of one blueprint. actions: None where nothing can be sent yet.

    random: gives that many random bytes.
    """

    contracts: Mapping[str, Contract]
    actions: Actions
    clock: Clock
    incidents: Incidents
    secret: bytes
    random: Callable[[int], bytes] = secrets.token_bytes

    async def open(
        self, opening: FormOpening, around: Around, about: str | None
    ) -> FormPage | None:
        """The form; None when the row that it should be about is not there for this viewer."""
        plan, showing = opening.plan, Showing(opening, around)
        if plan.subject is not None and about is None:
            return showing.to_pick(plan.subject, await subjects(opening, plan.subject))
        given = await offered(opening, about)
        if _is_missing(plan, given):
            return None
        if plan.subject is not None and given.record is not None and why_not(opening, given.record):
            return showing.to_pick(plan.subject, given.subject)
        return showing.to_fill(given, about)

    async def look(
        self,
        opening: FormOpening,
        around: Around,
        about: str | None,
        posted: Posted,
        files: Mapping[str, Uploaded] = _FILES,
    ) -> FormPage | NotAccepted | None:
        """What was filled in, to be looked at before it is sent; or the form with its problems."""
        filled = await self._filled_in(opening, around, about, posted, files)
        if not isinstance(filled, _FilledIn):
            return filled
        if BACK in posted:
            return filled.to_fill()
        if opening.plan.is_change and self._changes_nothing(opening, filled):
            return NotAccepted(page=filled.to_fill(), nothing_changed=True)
        return filled.to_check()

    async def send(
        self,
        opening: FormOpening,
        around: Around,
        about: str | None,
        posted: Posted,
        files: Mapping[str, Uploaded] = _FILES,
        *,
        idempotency_key: str = "",
    ) -> Receipt | NotAccepted | None:
        """Accepts what was filled in: the receipt, of now or of the first time.

        idempotency_key: of a program that has no token; the same for the same form sent twice.
        """
        token = self._token_of(opening, posted, idempotency_key)
        digest = self._digest(about, _kept(opening.plan, posted, files))
        before = await self._sent_before(opening, token)
        if before is not None and before.action.digest == digest:
            return before  # whatever changed since: it was sent, and once
        filled = await self._filled_in(opening, around, about, posted, files)
        if not isinstance(filled, _FilledIn):
            return filled
        if before is not None:
            return NotAccepted(page=filled.to_check(), status=409, before=before)
        if token is None:
            return NotAccepted(page=filled.to_check(), status=409, expired=True)
        try:
            action = self._action(opening, filled.checked, token, digest)
        except (CannotBeSent, Unfit) as fault:
            self._report(opening, str(fault))
            return NotAccepted(page=filled.to_check(), status=503, cannot=True)
        if not action.errands:
            # Somebody who sends twice at once may find that the first has changed it already.
            first = await self._sent_before(opening, token)
            return first or NotAccepted(page=filled.to_fill(), nothing_changed=True)
        try:
            return await self.actions.accept(action)
        except SentBefore as said:
            return NotAccepted(page=filled.to_check(), status=409, before=said.receipt)

    def token(self, opening: FormOpening) -> str:
        """A new token for this form and this person."""
        return mint(self._bound(opening), self.clock.now(), self.secret)

    def token_again(self, opening: FormOpening, posted: Posted) -> str:
        """The token that a form was sent with, so that sending it twice is once; else a new one."""
        return self._good_token(opening, _token(posted)) or self.token(opening)

    # ---- parts

    async def _filled_in(
        self,
        opening: FormOpening,
        around: Around,
        about: str | None,
        posted: Posted,
        files: Mapping[str, Uploaded],
    ) -> "_FilledIn | NotAccepted | None":
        """What was filled in and is right; the form with its problems; None: no such row."""
        given = await offered(opening, about)
        if _is_missing(opening.plan, given):
            return None
        filled = _FilledIn(
            showing=Showing(opening, around),
            given=given,
            about=about,
            checked=check(opening, given, posted, about, files),
            kept=_kept(opening.plan, posted, files),
        )
        subject, needs_a_row = opening.plan.subject, opening.plan.is_change
        if given.record is None and (needs_a_row or subject is not None):
            return NotAccepted(page=filled.to_check(), status=503, cannot=True)
        if subject is not None and given.record is not None and why_not(opening, given.record):
            return NotAccepted(page=filled.showing.to_pick(subject, given.subject))
        if filled.checked.problems:
            return NotAccepted(page=filled.to_fill())
        return filled

    def _changes_nothing(self, opening: FormOpening, filled: "_FilledIn") -> bool:
        """Whether everything stands as it stood. What cannot be sent is told when it is sent."""
        try:
            return not self._action(opening, filled.checked, "", "").errands
        except (CannotBeSent, Unfit):
            return False

    async def _sent_before(self, opening: FormOpening, token: str | None) -> Receipt | None:
        person = opening.presenting.viewer.person
        return None if token is None else await self.actions.sent(token, person)

    def _token_of(self, opening: FormOpening, posted: Posted, key: str) -> str | None:
        """What makes sending twice once: our own token, or the key of a program; None: neither."""
        if not key:
            return self._good_token(opening, _token(posted))
        ours = self._good_token(opening, key)
        return ours or keyed(self._bound(opening), key, self.secret)

    def _good_token(self, opening: FormOpening, token: str) -> str | None:
        good = is_good(token, self._bound(opening), self.clock.now(), self.secret)
        return token if good else None

    def _bound(self, opening: FormOpening) -> Bound:
        return Bound(
            person=opening.presenting.viewer.person,
            step=str(opening.plan.step.id),
            version=opening.blueprint.version,
        )

    def _action(self, opening: FormOpening, checked: Checked, token: str, digest: str) -> Action:
        now, viewer, step = self.clock.now(), opening.presenting.viewer, opening.plan.step
        id_ = f"{int(now.timestamp() * 1_000_000):016x}{self.random(8).hex()}"
        sending = Sending(
            blueprint=opening.blueprint,
            contracts=self.contracts,
            things=opening.things,
            step=step,
            viewer=viewer,
            action=id_,
            at=now,
            today=self.clock.today(),
        )
        return Action(
            id=id_,
            reference=self._reference(),
            step=str(step.id),
            version=opening.blueprint.version,
            person=viewer.person,
            acting_for=viewer.acting_for,
            language=opening.presenting.language,
            token=token,
            digest=digest,
            at=now,
            answers=checked.told,
            errands=errands(sending, checked.filled),
            order_with=viewer.person,
        )

    def _reference(self) -> str:
        """What the customer reads and may say over the telephone: `R7K2-94QD`."""
        letters = [_LETTERS[byte % len(_LETTERS)] for byte in self.random(8)]
        return f"{''.join(letters[:4])}-{''.join(letters[4:])}"

    def _digest(self, about: str | None, kept: Mapping[str, tuple[str, ...]]) -> str:
        """The same for the same answers, whatever a system says. Nothing can be read back of it."""
        said = msgspec.json.encode([about, kept], order="sorted")
        return hmac.new(self.secret, said, sha256).hexdigest()

    def _report(self, opening: FormOpening, why: str) -> None:
        at = opening.plan.thing.sources[0].at
        self.incidents.report(
            Incident(
                kind=IncidentKind.MISCONFIGURED,
                system=at.system,
                table=at.table,
                about=why,
                at=self.clock.now(),
                step=str(opening.plan.step.id),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _FilledIn:
    """A form as it was sent, and the pages that show it again."""

    showing: Showing
    given: Offered
    about: str | None
    checked: Checked
    kept: Mapping[str, tuple[str, ...]]

    def to_fill(self) -> FormPage:
        return self.showing.to_fill(self.given, self.about, self.checked)

    def to_check(self) -> FormPage:
        return self.showing.to_check(self.given, self.about, self.checked, self.kept)


def _kept(
    plan: FormPlan, posted: Posted, files: Mapping[str, Uploaded]
) -> Mapping[str, tuple[str, ...]]:
    """What is sent again from the page that asks whether it is right: only what is asked."""
    names = [question.id for question in plan.questions]
    rows = f"{plan.rows.name}." if plan.rows is not None else None
    own = {
        name: tuple(values)
        for name, values in posted.items()
        if name in names
        or (plan.rows is not None and name == plan.rows.name)
        or (rows is not None and name.startswith(rows))
    }
    return {**own, **{name: (upload.id,) for name, upload in files.items()}}


def _token(posted: Posted) -> str:
    return next(iter(posted.get(TOKEN, ())), "")


def _is_missing(plan: FormPlan, given: Offered) -> bool:
    """Whether the row that the form should be about is certainly not there for this viewer."""
    about_a_row = plan.is_change or plan.subject is not None
    return about_a_row and given.subject.is_shown and not given.subject.records
