"""The environment of all tests: a state folder of their own, and Django's settings for it."""

import os
import tempfile

import django
from cryptography.fernet import Fernet

os.environ["DJANGO_SETTINGS_MODULE"] = "balie.site.settings"
os.environ["BALIE_STATE"] = tempfile.mkdtemp(prefix="balie-tests-")
os.environ["BALIE_KEYS"] = Fernet.generate_key().decode()
os.environ["BALIE_DEMO"] = "1"  # mails go to the outbox, where tests read them

django.setup()
