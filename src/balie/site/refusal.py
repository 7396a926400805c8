"""Why Balie does not start, in words for whoever started it."""

from collections.abc import Iterable


class Refusal(Exception):
    """Balie does not start. The text says what is wrong, where, and what to do."""

    def __init__(self, title: str, problem: str, help_lines: Iterable[str] = ()) -> None:
        lines = [f"-- {title} ".ljust(72, "-"), "", problem, ""]
        super().__init__("\n".join([*lines, *(f"    {line}" for line in help_lines)]))


class WrongUse(Refusal):
    """Balie was asked for what cannot be: a folder that is not there, an address without `/`."""
