"""The store as a Django app: its tables are of the same database as those of identity."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """What customers sent, and how it fares."""

    name = "balie.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
