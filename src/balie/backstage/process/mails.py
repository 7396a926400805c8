"""Mails about a form: `when: this form is received`, and once every system has it `settled`; and
what Balie itself writes when staff decided that it is not sent.
"""

from balie.backstage.actions import ActionState, Receipt
from balie.backstage.process.happenings import Happening, IsReceived, IsSettled, happening
from balie.backstage.process.instance import Mail
from balie.blueprint.model import EVERYBODY, Step

DROPPED = "form:dropped"
"""The name of the mail that Balie itself writes about what staff did not send."""


def mails_about(step: Step, receipt: Receipt) -> tuple[Mail, ...]:
    """The mails that are due by now about this action of this step.

    Each has the same id however often they are asked for.
    """
    action, done = receipt.action, next(iter(receipt.progress), None)
    if step.screen is None or not action.person:
        return ()
    return tuple(
        Mail(
            id=f"{action.id}:{step.id}:{number}",
            mail=str(tells.mail),
            step=str(step.id),
            version=action.version,
            person=action.person,
            acting_for=action.organisation,
            language=action.language,
            thing=str(step.screen.creates or step.screen.changes or ""),
            row=None if done is None else done.row,
            at=action.at if done is None or done.since is None else done.since,
        )
        for number, tells in enumerate(step.tells, start=1)
        if _is_due(happening(tells.when), receipt.state)
    )


def mail_of_our_own(receipt: Receipt) -> tuple[Mail, ...]:
    """The mail that tells whoever sent it that staff dropped it. Who did not sign in gets none:
    their receipt never tells what became of it.
    """
    action = receipt.action
    if receipt.state is not ActionState.DROPPED or action.person in ("", EVERYBODY):
        return ()
    return (
        Mail(
            id=f"{action.id}:{DROPPED}",
            mail=DROPPED,
            step=action.step,
            version=action.version,
            person=action.person,
            acting_for=action.organisation,
            language=action.language,
            thing="",
            row=None,
            at=max((one.since for one in receipt.progress if one.since), default=action.at),
        ),
    )


def tells_at_once(step: Step) -> bool:
    """Whether a mail is due as soon as a form of this step is accepted."""
    return any(isinstance(happening(tells.when), IsReceived) for tells in step.tells)


def _is_due(when: Happening, state: ActionState) -> bool:
    match when:
        case IsReceived():
            return True
        case IsSettled():
            return state is ActionState.SETTLED
        case _:
            return False
