"""The site's settings, with a hash of passwords that is quick: most tests sign somebody in."""

from balie.site.settings import *  # noqa: F403 - all of them, but for what follows

PASSWORD_HASHERS = ["tests.hashing.Quick"]
