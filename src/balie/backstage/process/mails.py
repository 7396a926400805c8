"""Mails about a form that every system has: `when: this form is settled`."""

from balie.backstage.actions import ActionState, Receipt
from balie.backstage.process.happenings import IsSettled, happening
from balie.backstage.process.instance import Mail
from balie.blueprint.model import Step


def mails_when_settled(step: Step, receipt: Receipt) -> tuple[Mail, ...]:
    """The mails that are due about this action of this step; none before it is settled.

    Each has the same id however often they are asked for.
    """
    is_a_form = step.screen is not None and receipt.action.person
    if step.screen is None or not is_a_form or receipt.state is not ActionState.SETTLED:
        return ()
    action, done = receipt.action, next(iter(receipt.progress), None)
    return tuple(
        Mail(
            id=f"{action.id}:{step.id}:{number}",
            mail=str(tells.mail),
            step=str(step.id),
            version=action.version,
            person=action.person,
            acting_for=action.acting_for,
            language=action.language,
            thing=str(step.screen.creates or step.screen.changes or ""),
            row=None if done is None else done.row,
            at=action.at if done is None or done.since is None else done.since,
        )
        for number, tells in enumerate(step.tells, start=1)
        if isinstance(happening(tells.when), IsSettled)
    )
