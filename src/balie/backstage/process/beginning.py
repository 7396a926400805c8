"""How an instance begins: with the form that makes the thing which the story is about."""

from balie.access.viewer import Viewer
from balie.backstage.actions import Action, Begins, Whose
from balie.backstage.process.instance import For, Held, Instance, Move, Note, What
from balie.blueprint.model import Step


def begins(step: Step, viewer: Viewer, language: str) -> Begins | None:
    """What a form of this step begins when it is accepted; None when it makes nothing."""
    creates = step.screen.creates if step.screen is not None else None
    return None if creates is None else Begins(thing=str(creates), of=whose(viewer, language))


def whose(viewer: Viewer, language: str) -> Whose:
    """For whom an instance runs, as the form's viewer is at acceptance."""
    known = {name: mine.values[0] for name, mine in viewer.me.items() if len(mine.values) == 1}
    return Whose(
        person=viewer.person,
        acting_for=viewer.organisation,
        language=language,
        kinds=viewer.kinds,
        me=known,
    )


def begun(action: Action, begins: Begins) -> Move:
    """The first move of the instance of a form that makes a thing. It waits for the thing's row.

    A store keeps it in the transaction that accepts the action.
    """
    instance = Instance(
        id=action.id,
        version=action.version,
        thing=begins.thing,
        whose=begins.of,
        began=action.at,
        step=action.step,
        entered=action.at,
        revision=1,
        held=Held(why=For.ACTION, action=action.id),
        wake_at=action.at,
    )
    return Move(instance=instance, notes=(Note(at=action.at, step=action.step, what=What.ENTERED),))
