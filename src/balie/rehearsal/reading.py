"""Reads the data files of `examples/`: text stays text, except nothing and plain numbers.

`0012` stays a text with its zeros, `2026-11-22` stays a text until a contract says it is a date.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import yaml

from balie.rehearsal.trouble import RehearsalError
from balie.systems.yaml_files import not_too_deep

Data: TypeAlias = "str | Decimal | list[Data] | dict[str, Data] | None"
"""What such a file holds. `str()` of a number is what the file says: nothing is lost."""


class _Loader(yaml.CSafeLoader):
    """YAML whose plain words are text, except `null` and plain numbers."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


def _number(_: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(node.value)


def _nothing(_loader: _Loader, _node: yaml.ScalarNode) -> None:
    return None


_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?$")
_Loader.add_implicit_resolver("!nothing", re.compile(r"(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("!number", _PLAIN_NUMBER, list("-0123456789"))
_Loader.add_constructor("!nothing", _nothing)
_Loader.add_constructor("!number", _number)


def read_data(file: Path) -> dict[str, Data]:
    """The words of a data file; empty when there is no such file."""
    if not file.exists():
        return {}
    try:
        data = yaml.load(not_too_deep(file.read_bytes()), Loader=_Loader)  # noqa: S506  CSafeLoader
    except yaml.YAMLError as error:
        raise RehearsalError(f"{file} cannot be read as YAML.\n{error}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise RehearsalError(f"{file} should hold words with values, such as `crm.contacts: ...`.")
    return data
