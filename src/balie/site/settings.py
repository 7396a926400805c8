"""Django's settings."""

SECRET_KEY = ""
INSTALLED_APPS: list[str] = ["django.contrib.auth", "django.contrib.contenttypes"]
USE_TZ = True
