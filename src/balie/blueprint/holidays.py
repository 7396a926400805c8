"""Public holidays, by the code of a country or of a part of one: `nl`, `de-by`."""

from datetime import date
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import holidays
from holidays import HolidayBase
from holidays.registry import COUNTRIES

_NAMES = {names[1]: (module, names[0]) for module, names in COUNTRIES.items()}
"""ISO 3166-1 alpha-2 -> the module and the class of a country."""


def has_holidays(code: str) -> bool:
    """Whether the public holidays of this code are known."""
    country, _, part = code.upper().partition("-")
    return country in _NAMES and (not part or part in _country(country).subdivisions)


def is_holiday(code: str, day: date) -> bool:
    """Whether a day is a public holiday there. Raises NotImplementedError for an unknown code."""
    return day in _of(code)


@cache
def _of(code: str) -> HolidayBase:
    country, _, part = code.upper().partition("-")
    return _country(country)(subdiv=part or None)


@cache
def _country(code: str) -> type[HolidayBase]:
    """One country, from its own file: to import it as usual imports all 250, in every process."""
    if code not in _NAMES:
        raise NotImplementedError(code)
    module, name = _NAMES[code]
    file = Path(holidays.__file__).with_name("countries") / f"{module}.py"
    spec = spec_from_file_location(f"holidays.countries.{module}", file)
    if spec is None or spec.loader is None:
        raise NotImplementedError(code)
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    found: type[HolidayBase] = getattr(loaded, name)
    return found
