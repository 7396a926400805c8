"""Forms as pages: pick what it is about, fill in, check, and on to the receipt.

What somebody filled in is never lost: whatever is wrong, the page that says so holds it, and the
same form sent twice is one action, because its token is the same.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode

from balie.access.proving import ProveFirst
from balie.access.viewer import Viewer, Visitor
from balie.backstage.actions import Receipt
from balie.backstage.everybody import is_mark, new_mark
from balie.backstage.forms.desk import BACK, FORGET, REMOVE, TOKEN, FormDesk, NotAccepted
from balie.backstage.forms.drafts import HELD
from balie.backstage.forms.guarding import CODE, AskedFor, ProofBy
from balie.backstage.forms.offering import FormOpening
from balie.backstage.forms.page import Asked, FormPage, Stage
from balie.backstage.forms.plan import Control, FormPlan
from balie.backstage.forms.showing import Around
from balie.backstage.forms.tokens import LIFE
from balie.backstage.ports import Incidents
from balie.frontstage.asking import (
    HELD_COOKIE,
    JSON,
    MARK_COOKIE,
    READ_ONLY,
    Answer,
    Ask,
    see_other,
    with_headers,
)
from balie.frontstage.bodies import Welcome
from balie.frontstage.crowd import Crowd
from balie.frontstage.failures import failed
from balie.frontstage.form_json import accepted_json, form_json
from balie.frontstage.looks import Link
from balie.frontstage.messages import TRY_AGAIN, Messages
from balie.frontstage.moments import Voice
from balie.frontstage.trust import Notice, notice_of
from balie.mapping.rules import Wrong

CONFIRM = "confirm"
"""The name of the button that sends a form once it was checked."""

_LATER = {"crowd": HTTPStatus.TOO_MANY_REQUESTS}
_FEW = 6  # choices: more are a list to open
_LONGEST_KEY = 200
_TEMPLATES = {
    Stage.PICK: "form_pick.html",
    Stage.FILL: "form.html",
    Stage.CHECK: "form_check.html",
    Stage.PROVE: "form_prove.html",
}

log = logging.getLogger(__name__)


class TakesForms(Protocol):
    """What forms come from: `backstage.service.Service`."""

    @property
    def forms(self) -> FormDesk | None:
        """Takes forms in; None where nothing can be sent."""
        ...

    @property
    def receipts_at(self) -> str:
        """The address of the list of receipts."""
        ...

    def is_form(self, path: str) -> bool:
        """Whether a form is at this raw path."""
        ...

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is to the systems. Raises ProveFirst."""
        ...

    async def form(self, path: str, viewer: Viewer, language: str) -> FormOpening | None:
        """The form at a path, or None when there is none for this viewer."""
        ...

    def around(self, viewer: Viewer, language: str, path: str) -> Around:
        """What stands around a form."""
        ...

    def is_for_everybody(self, path: str) -> bool:
        """Whether a form at this raw path is filled in without signing in."""
        ...

    def form_for_everybody(self, path: str, mark: str, language: str) -> FormOpening | None:
        """The form at a path for whoever comes by with this mark."""
        ...

    def receipt_address(self, step: str, reference: str) -> str:
        """Where the receipt is of what a form of this step sent."""
        ...


@dataclass(frozen=True, slots=True)
class Forms:
    """Answers every request at the address of a form."""

    service: TakesForms
    messages: Messages
    incidents: Incidents
    crowd: Crowd

    def has(self, path: str) -> bool:
        """Whether a form is at this raw path."""
        return self.service.is_form(path)

    async def welcome(self, ask: Ask) -> Welcome:
        """How much is read of what is sent to a form: files where it asks for them."""
        desk = self.service.forms
        if desk is None or ask.visitor is None or ask.visitor.is_staff or ask.visitor.staff_roles:
            return Welcome()
        viewer = await self.service.viewer(ask.visitor, ask.path)
        opening = await self.service.form(ask.path, viewer, ask.preferences.language)
        return Welcome() if opening is None else Welcome(files=desk.receives(opening))

    async def answer(self, ask: Ask) -> Answer:
        """The form's page, what is wrong with it, or the way to its receipt."""
        if ask.method not in (*READ_ONLY, "POST"):
            return await self.messages.not_allowed(ask, "GET, HEAD, POST")
        desk = self.service.forms
        if desk is not None and self.service.is_for_everybody(ask.path):
            return await self._for_everybody(desk, ask)
        if ask.visitor is None:
            return await self._held_meanwhile(desk, ask, await self.messages.sign_in_first(ask))
        if desk is None or ask.visitor.is_staff or ask.visitor.staff_roles:
            return await self.messages.not_found(ask)
        try:
            viewer = await self.service.viewer(ask.visitor, ask.path)
        except ProveFirst as first:
            return await self._held_meanwhile(
                desk, ask, await self.messages.prove_first(ask, first)
            )
        if not viewer.kinds_known:
            return await self._later(ask, "unrecognised")
        if viewer.must_choose:
            return await self.messages.choose_first(ask)
        opening = await self.service.form(ask.path, viewer, ask.preferences.language)
        if opening is None or not _could_be_a_key(_about(ask, opening.plan)):
            return await self.messages.not_found(ask)
        if not ask.held:
            return await self._at(desk, ask, opening)
        held = await desk.inputs.drafts.claim(ask.held, ask.path)
        if held is not None:
            await desk.take_over(opening, _about(ask, opening.plan), held)
        return with_headers(await self._at(desk, ask, opening), **_nothing_held(ask))

    async def _held_meanwhile(self, desk: FormDesk | None, ask: Ask, answer: Answer) -> Answer:
        """On to signing in, or to proving more; what was sent is held meanwhile.

        It becomes a draft of whoever comes back, when the form was given out to that same person.
        """
        if desk is None or ask.method != "POST" or ask.wants_json or not ask.form.get(TOKEN):
            return answer
        mark = await desk.inputs.drafts.hold(ask.path, ask.form)
        return answer if mark is None else with_headers(answer, **_held(ask, mark))

    async def _for_everybody(self, desk: FormDesk, ask: Ask) -> Answer:
        """The form without anybody who signed in: the same for who did, so that nothing is told.

        What makes sending twice once is of this browser: a cookie that belongs to this form alone.
        """
        mark = ask.mark if is_mark(ask.mark) else new_mark()
        opening = self.service.form_for_everybody(ask.path, mark, ask.preferences.language)
        if opening is None:
            return await self.messages.not_found(ask)
        if ask.method == "POST" and _is_sent(ask):
            pause = self.crowd.let_in(ask.client, *_addresses(ask, opening.plan))
            if pause is not None:
                return await self._later(ask, "crowd", pause)
        answer = await self._at(desk, ask, opening)
        return with_headers(answer, **_marked(ask, mark))

    async def _at(self, desk: FormDesk, ask: Ask, opening: FormOpening) -> Answer:
        viewer = opening.presenting.viewer
        around = self.service.around(viewer, ask.preferences.language, ask.path)
        about = _about(ask, opening.plan)
        if ask.method in READ_ONLY:
            page = await desk.open(opening, around, about, whole=ask.wants_json)
            return await self._page(ask, page, desk.token(opening))
        if desk.is_for_another(opening, ask.form):
            return await self._for_another(ask, viewer)
        if not _is_sent(ask):
            looked = await desk.look(opening, around, about, ask.form, ask.files)
            return await self._outcome(desk, ask, opening, looked)
        try:
            sent = await desk.send(
                opening,
                around,
                about,
                ask.form,
                ask.files,
                idempotency_key=ask.idempotency_key,
                whole=ask.wants_json,
            )
        except Exception as error:  # noqa: BLE001  what was filled in outlives whatever failed
            failure = failed(error, self.messages.surroundings.now())
            log.error("A form could not be kept: %s", failure.about)  # noqa: TRY400
            self.incidents.report(failure)
            return await self._later(ask, "kept")
        return await self._outcome(desk, ask, opening, sent)

    async def _for_another(self, ask: Ask, viewer: Viewer) -> Answer:
        """The form was opened when they acted for somebody else: it goes to nobody."""
        t = self.messages.surroundings.voice(ask.preferences.language)
        again = Link(t.say("problem.other_organisation_action"), ask.address)
        words = "other_organisation" if viewer.acting_for else "other_organisation_private"
        return await self.messages.problem(ask, HTTPStatus.CONFLICT, words, "alert", again)

    async def _outcome(
        self,
        desk: FormDesk,
        ask: Ask,
        opening: FormOpening,
        outcome: FormPage | NotAccepted | Receipt | None,
    ) -> Answer:
        if isinstance(outcome, Receipt):
            if self.messages.sent is not None and not opening.mark:
                self.messages.sent.now_by(outcome.action.person)
            return self._accepted(ask, outcome)
        if isinstance(outcome, NotAccepted):
            fresh = outcome.expired or outcome.before is not None
            token = desk.token(opening) if fresh else desk.token_again(opening, ask.form)
            return await self._page(ask, outcome.page, token, outcome)
        return await self._page(ask, outcome, desk.token_again(opening, ask.form))

    def _accepted(self, ask: Ask, receipt: Receipt) -> Answer:
        """The way to the receipt: the same, however often the same form is sent."""
        address = self._receipt_at(receipt)
        if not ask.wants_json:
            return see_other(address)
        body = accepted_json(receipt.action.reference, address)
        created = Answer(status=HTTPStatus.CREATED, body=body, kind=JSON)
        return with_headers(created, location=address)

    def _receipt_at(self, receipt: Receipt) -> str:
        return self.service.receipt_address(receipt.action.step, receipt.action.reference)

    async def _page(
        self, ask: Ask, page: FormPage | None, token: str, refusal: NotAccepted | None = None
    ) -> Answer:
        if page is None:
            return await self.messages.not_found(ask)
        t = self.messages.surroundings.voice(ask.preferences.language)
        shown = shown_form(page, t, refusal)
        status = HTTPStatus.OK if refusal is None else HTTPStatus(refusal.status)
        before = None if refusal is None else refusal.before
        before_at = None if before is None else self._receipt_at(before)
        if ask.wants_json:
            body = form_json(shown, page, token, refusal, before_at)
            return Answer(status=status, body=body, kind=JSON)
        chrome = self.messages.surroundings.around(page, await self.messages.chrome(ask))
        chrome = self.messages.with_waiting(
            chrome, await self.messages.waits_for(ask), page.address
        )
        html = self.messages.looks.render(
            "form_before.html" if shown.before_at else _TEMPLATES[page.stage],
            chrome,
            page=page,
            shown=shown,
            token=token,
            refusal=refusal,
            action=_action(page),
            before_receipt=before_at,
            focus=next(iter(ask.form.get("back", ())), ""),
        )
        return Answer(status=status, body=html.encode())

    async def _later(self, ask: Ask, why: str, pause: str = TRY_AGAIN) -> Answer:
        """Not now. What was filled in stands in the page that says so, to be sent once more.

        pause: seconds.
        """
        status = _LATER.get(why, HTTPStatus.SERVICE_UNAVAILABLE)
        if ask.wants_json or ask.method in READ_ONLY:
            words = "not_kept" if why == "kept" else why
            refusal = await self.messages.problem(ask, status, words, "alert")
            return with_headers(refusal, **{"retry-after": pause})
        kept = [(name, value) for name, values in ask.form.items() for value in values]
        chrome = await self.messages.chrome(ask)
        html = self.messages.looks.render(
            "form_again.html", chrome, why=why, kept=kept, action=ask.address
        )
        return with_headers(Answer(status=status, body=html.encode()), **{"retry-after": pause})


# ---- what a page of a form says, beside what is on it


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownForm:
    """What Balie's own words say of a form. ids: name of a field -> its id on the page.

    faults: name of a field -> what is wrong with it. summary: id, and the fault with its label.
    kinds: name -> how it is asked: "radios", "select", or the control's own. answers: what was
    filled in, as the page that asks whether it is right tells it: question, label, texts.
    """

    ids: Mapping[str, str]
    faults: Mapping[str, str]
    summary: Sequence[tuple[str, str]]
    notices: Sequence[Notice]
    kinds: Mapping[str, str]
    answers: Sequence[tuple[str, str, Sequence[str]]]
    before: Sequence[tuple[str, str, Sequence[str]]] = ()
    before_at: str = ""
    draft_at: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something is to be mended."""
        return bool(self.summary)


def shown_form(page: FormPage, t: Voice, refusal: NotAccepted | None = None) -> ShownForm:
    """What is said of a page of a form, in this language."""
    asked = tuple(_asked(page))
    names = [page.ticking.name] if page.ticking is not None else []
    ids = {name: f"q{number}" for number, name in enumerate((*names, *(a.name for a in asked)), 1)}
    kinds = {one.name: _kind(one) for one in asked}
    faults = {name: _fault(wrong, kinds.get(name, ""), t) for name, _, wrong in page.problems}
    summary: list[tuple[str, str]] = [
        (ids[name], t.say("wrong.with_label", label=label.rstrip("?:. "), fault=faults[name]))
        for name, label, _ in page.problems
    ]
    proof = page.proof or AskedFor(by=ProofBy.CODE)
    for name, wrong in proof.problems.items():
        ids[name], faults[name] = name, _fault(wrong, "", t)
        label = t.say(f"prove.{_proof(proof, name)}")
        summary.append((name, t.say("wrong.with_label", label=label, fault=faults[name])))
    before = refusal.before if refusal is not None else None
    return ShownForm(
        ids=ids,
        faults=faults,
        summary=summary,
        notices=[n for n in (notice_of(one, t) for one in page.notices) if n is not None],
        kinds=kinds,
        answers=gathered((one.field, one.label, one.text) for one in page.told),
        before=()
        if before is None
        else gathered((one.field, one.label, one.text) for one in before.action.answers),
        before_at="" if before is None else t.at(before.action.at),
        draft_at="" if page.draft_at is None else t.at(page.draft_at),
    )


def _proof(asked: AskedFor, name: str) -> str:
    """What is asked at this field, as the words for it are called."""
    if name == CODE:
        return "code"
    return "password" if asked.by is ProofBy.PASSWORD else "own_code"


def _asked(page: FormPage) -> Iterator[Asked]:
    for row in page.ticking.rows if page.ticking is not None else ():
        yield from row.asked
    yield from page.asked


def _kind(asked: Asked) -> str:
    """A few choices stand on the page; many are in a list to open."""
    if asked.control in (Control.CHOICE, Control.ROW):
        return "radios" if len(asked.choices) <= _FEW else "select"
    return asked.control.value


def _fault(wrong: Wrong, kind: str, t: Voice) -> str:
    """A sentence for what is wrong."""
    word = wrong.word.replace(" ", "_")
    if word == "missing" and kind in ("radios", "select", "yes or no"):
        word = "missing_choice"
    if word == "between" and not wrong.given.get("highest"):
        word = "at_least"
    elif word == "between" and not wrong.given.get("lowest"):
        word = "no_more_than"
    return t.say(f"wrong.{word}", **wrong.given)


def gathered(
    told: Iterable[tuple[str, str, str]],
) -> Sequence[tuple[str, str, Sequence[str]]]:
    """Answers with the same label, such as rows that were ticked, under it once."""
    found: dict[tuple[str, str], list[str]] = {}
    for field, label, text in told:
        found.setdefault((field, label), []).append(text)
    return [(field, label, texts) for (field, label), texts in found.items()]


# ---- what a request says


def _about(ask: Ask, plan: FormPlan) -> str | None:
    """The key of the row that the form should be about: in its address, or filled in."""
    if plan.subject is None:
        return None
    name = plan.subject.id
    said = ask.query.get(name) or ask.form.get(name) or ("",)
    return said[0].strip() or None


def _is_sent(ask: Ask) -> bool:
    """Whether it is to be sent now, and not to be looked at."""
    if ask.wants_json:
        return True
    return CONFIRM in ask.form and not {BACK, REMOVE, FORGET}.intersection(ask.form)


def _held(ask: Ask, mark: str) -> Mapping[str, str]:
    """The cookie by which this browser gets back what is held: for this form, as long as it is."""
    return _cookie(ask, HELD_COOKIE, mark, int(HELD.total_seconds()))


def _marked(ask: Ask, mark: str) -> Mapping[str, str]:
    """The cookie by which this browser sends the same form once: for this form, as long as it
    may be open, counted from now.
    """
    return _cookie(ask, MARK_COOKIE, mark, int(LIFE.total_seconds()))


def _addresses(ask: Ask, plan: FormPlan) -> Iterator[str]:
    """The mail addresses that were filled in: nobody gets mail from us without end."""
    for question in plan.questions:
        if question.control is Control.MAIL and ask.said(question.id):
            yield ask.said(question.id).strip().casefold()


def _nothing_held(ask: Ask) -> Mapping[str, str]:
    return _cookie(ask, HELD_COOKIE, "", 0)


def _cookie(ask: Ask, name: str, value: str, seconds: int) -> Mapping[str, str]:
    secure = "; Secure" if ask.is_https else ""
    rest = f"Path={ask.path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return {"set-cookie": f"{name}={value}; {rest}"}


def _could_be_a_key(key: str | None) -> bool:
    return key is None or (len(key) <= _LONGEST_KEY and key.isprintable())


def _action(page: FormPage) -> str:
    return f"{page.address}?{urlencode(page.about)}" if page.about else page.address
