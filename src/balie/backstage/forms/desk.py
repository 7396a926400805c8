"""Takes in forms: opens them, looks at what was filled in, and accepts what is right, once."""

import hmac
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

import msgspec

from balie.access.acting import team_of
from balie.access.viewer import Viewer
from balie.backstage.actions import Action, Actions, Begins, FileGone, Receipt, SentBefore
from balie.backstage.errands import Sending, errands
from balie.backstage.forms.applying import asked_with, first_of, questions_for
from balie.backstage.forms.approving import Again, AsksColleagues, Sent, nothing_is_asked
from balie.backstage.forms.drafts import DraftPlace, Drafts, NoDrafts
from balie.backstage.forms.filling import (
    ALL_PAGES,
    NO_PAGE,
    Checked,
    Posted,
    Uploaded,
    check,
    not_asked,
)
from balie.backstage.forms.guarding import (
    AGAIN,
    CODE,
    PROOF,
    Guarded,
    changes_sign_in,
    guarded_question,
    typed,
)
from balie.backstage.forms.inputs import Inputs
from balie.backstage.forms.meanwhile import SHOWN, Clash, Marks
from balie.backstage.forms.offering import FormOpening, Offered, offered, subjects, why_not
from balie.backstage.forms.page import FormPage, Stage
from balie.backstage.forms.plan import Control, FormPlan, Question
from balie.backstage.forms.receiving import ANY_FILE, Begin, Place, begin_at
from balie.backstage.forms.showing import Around, Showing
from balie.backstage.forms.tokens import Bound, is_for_another, is_good, keyed, mint
from balie.backstage.naming import OF_CUSTOMERS, action_id, reference
from balie.backstage.page import Trust
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.process.beginning import begins
from balie.backstage.process.mails import tells_at_once
from balie.backstage.row_to_write import CannotBeSent
from balie.mapping.raw import Unfit
from balie.mapping.rules import Picture
from balie.systems.contract import Contract

TOKEN, BACK, REMOVE, FORGET = "form_token", "back", "remove", "forget"
"""Names of fields that every form has: a token, and the buttons to go back, to take a file away,
and to throw away what was filled in.
"""

PAGE = "form_page"
"""Name of the field that says which page of questions was filled in; none: all of them."""

_FILES: Mapping[str, Uploaded] = {}
_NO_DRAFTS = NoDrafts()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """The form again, because something is to be mended. status: for HTTP.

    expired: the form was open for too long, or the service changed meanwhile: look again, and send.
    cannot: we cannot take it now; staff know. before: it was sent before, with other answers.
    clashes: what had changed since the form showed it.
    """

    page: FormPage
    status: int = 422
    expired: bool = False
    cannot: bool = False
    nothing_changed: bool = False
    before: Receipt | None = None
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDesk:
    """The forms of one blueprint. actions: None where nothing can be sent yet.

    random: gives that many random bytes. inputs: what comes in besides answers.
    accepted: hears whose form was just accepted, and for which organisation. asks: what a
    colleague must approve of a form first, if anything.
    """

    contracts: Mapping[str, Contract]
    actions: Actions
    clock: Clock
    incidents: Incidents
    secret: bytes
    random: Callable[[int], bytes] = secrets.token_bytes
    inputs: Inputs = field(default_factory=Inputs)
    accepted: Callable[[str, str | None], None] = lambda _person, _organisation: None
    asks: AsksColleagues = nothing_is_asked

    async def open(
        self, opening: FormOpening, around: Around, about: str | None, *, whole: bool = False
    ) -> FormPage | None:
        """The form; None when the row that it should be about is not there for this viewer.

        whole: every question at once, whether it is asked or not, as a program wants it.
        """
        plan, showing = opening.plan, Showing(opening, around)
        if plan.subject is not None and about is None:
            return showing.to_pick(plan.subject, await subjects(opening, plan.subject))
        given = await offered(opening, about)
        if _is_missing(plan, given):
            return None
        if plan.subject is not None and given.record is not None and why_not(opening, given.record):
            return showing.to_pick(plan.subject, given.subject)
        page, marks = None if whole else 0, self._marks(opening, showing.known(given))
        draft = await self._drafts(opening).find(_draft_place(opening, about))
        if draft is None:
            checked = check(opening, given, {}, about, {}, NO_PAGE)
            return showing.to_fill(given, about, checked, page, marks)
        files = await self._files(opening, draft.fields, {})
        checked = check(opening, given, draft.fields, about, files, NO_PAGE)
        kept = {**_kept(opening, about, draft.fields, files), **marks}
        return replace(showing.to_fill(given, about, checked, page, kept), draft_at=draft.at)

    async def look(
        self,
        opening: FormOpening,
        around: Around,
        about: str | None,
        posted: Posted,
        files: Mapping[str, Uploaded] = _FILES,
    ) -> FormPage | NotAccepted | None:
        """What was filled in, to be looked at before it is sent; or the form with its problems."""
        if FORGET in posted:
            await self._drafts(opening).drop(_draft_place(opening, about))
            return await self.open(opening, around, about)
        posted, removed = await self._without_removed(opening, about, posted)
        files = await self._files(opening, posted, files)
        await self._keep_draft(opening, about, _kept(opening, about, posted, files))
        goes_back = BACK in posted or removed is not None
        here = _page(posted)
        seen = NO_PAGE if goes_back else here
        filled = await self._filled_in(opening, around, about, posted, files, seen)
        if not isinstance(filled, _FilledIn):
            return filled
        if removed is not None:
            return filled.to_fill(removed.page)
        if BACK in posted:
            return filled.to_fill(filled.page_before(here, first_of(posted, BACK)))
        ahead = filled.page_after(here)
        if ahead is not None:
            return filled.to_fill(ahead)
        clashes = self._clashes(opening, filled, posted)
        if clashes:
            return self._changed_meanwhile(opening, filled, clashes)
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
        whole: bool = False,
    ) -> Receipt | NotAccepted | None:
        """Accepts what was filled in: the receipt, of now or of the first time.

        idempotency_key: of a program that has no token; the same for the same form sent twice.
        whole: it saw every question, and is told when it answered one that is not asked.
        """
        token = self._token_of(opening, posted, idempotency_key)
        files = await self._files(opening, posted, files)
        digest = self._digest(about, _kept(opening, about, posted, files))
        before = await self._sent_before(opening, token)
        if before is not None and before.action.digest == digest:
            return before  # whatever changed since: it was sent, and once
        filled = await self._filled_in(opening, around, about, posted, files, whole=whole)
        if not isinstance(filled, _FilledIn):
            return filled
        if before is not None:
            return NotAccepted(page=filled.to_check(), status=409, before=before)
        if token is None:
            return NotAccepted(page=filled.to_check(), status=409, expired=True)
        clashes = self._clashes(opening, filled, posted)
        if clashes:
            return self._changed_meanwhile(opening, filled, clashes)
        guarded = self._guarded(opening, filled.checked, token)
        if guarded is not None:
            asked = await self._asked_to_show(guarded, filled, posted)
            if asked is not None:
                return asked
        try:
            action = self._action(opening, filled.checked, token, digest)
            kept = _kept(opening, about, posted, files)
            asks = self.asks(Sent(opening, filled.given, filled.checked.filled, about, kept))
        except (CannotBeSent, Unfit) as fault:
            self._report(opening, str(fault))
            return NotAccepted(page=filled.to_check(), status=503, cannot=True)
        if not action.errands:
            # Somebody who sends twice at once may find that the first has changed it already.
            first = await self._sent_before(opening, token)
            return first or NotAccepted(page=filled.to_fill(), nothing_changed=True)
        try:
            receipt = await self.actions.accept(replace(action, asks=asks), _begins(opening))
        except SentBefore as said:
            return NotAccepted(page=filled.to_check(), status=409, before=said.receipt)
        except FileGone:
            left = {name: values for name, values in posted.items() if name not in files}
            again = await self._filled_in(opening, around, about, left, {})
            page = again.to_fill() if isinstance(again, _FilledIn) else filled.to_fill()
            return NotAccepted(page=page, status=409, expired=True)
        self.accepted(action.person, action.organisation)
        await self._drafts(opening).drop(_draft_place(opening, about))
        return receipt

    def receives(self, opening: FormOpening) -> Mapping[str, Begin]:
        """What takes in the files of this form, by question."""
        kept, person = self.inputs.files, opening.presenting.viewer.person
        if kept is None:
            return {}
        step, now = str(opening.plan.step.id), self.clock.now
        return {
            one.id: begin_at(
                kept,
                Place(person=person, step=step, field=one.id),
                one.must.at_most if isinstance(one.must, Picture) else ANY_FILE,
                now,
            )
            for one in questions_for(opening)
            if one.control is Control.FILE
        }

    async def take_over(self, opening: FormOpening, about: str | None, posted: Posted) -> None:
        """Keeps what was sent when the sign-in had just ended, as a draft of this viewer; when the
        form was given out to this same person, and else not.
        """
        if self._good_token(opening, _token(posted)) is not None:
            await self._keep_draft(opening, about, _kept(opening, about, posted, {}))

    def token(self, opening: FormOpening) -> str:
        """A new token for this form and this person."""
        return mint(self._bound(opening), self.clock.now(), self.secret)

    def token_again(self, opening: FormOpening, posted: Posted) -> str:
        """The token that a form was sent with, so that sending it twice is once; else a new one."""
        return self._good_token(opening, _token(posted)) or self.token(opening)

    async def again(self, opening: FormOpening, about: str | None, posted: Posted) -> Again:
        """A form that was sent before, held against what systems say now; nothing is sent."""
        given = await offered(opening, about)
        if any(part.trust is not Trust.FRESH for part in given.parts):
            return Again(None, is_gone=False)
        if _is_missing(opening.plan, given):
            return Again(None, is_gone=True)
        files = await self._files(opening, posted, {})
        checked = check(opening, given, posted, about, files)
        needs_a_row = opening.plan.is_change or opening.plan.subject is not None
        if needs_a_row and given.record is None:
            return Again(None, is_gone=False)
        files_of = {one.id for one in checked.asked if one.control is Control.FILE}
        if checked.problems.keys() - files_of:  # a file went along when it was sent
            return Again(None, is_gone=True)
        return Again(Sent(opening, given, checked.filled, about, posted), is_gone=False)

    # ---- files and drafts

    async def _files(
        self, opening: FormOpening, posted: Posted, files: Mapping[str, Uploaded]
    ) -> Mapping[str, Uploaded]:
        """The files of this form: those that came with it now, and those that came before."""
        found = dict(files)
        for question, place, id_ in self._named_files(opening, posted):
            if question.id not in found and self.inputs.files is not None:
                kept = await self.inputs.files.find(id_, place)
                if kept is not None:
                    found[question.id] = Uploaded(kept.id, kept.name)
        return found

    async def _without_removed(
        self, opening: FormOpening, about: str | None, posted: Posted
    ) -> tuple[Posted, Question | None]:
        """What was posted without the files that are taken away: by a button, which question's;
        or because the question is not asked any more.
        """
        asked = {one.id for one in asked_with(opening, posted, about)}
        removed, left = None, dict(posted)
        for question, place, id_ in self._named_files(opening, posted):
            by_button = question.id in posted.get(REMOVE, ())
            if (by_button or question.id not in asked) and self.inputs.files is not None:
                if await self.inputs.files.find(id_, place) is not None:
                    await self.inputs.files.drop(id_)
                del left[question.id]
                removed = question if by_button else removed
        return left, removed

    def _named_files(
        self, opening: FormOpening, posted: Posted
    ) -> Iterator[tuple[Question, Place, str]]:
        """The questions with a file that came before: question, where it belongs, its id."""
        person, step = opening.presenting.viewer.person, str(opening.plan.step.id)
        for question in questions_for(opening):
            id_ = next(iter(posted.get(question.id, ())), "")
            if question.control is Control.FILE and id_:
                yield question, Place(person=person, step=step, field=question.id), id_

    def _drafts(self, opening: FormOpening) -> Drafts:
        """Nothing is kept for somebody who did not sign in: they would not get it back."""
        return _NO_DRAFTS if opening.mark else self.inputs.drafts

    async def _keep_draft(
        self, opening: FormOpening, about: str | None, kept: Mapping[str, tuple[str, ...]]
    ) -> None:
        if any(value for values in kept.values() for value in values):
            await self._drafts(opening).keep(_draft_place(opening, about), kept)

    # ---- guarded fields

    def _guarded(self, opening: FormOpening, checked: Checked, token: str) -> Guarded | None:
        """What changes that says who this person is; None when nothing of the kind does."""
        question = guarded_question(opening, checked)
        if question is None:
            return None
        return Guarded(
            person=opening.presenting.viewer.person,
            step=str(opening.plan.step.id),
            address=checked.filled.answers[question.id],
            token=token,
            language=opening.presenting.language,
            changes_sign_in=changes_sign_in(opening, question),
        )

    async def _asked_to_show(
        self, guarded: Guarded, filled: "_FilledIn", posted: Posted
    ) -> NotAccepted | None:
        """The page that asks who this is; None when that was shown."""
        guard = self.inputs.guard
        if guard is None:
            return NotAccepted(page=filled.to_check(), status=503, cannot=True)
        if AGAIN not in posted and (PROOF in posted or CODE in posted):
            asked = await guard.look(guarded, typed(posted, PROOF), typed(posted, CODE))
        else:
            asked = await guard.begin(guarded, again=AGAIN in posted)
        if asked is None:
            return None
        page = replace(filled.to_check(), stage=Stage.PROVE, proof=asked)
        return NotAccepted(page=page, status=422 if asked.problems else 200)

    # ---- parts

    async def _filled_in(
        self,
        opening: FormOpening,
        around: Around,
        about: str | None,
        posted: Posted,
        files: Mapping[str, Uploaded],
        seen: int = ALL_PAGES,
        *,
        whole: bool = False,
    ) -> "_FilledIn | NotAccepted | None":
        """What was filled in and is right as far as it was seen; the form with its problems; None:
        no such row.
        """
        given = await offered(opening, about)
        if _is_missing(opening.plan, given):
            return None
        showing, marks = Showing(opening, around), first_of(posted, SHOWN)
        posted = self._as_it_is(opening, showing.known(given), posted)
        checked = check(opening, given, posted, about, files, seen)
        if whole:
            unasked = not_asked(opening, checked, posted, files)
            checked = replace(checked, problems={**checked.problems, **unasked})
        filled = _FilledIn(
            showing=showing,
            given=given,
            about=about,
            checked=checked,
            kept={**_kept(opening, about, posted, files), **({SHOWN: (marks,)} if marks else {})},
            whole=whole,
        )
        subject, needs_a_row = opening.plan.subject, opening.plan.is_change
        if given.record is None and (needs_a_row or subject is not None):
            return NotAccepted(page=filled.to_check(), status=503, cannot=True)
        if subject is not None and given.record is not None and why_not(opening, given.record):
            return NotAccepted(page=filled.showing.to_pick(subject, given.subject))
        if filled.checked.problems:
            return NotAccepted(page=filled.to_fill())
        return filled

    # ---- what changed meanwhile

    def _marks(
        self, opening: FormOpening, known: Mapping[str, str]
    ) -> Mapping[str, tuple[str, ...]]:
        """What goes along with a form that changes something: marks of what it shows."""
        return {SHOWN: (self._marking(opening).of(known),)} if known else {}

    def _marking(self, opening: FormOpening) -> Marks:
        return Marks(self.secret, opening.whose)

    def _as_it_is(self, opening: FormOpening, known: Mapping[str, str], posted: Posted) -> Posted:
        """What was posted; what was left as it was shown is left as it is by now."""
        marking, marks = self._marking(opening), first_of(posted, SHOWN)
        typed = {name: first_of(posted, name) for name in known if name in posted}
        touched, moved = marking.changed(marks, typed), marking.changed(marks, known)
        return {**posted, **{name: (known[name],) for name in typed if name in moved - touched}}

    def _clashes(
        self, opening: FormOpening, filled: "_FilledIn", posted: Posted
    ) -> tuple[Clash, ...]:
        """What was filled in over something that is not there any more: both values."""
        known = filled.showing.known(filled.given)
        moved = self._marking(opening).changed(first_of(posted, SHOWN), known)
        as_it_is = {name: (text,) for name, text in known.items()}
        there = check(opening, filled.given, as_it_is, filled.about, _FILES, NO_PAGE).told
        now = {one.field: one.text for one in there}
        return tuple(
            Clash(label=one.label, yours=one.text, now=now.get(one.field, ""))
            for one in filled.checked.told
            if one.field in moved and one.text != now.get(one.field, "")
        )

    def _changed_meanwhile(
        self, opening: FormOpening, filled: "_FilledIn", clashes: tuple[Clash, ...]
    ) -> NotAccepted:
        """Both values, to send again with what is there now in sight."""
        marks = self._marks(opening, filled.showing.known(filled.given))
        page = replace(filled, kept={**filled.kept, **marks}).to_check()
        return NotAccepted(page=page, status=409, clashes=clashes)

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
        if not key or opening.mark:  # the key of a program would not be of one browser
            return self._good_token(opening, key or _token(posted))
        ours = self._good_token(opening, key)
        return ours or keyed(self._bound(opening), key, self.secret)

    def _good_token(self, opening: FormOpening, token: str) -> str | None:
        good = is_good(token, self._bound(opening), self.clock.now(), self.secret)
        return token if good else None

    def _bound(self, opening: FormOpening) -> Bound:
        return Bound(
            person=opening.whose,
            step=str(opening.plan.step.id),
            version=opening.blueprint.version,
            organisation=opening.presenting.viewer.organisation or "",
        )

    def is_for_another(self, opening: FormOpening, posted: Posted) -> bool:
        """Whether it was opened by this person when they acted for somebody else."""
        return is_for_another(_token(posted), self._bound(opening), self.secret)

    def _action(self, opening: FormOpening, checked: Checked, token: str, digest: str) -> Action:
        now, viewer, step = self.clock.now(), opening.presenting.viewer, opening.plan.step
        id_ = action_id(now, self.random(8).hex())
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
            reference=reference(self.random(8), OF_CUSTOMERS),
            step=str(step.id),
            version=opening.blueprint.version,
            person=viewer.person,
            acting_for=viewer.acting_for,
            organisation=viewer.organisation,
            language=opening.presenting.language,
            token=token,
            digest=digest,
            at=now,
            answers=checked.told,
            errands=errands(sending, checked.filled),
            order_with="" if opening.mark else viewer.person,
            sign_in=_sign_in(self._guarded(opening, checked, token)),
            sent_from=viewer.sign_in,
            tells_at_once=tells_at_once(step),
            behind=viewer.behind.person if viewer.behind else "",
            behind_team=_team(opening, viewer),
            sent_by=viewer.behind.name if viewer.behind and viewer.represents else "",
        )

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


def _team(opening: FormOpening, viewer: Viewer) -> str:
    """The team in whose name somebody of staff sends this as the customer; "" for customers."""
    staff = opening.blueprint.people.staff
    return team_of(staff, viewer.behind.teams) if viewer.behind else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FilledIn:
    """A form as it was sent, and the pages that show it again."""

    showing: Showing
    given: Offered
    about: str | None
    checked: Checked
    kept: Mapping[str, tuple[str, ...]]
    whole: bool

    def to_fill(self, page: int | None = None) -> FormPage:
        """One page of the questions: this one, or the first on which something is wrong."""
        shown = self.checked.first_wrong if page is None else page
        return self.showing.to_fill(
            self.given, self.about, self.checked, None if self.whole else shown, self.kept
        )

    def page_after(self, page: int) -> int | None:
        """The next page with something to ask; None when that was the last."""
        return min((one for one in self._pages() if one > page), default=None)

    def page_before(self, page: int, question: str) -> int:
        """The page of this question, when it is asked; else the one before this page."""
        pages = {one.id: one.page for one in self.checked.asked}
        before = max((one for one in self._pages() if one < page), default=0)
        return pages.get(question, before)

    def _pages(self) -> set[int]:
        return {one.page for one in self.checked.asked}

    def to_check(self) -> FormPage:
        return self.showing.to_check(self.given, self.about, self.checked, self.kept)


def _kept(
    opening: FormOpening, about: str | None, posted: Posted, files: Mapping[str, Uploaded]
) -> Mapping[str, tuple[str, ...]]:
    """What is sent again from a later page: only what is asked, with these answers."""
    names = {question.id for question in asked_with(opening, posted, about)}
    rows = opening.plan.rows
    own = {
        name: tuple(values)
        for name, values in posted.items()
        if name in names
        or (rows is not None and (name == rows.name or name.startswith(f"{rows.name}.")))
    }
    came = {name: (upload.id,) for name, upload in files.items() if upload.id and name in names}
    return {**own, **came}


def _page(posted: Posted) -> int:
    """The page that was filled in; all of them for whoever does not say so."""
    said = first_of(posted, PAGE)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 3 else ALL_PAGES


def _draft_place(opening: FormOpening, about: str | None) -> DraftPlace:
    viewer, step = opening.presenting.viewer, str(opening.plan.step.id)
    return DraftPlace(
        person=viewer.person, step=step, about=about or "", organisation=viewer.organisation or ""
    )


def _sign_in(guarded: Guarded | None) -> str:
    """The address that this person signs in with from then on; "" when that does not change."""
    return guarded.address if guarded is not None and guarded.changes_sign_in else ""


def _token(posted: Posted) -> str:
    return first_of(posted, TOKEN)


def _begins(opening: FormOpening) -> Begins | None:
    presenting = opening.presenting
    return begins(opening.plan.step, presenting.viewer, presenting.language)


def _is_missing(plan: FormPlan, given: Offered) -> bool:
    """Whether the row that the form should be about is certainly not there for this viewer."""
    about_a_row = plan.is_change or plan.subject is not None
    return about_a_row and given.subject.is_shown and not given.subject.records
