"""What DBOS may write down: ids and numbers as JSON, and of a fault only its kind."""

import msgspec
from dbos import Serializer

QUEUE = "actions"
WORKFLOW = "carry"
SERVICE = "balie"

Ids = str | int | float | None


class OnlyIds(Serializer):
    """JSON in place of DBOS's pickles, which hold whatever they are given and run when opened."""

    def serialize(self, data: object) -> str:
        """Ids as JSON. Raises TypeError for what is none."""
        if isinstance(data, BaseException):
            data = {"fault": type(data).__name__}
        return msgspec.json.encode(data).decode()

    def deserialize(self, serialized_data: str) -> object:
        """What was written, of a fault an exception that says its kind."""
        said: object = msgspec.json.decode(serialized_data)
        return RuntimeError(said["fault"]) if isinstance(said, dict) and "fault" in said else said

    def name(self) -> str:
        """By which DBOS knows it in its rows."""
        return "balie_ids"


def action_of(workflow: str) -> str:
    """The action that a workflow carries: its id begins with the action's."""
    return workflow.partition(".")[0]


def round_id(action: str, number: int) -> str:
    """The id of a workflow that carries an action: sorts by the action, then by the number.

    DBOS knows the time to the second on SQLite; what comes in the same second it sorts by id.
    """
    return f"{action}.{number:020}"
