"""An OpenAPI file as plain data, with its references looked up."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
import yaml

from balie.systems.yaml_files import TooDeep, not_too_deep

Node: TypeAlias = "str | int | float | bool | list[Node] | dict[str, Node] | None"
"""What a file can hold."""

Found: TypeAlias = "Node | Mapping[str, Node]"
"""What was found somewhere in a file."""

_NOTHING: Mapping[str, Node] = {}


class _Loader(yaml.CSafeLoader):
    """YAML 1.2: `NO` and `2026-11-22` are texts; true, false, null and numbers are not."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


@dataclass(frozen=True)
class Description:
    """One OpenAPI file."""

    root: Mapping[str, Node]

    def at(self, node: Found, *names: str) -> Node:
        """What stands under these names, one inside the other; None when there is nothing."""
        *parents, last = names
        for name in parents:
            node = self.mapping(node).get(name)
        return self.mapping(node).get(last)

    def mapping(self, node: Found) -> Mapping[str, Node]:
        """A mapping as it is, or the mapping it refers to with `$ref`; else an empty one."""
        seen: set[str] = set()
        while isinstance(node, Mapping) and isinstance(reference := node.get("$ref"), str):
            if reference in seen:
                raise ValueError(f'"{reference}" refers to itself')
            seen.add(reference)
            beside = {name: value for name, value in node.items() if name != "$ref"}
            target = self._referred(reference)
            node = {**target, **beside} if isinstance(target, dict) else None
        return node if isinstance(node, Mapping) else _NOTHING

    def each(self, node: Node) -> Iterator[Mapping[str, Node]]:
        """The mappings of a list."""
        return (self.mapping(item) for item in (node if isinstance(node, list) else ()))

    def _referred(self, reference: str) -> Node:
        if not reference.startswith("#/"):
            raise ValueError(f'"{reference}" is outside this file; put everything in one file')
        node: Node = dict(self.root)
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            node = node.get(name) if isinstance(node, dict) else None
        if node is None:
            raise ValueError(f'"{reference}" is not in this file')
        return node


def read_description(content: bytes) -> Description:
    """A file, YAML or JSON. Raises ValueError in plain words."""
    root = _parsed(content)
    if not isinstance(root, dict) or not str(root.get("openapi", "")).startswith("3"):
        raise ValueError('this is not an OpenAPI 3 file: it has no "openapi: 3..." on top')
    return Description(root)


def _parsed(content: bytes) -> Node:
    try:
        if content.lstrip().startswith(b"{"):
            return _json(content)
        return _yaml(content)
    except RecursionError as error:
        raise ValueError("its lists lie too deep in each other") from error
    except TooDeep as error:
        raise ValueError(str(error)) from error
    except (msgspec.DecodeError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"this is neither YAML nor JSON: {error}") from error


def _json(content: bytes) -> Node:
    parsed: Node = msgspec.json.decode(content)
    return parsed


def _yaml(content: bytes) -> Node:
    parsed: Node = yaml.load(not_too_deep(content), Loader=_Loader)  # noqa: S506 - a safe loader
    return parsed
