"""What the small grammars (conditions, relations, durations) say when they do not understand."""

from balie.blueprint.source import Span


class NotUnderstood(ValueError):
    """A text that the grammar does not know. `at` is the part to mend; `help` says how."""

    def __init__(self, at: Span, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.help = help_
