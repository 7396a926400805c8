"""Finds the function of `calculated by:`: the blueprint's own `functions/<name>.py`, or ours.

A function bears the name of its file and takes the value; when it also takes `today`, it gets
the day in the blueprint's zone.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import ModuleType

from balie.mapping.clear import Clear, Unreadable, meant

Calculation = Callable[[Clear, date], Clear]
"""A clear value and today -> the calculated value. Raises Unreadable, naming the function."""


class NoSuchCalculation(LookupError):
    """There is no function of this name. The message says where it was looked for."""


def calculation(name: str, files: Mapping[str, bytes]) -> Calculation:
    """The calculation of this name."""
    function = _own(name, files) or _built_in(name)
    if function is None:
        raise NoSuchCalculation(f'there is no "functions/{name}.py" with a function "{name}"')
    wants_today = "today" in inspect.signature(function).parameters

    def calculate(value: Clear, today: date) -> Clear:
        try:
            return _clear(function(value, today=today) if wants_today else function(value))
        except Exception as error:  # noqa: BLE001 - it is the blueprint's own code: any may come
            fault = type(error).__name__  # whose text may hold the value
        raise Unreadable(f'the calculation "{name}" cannot do this: {fault}')

    return calculate


def _clear(answer: object) -> Clear:
    """The answer of a calculation. Raises TypeError or ValueError when it is none to show."""
    if isinstance(answer, float):
        answer = Decimal(str(answer))
    if answer is not None and not isinstance(answer, str | int | Decimal | date):
        raise TypeError("no value that can be shown")
    if isinstance(answer, datetime) and answer.tzinfo is None:
        raise ValueError("a moment without a zone")
    return meant(answer)


def _own(name: str, files: Mapping[str, bytes]) -> Callable[..., object] | None:
    source = files.get(f"functions/{name}.py")
    if source is None:
        return None
    module = ModuleType(name)
    # The blueprint's folder is code as much as ours is: it is deployed and reviewed with it.
    exec(compile(source, f"functions/{name}.py", "exec"), module.__dict__)  # noqa: S102
    return _function(module, name)


def _built_in(name: str) -> Callable[..., object] | None:
    if not name.isidentifier():
        return None
    try:
        module = importlib.import_module(f"balie.mapping.functions.{name}")
    except ModuleNotFoundError:
        return None
    return _function(module, name)


def _function(module: ModuleType, name: str) -> Callable[..., object] | None:
    function = getattr(module, name, None)
    return function if callable(function) else None
