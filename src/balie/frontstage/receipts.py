"""Receipts as pages: what somebody sent, and how far it is at the moment that they look."""

from http import HTTPStatus
from typing import Protocol
from urllib.parse import unquote

from balie.access.viewer import Viewer, Visitor
from balie.backstage.receipts import ReceiptList, ReceiptPage
from balie.frontstage.asking import JSON, READ_ONLY, Answer, Ask
from balie.frontstage.form_json import receipt_json, receipts_json
from balie.frontstage.forms import gathered
from balie.frontstage.messages import Messages

_LONGEST_REFERENCE = 40


class KeepsReceipts(Protocol):
    """What receipts come from: `backstage.service.Service`."""

    @property
    def receipts_at(self) -> str:
        """The address of the list of receipts."""
        ...

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is to the systems. Raises ProveFirst."""
        ...

    async def receipts(self, viewer: Viewer, language: str) -> ReceiptList | None:
        """What this person sent; None where nothing can be sent."""
        ...

    async def receipt(self, reference: str, viewer: Viewer, language: str) -> ReceiptPage | None:
        """A receipt of this person, or None. Raises ProveFirst."""
        ...

    def is_receipt_for_everybody(self, path: str) -> bool:
        """Whether this raw path was given out as the address of a receipt."""
        ...

    async def receipt_for_everybody(self, path: str, language: str) -> ReceiptPage | None:
        """The receipt at a path, for whoever has it."""
        ...


class Receipts:
    """Answers every request at the address of receipts."""

    def __init__(self, service: KeepsReceipts, messages: Messages) -> None:
        self._service = service
        self._messages = messages
        self._at = service.receipts_at

    def has(self, path: str) -> bool:
        """Whether this is an address of receipts; nobody knows yet whether there is one."""
        is_a_persons = path == self._at or path.startswith(f"{self._at}/")
        return is_a_persons or self._service.is_receipt_for_everybody(path)

    async def answer(self, ask: Ask) -> Answer:
        """The list, or one of them: a person's own, and nobody else's.

        What was sent without signing in is there for whoever has its address.
        """
        if ask.method not in READ_ONLY:
            return await self._messages.not_allowed(ask, "GET, HEAD")
        if self._service.is_receipt_for_everybody(ask.path):
            return await self._for_everybody(ask)
        if ask.visitor is None:
            return await self._messages.sign_in_first(ask)
        if ask.visitor.is_staff or ask.visitor.staff_roles:
            return await self._messages.not_found(ask)
        viewer = await self._service.viewer(ask.visitor, ask.path)
        if viewer.must_choose:
            return await self._messages.choose_first(ask)
        if ask.path == self._at:
            return await self._list(ask, viewer)
        return await self._one(ask, viewer)

    async def _list(self, ask: Ask, viewer: Viewer) -> Answer:
        page = await self._service.receipts(viewer, ask.preferences.language)
        if page is None:
            return await self._messages.not_found(ask)
        if ask.wants_json:
            return Answer(status=HTTPStatus.OK, body=receipts_json(page), kind=JSON)
        return await self._html(ask, "receipts.html", page)

    async def _one(self, ask: Ask, viewer: Viewer) -> Answer:
        reference = unquote(ask.path.removeprefix(f"{self._at}/"), errors="replace")
        if not reference.isascii() or len(reference) > _LONGEST_REFERENCE:
            return await self._messages.not_found(ask)
        page = await self._service.receipt(reference, viewer, ask.preferences.language)
        if page is None:
            return await self._messages.not_found(ask)
        if ask.wants_json:
            return Answer(status=HTTPStatus.OK, body=receipt_json(page), kind=JSON)
        answers = gathered((one.field, one.label, one.text) for one in page.told)
        return await self._html(ask, "receipt.html", page, answers=answers, list=self._at)

    async def _for_everybody(self, ask: Ask) -> Answer:
        page = await self._service.receipt_for_everybody(ask.path, ask.preferences.language)
        if page is None:
            return await self._messages.not_found(ask)
        if ask.wants_json:
            return Answer(status=HTTPStatus.OK, body=receipt_json(page), kind=JSON)
        answers = gathered((one.field, one.label, one.text) for one in page.told)
        return await self._html(ask, "receipt_for_everybody.html", page, answers=answers)

    async def _html(
        self, ask: Ask, template: str, page: ReceiptList | ReceiptPage, **more: object
    ) -> Answer:
        surroundings = self._messages.surroundings
        chrome = surroundings.around(page, await self._messages.chrome(ask))
        chrome = self._messages.with_waiting(chrome, await self._messages.waits_for(ask), ask.path)
        now = surroundings.now()
        html = self._messages.looks.render(template, chrome, page=page, now=now, **more)
        return Answer(status=HTTPStatus.OK, body=html.encode())
