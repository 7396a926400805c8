"""YAML as it was written: scalars keep their quotes, so that a text stays a text."""

from collections.abc import Callable, Iterator

import yaml

Change = Callable[[str], str]


def read(text: str) -> yaml.Node:
    """The tree of a text."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert node is not None
    return node


def written(node: yaml.Node) -> str:
    """The text of a tree; a scalar that would now be read as something else gets quotes."""
    text = yaml.serialize(node, Dumper=yaml.SafeDumper, allow_unicode=True, width=1_000_000)
    assert isinstance(text, str)
    return text


def entries(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """What a mapping holds; nothing when it is none."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def items(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """What a list holds; one thing by itself is a list of one."""
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif node is not None:
        yield node


def at(node: yaml.Node | None, word: str) -> yaml.Node | None:
    """What stands under a word."""
    return next((value for key, value in entries(node) if key.value == word), None)


def put(node: yaml.Node | None, change: Change) -> None:
    """Changes a text, or each text of a list."""
    for one in items(node):
        if isinstance(one, yaml.ScalarNode) and one.tag != "tag:yaml.org,2002:null":
            one.value = change(one.value)


def keys(node: yaml.Node | None, change: Change) -> None:
    """Changes the words of a mapping."""
    for key, _ in entries(node):
        key.value = change(key.value)
