"""The same site as for signing in."""

from tests.identity.conftest import browser as browser
from tests.identity.conftest import build as build
from tests.identity.conftest import loop as loop
from tests.identity.conftest import site as site
