"""How many values of one field a system takes in one call: the profile's `many keys`.

many keys: one call per 20 keys, with or on one field      (for every field that takes one value)
many keys: {id: 50 keys with commas, labels.reference: 10 keys}
"""

import re
from collections.abc import Iterable, Mapping

from balie.systems.profile import Profile

_COUNT = re.compile(r"\b(\d+) keys?\b")


def many_keys(profile: Profile, table: str, fields: Iterable[str]) -> Mapping[str, int]:
    """Field -> the most values in one call, for those fields that take more than one.

    Raises ValueError when the profile does not say how many.
    """
    for_all = profile.text("many keys")
    if for_all:
        return dict.fromkeys(fields, _count(for_all))
    by_field = profile.section("many keys")
    found = {field: by_field.get(f"{table}.{field}", by_field.get(field)) for field in fields}
    return {field: _count(text) for field, text in found.items() if isinstance(text, str)}


def _count(text: str) -> int:
    found = _COUNT.search(text)
    if not found or not 0 < int(found[1]) <= 1000:
        raise ValueError(f'"many keys: {text}" does not say how many: write e.g. "20 keys"')
    return int(found[1])
