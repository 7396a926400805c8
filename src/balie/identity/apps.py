"""Identity as a Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """People and their sign-ins."""

    name = "balie.identity"
    label = "identity"
    verbose_name = "People and sign-ins"
