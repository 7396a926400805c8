"""The console as a Django app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The pages of staff."""

    name = "balie.console"
    label = "console"
