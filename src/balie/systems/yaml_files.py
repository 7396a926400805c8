"""YAML of others, such as a system's contract: read after a look at how deep its lists lie.

The parser goes down by itself, and a file with lists tens of thousands deep ends the program.
"""

import yaml

DEEPEST = 100
"""Lists and mappings within each other. Descriptions of systems have some twenty."""


class TooDeep(yaml.YAMLError):
    """The lists of a file lie too deep in each other."""

    def __init__(self, line: int) -> None:
        super().__init__(f"lists lie more than {DEEPEST} deep in each other, on line {line}")


def not_too_deep(content: bytes) -> bytes:
    """The same file, to be parsed. Raises YAMLError for one that is too deep, or no YAML."""
    depth = 0  # by the events of the file, which are flat
    for event in yaml.parse(content, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise TooDeep(line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return content
