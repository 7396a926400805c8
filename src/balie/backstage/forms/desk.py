"""Takes in forms: opens them, looks at what was filled in, and accepts what is right, once."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from balie.backstage.actions import Action, Actions, Receipt, SentBefore
from balie.backstage.errands import Sending, errands
from balie.backstage.filled import Filled
from balie.backstage.forms.filling import Checked, Posted, Uploaded, check
from balie.backstage.forms.offering import FormOpening, Offered, offered, subjects, why_not
from balie.backstage.forms.page import FormPage
from balie.backstage.forms.plan import FormPlan
from balie.backstage.forms.showing import Around, Showing
from balie.backstage.forms.tokens import Bound, is_good, mint
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
        return filled.to_fill() if BACK in posted else filled.to_check()

    async def send(
        self,
        opening: FormOpening,
        around: Around,
        about: str | None,
        posted: Posted,
        files: Mapping[str, Uploaded] = _FILES,
    ) -> Receipt | NotAccepted | None:
        """Accepts what was filled in: the receipt, of now or of the first time."""
        filled = await self._filled_in(opening, around, about, posted, files)
        if not isinstance(filled, _FilledIn):
            return filled
        token = next(iter(posted.get(TOKEN, ())), "")
        if not is_good(token, self._bound(opening), self.clock.now(), self.secret):
            return NotAccepted(page=filled.to_check(), status=409, expired=True)
        try:
            action = self._action(opening, filled.checked, token)
        except (CannotBeSent, Unfit) as fault:
            self._report(opening, str(fault))
            return NotAccepted(page=filled.to_check(), status=503, cannot=True)
        if not action.errands:
            return NotAccepted(page=filled.to_fill(), nothing_changed=True)
        try:
            return await self.actions.accept(action)
        except SentBefore as before:
            return NotAccepted(page=filled.to_check(), status=409, before=before.receipt)

    def token(self, opening: FormOpening) -> str:
        """A new token for this form and this person."""
        return mint(self._bound(opening), self.clock.now(), self.secret)

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
        reason = opening.plan.subject and given.record and why_not(opening, given.record)
        if filled.checked.problems or reason:
            return NotAccepted(page=filled.to_fill())
        return filled

    def _bound(self, opening: FormOpening) -> Bound:
        return Bound(
            person=opening.presenting.viewer.person,
            step=str(opening.plan.step.id),
            version=opening.blueprint.version,
        )

    def _action(self, opening: FormOpening, checked: Checked, token: str) -> Action:
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
            digest=self._digest(checked.filled),
            at=now,
            answers=checked.told,
            errands=errands(sending, checked.filled),
            order_with=viewer.person,
        )

    def _reference(self) -> str:
        """What the customer reads and may say over the telephone: `R7K2-94QD`."""
        letters = [_LETTERS[byte % len(_LETTERS)] for byte in self.random(8)]
        return f"{''.join(letters[:4])}-{''.join(letters[4:])}"

    def _digest(self, filled: Filled) -> str:
        """The same for the same answers. Nothing can be read back from it."""
        rows = {name: [dict(row.answers) for row in rows] for name, rows in filled.rows.items()}
        said = msgspec.json.encode([dict(filled.answers), rows, dict(filled.files)], order="sorted")
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


def _is_missing(plan: FormPlan, given: Offered) -> bool:
    """Whether the row that the form should be about is certainly not there for this viewer."""
    about_a_row = plan.is_change or plan.subject is not None
    return about_a_row and given.subject.is_shown and not given.subject.records
