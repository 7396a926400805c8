"""Approvals by colleagues, put together: their pages, what is due by itself, and the mails."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from balie.access.viewer import Viewer
from balie.backstage.actions import Receipt
from balie.backstage.approval import Approval, Organisation
from balie.backstage.colleagues import known_to, ways
from balie.backstage.ports import Clock
from balie.backstage.process.instance import Mail
from balie.backstage.process.letters import LINK, Letter, Template, written
from balie.backstage.service import Service
from balie.blueprint.model import Blueprint
from balie.identity.organisations.members import colleagues
from balie.identity.vouched import whoever_has
from balie.mapping.formats import moment
from balie.site.accepting import records_of
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import Connected
from balie.site.post import People
from balie.steps.approve.asking import organisation_of
from balie.steps.approve.step import Approving
from balie.store.actions import StoredActions
from balie.store.approvals import (
    AGAIN,
    APPROVED,
    ASKED,
    OVER,
    REFUSED,
    Finds,
    StoredApprovals,
    finds_nobody,
)
from balie.words.languages import MODEL, flat, part, spoken

_A_MONTH = timedelta(days=30)
_TO_COLLEAGUES = frozenset({ASKED, AGAIN})
_WORDS = {
    ASKED: "mail_asked",
    AGAIN: "mail_again",
    APPROVED: "mail_approved",
    REFUSED: "mail_refused",
    OVER: "mail_over",
}


async def approving_of(
    service: Service, configuration: Configuration, actions: StoredActions, clock: Clock
) -> Approving | None:
    """The pages of approvals; None where the story asks for none, and nothing waits that an earlier
    version of it asked.
    """
    approvals = approvals_of(configuration, actions)
    left = await approvals.left()
    if not left and not any(step.approve for step in service.blueprint.steps):
        return None
    people = People(actions.work)
    return Approving(
        service=service,
        approvals=approvals,
        visitor=people.visitor,
        name=people.name,
        clock=clock,
        address=service.approvals_at,
        lately=_a_month_before,
        seconds=time.time,
        left=left,
    )


def approvals_of(
    configuration: Configuration, actions: StoredActions, finds: Finds = finds_nobody
) -> StoredApprovals:
    """What waits for approval, as it is kept. finds: who is asked and never came here."""
    return StoredApprovals(actions, records_of(configuration), _members, finds)


def known_in(found: Checked, connected: Connected, actions: StoredActions) -> Finds:
    """Whom the systems know in an organisation, as people here."""
    there = ways(found.blueprint, found.contracts)

    async def find(organisation: Organisation) -> Mapping[str, frozenset[str]]:
        way = there.get(organisation.of)
        if way is None:
            return {}
        known = await known_to(way, organisation.key, connected.connectors[way.system])
        ids = await actions.work.write(lambda: whoever_has(one.mail for one in known))
        people = ((ids.get(one.mail.strip().lower()), one.kinds) for one in known)
        return {person: kinds for person, kinds in people if person is not None}

    return find


def _members(organisation: str) -> Sequence[tuple[str, Sequence[str]]]:
    return [(one.id, one.roles) for one in colleagues(organisation)]


def _a_month_before(now: datetime) -> datetime:
    return now - _A_MONTH


@dataclass(frozen=True, slots=True)
class ApprovalLetters:
    """The mails that Balie itself writes about approvals. address: of the portal."""

    service: Service
    actions: StoredActions
    people: People
    clock: Clock
    address: str

    async def letter(self, mail: Mail, viewer: Viewer) -> Letter | None:
        """The letter; None when there is nothing to tell this viewer any more."""
        receipt = await self.actions.carry(mail.id.partition(":")[0])
        approval = None if receipt is None else receipt.approval
        if receipt is None or approval is None:
            return None
        if mail.mail in _TO_COLLEAGUES and not _is_asked(approval, viewer):
            return None
        language = mail.language if mail.language in spoken() else MODEL
        values = await self._values(receipt, approval, language)
        words = flat(part(language, "forms"), str(self._blueprint.address_customers_as))
        body = (
            f"{words[f'approval.{_WORDS[mail.mail]}']}\n\n[{words['approval.mail_link']}]({{link}})"
        )
        subject = words[f"approval.{_WORDS[mail.mail]}_subject"]
        link = self.address + self._link(mail, receipt)
        said = {**values, LINK: link}
        return written(Template(subject, body, language), lambda name: said.get(name, ""), link)

    @property
    def _blueprint(self) -> Blueprint:
        return self.service.blueprint

    def _link(self, mail: Mail, receipt: Receipt) -> str:
        to_colleagues = mail.mail in _TO_COLLEAGUES
        at = self.service.approvals_at if to_colleagues else self.service.receipts_at
        return f"{at}/{receipt.action.reference}"

    async def _values(
        self, receipt: Receipt, approval: Approval, language: str
    ) -> Mapping[str, str]:
        action, blueprint = receipt.action, self._blueprint
        step = next((one for one in blueprint.steps if one.id == action.step), None)
        words = flat(part(language, "forms"), str(blueprint.address_customers_as))
        colleague = words["receipt.a_colleague"]
        decided = approval.decided
        return {
            "title": "" if step is None else blueprint.say(step.title, language),
            "reference": action.reference,
            "name": await self.people.name(action.person) or colleague,
            "decider": (decided.name if decided is not None else "") or colleague,
            "until": moment(approval.until, self.clock.now(), language, str(blueprint.zone)),
        }


def _is_asked(approval: Approval, viewer: Viewer) -> bool:
    """Whether this viewer is, by now, still somebody who may approve it."""
    asked = approval.asked
    if asked is None or approval.decided is not None or viewer.kinds.isdisjoint(approval.by):
        return False
    return organisation_of(viewer, asked.organisation.of) == asked.organisation
