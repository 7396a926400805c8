"""The mail that tells a customer that staff did not pass on what they sent."""

from dataclasses import dataclass

from balie.backstage.actions import ActionState
from balie.backstage.process.instance import Mail
from balie.backstage.process.letters import LINK, Letter, Template, written
from balie.backstage.service import Service
from balie.store.actions import StoredActions
from balie.words.languages import MODEL, flat, part, spoken


@dataclass(frozen=True, slots=True)
class DroppedLetters:
    """Writes it, in the language in which the form was sent. address: of the portal."""

    service: Service
    actions: StoredActions
    address: str

    async def letter(self, mail: Mail) -> Letter | None:
        """The letter; None when there is nothing to tell any more."""
        receipt = await self.actions.carry(mail.id.partition(":")[0])
        if receipt is None or receipt.state is not ActionState.DROPPED:
            return None
        action, blueprint = receipt.action, self.service.blueprint
        language = mail.language if mail.language in spoken() else MODEL
        words = flat(part(language, "forms"), str(blueprint.address_customers_as))
        step = next((one for one in blueprint.steps if one.id == action.step), None)
        link = f"{self.address}{self.service.receipts_at}/{action.reference}"
        said = {
            "title": "" if step is None else blueprint.say(step.title, language),
            "reference": action.reference,
            LINK: link,
        }
        body = f"{words['receipt.mail_dropped']}\n\n[{words['receipt.mail_link']}]({{{LINK}}})"
        text = Template(words["receipt.mail_dropped_subject"], body, language)
        return written(text, lambda name: said.get(name, ""), link)
