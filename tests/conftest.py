"""The environment of all tests: a state folder of their own, and Django's settings for it."""

import os
import tempfile

import django
import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker

from balie.store.append_only import leave
from tests.telling import TELLINGS, Telling, told

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
_STATE = tempfile.TemporaryDirectory(prefix="balie-tests-", ignore_cleanup_errors=True)
os.environ["BALIE_STATE"] = _STATE.name
os.environ["BALIE_KEYS"] = Fernet.generate_key().decode()
os.environ["BALIE_DEMO"] = "1"  # mails go to the outbox, where tests read them

django.setup()


def pytest_unconfigure() -> None:
    """The state folder goes when the tests are over, also when they failed."""
    _STATE.cleanup()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tables of tests are emptied after each, so the audit is not guarded there; the tests of its
    guards put them back. Django's own permissions, which we have nobody ask for, are not made anew
    each time.
    """
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        leave(editor)


@pytest.fixture(scope="session", params=TELLINGS)
def telling(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Telling:
    """The example as it was written, and once more with every name replaced."""
    return told(request.param, tmp_path_factory.mktemp("telling"))
