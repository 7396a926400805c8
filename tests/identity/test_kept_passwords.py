"""What is kept of a password: only these tests have it cheap."""

from django.contrib.auth.hashers import get_hasher, identify_hasher
from pytest_django import Settings

from balie.identity.models import Person
from balie.site import settings as the_sites
from tests.browser import PASSWORD


def test_the_site_keeps_a_hash_that_takes_memory_and_time(
    sanne: Person, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = the_sites.PASSWORD_HASHERS
    sanne.set_password(PASSWORD)

    assert PASSWORD not in sanne.password
    kept = get_hasher("argon2").decode(sanne.password)
    assert identify_hasher(sanne.password).algorithm == "argon2"
    assert kept["variety"] == "argon2id"
    assert kept["memory_cost"] >= 64 * 1024  # KiB
    assert kept["time_cost"] >= 2
