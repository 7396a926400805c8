"""`${NAME}` in a profile: settings, which come from the configuration and hold the secrets."""

import re
from collections.abc import Callable, Mapping

from balie.systems.errors import Misconfigured

_NAME = re.compile(r"\$\{(\w+)\}")


def filled(
    text: str, settings: Mapping[str, str], encode: Callable[[str], str] = lambda value: value
) -> str:
    """The text with every `${NAME}` replaced. Raises Misconfigured when one is not set."""
    return _NAME.sub(lambda found: encode(setting(found[1], settings)), text)


def setting(name: str, settings: Mapping[str, str]) -> str:
    """The value of a setting. Raises Misconfigured, naming it, when it is missing or empty."""
    value = settings.get(name, "")
    if not value:
        raise Misconfigured(f"The setting {name} is missing.")
    return value
