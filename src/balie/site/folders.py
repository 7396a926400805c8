"""Where pages of Django's half lie, for the looks of the site."""

from importlib.resources import files
from pathlib import Path

_HOMES = tuple(Path(str(files(package))) for package in ("balie.identity", "balie.console"))

TEMPLATES = tuple(home / "templates" for home in _HOMES)
STATIC = tuple(home / "static" for home in _HOMES if (home / "static").is_dir())
