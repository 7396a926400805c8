"""Django's settings, for its half of the site: /accounts, /admin and /staff.

They follow from the environment, and can be imported without any: then nothing is kept and
nothing can be signed, but everything can be checked.
"""

import hashlib
import os
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

from balie.site import configuration, folders
from balie.words.languages import spoken

BALIE = configuration.read(os.environ)

# ---- secrets


def _secret(key: str) -> str:
    """A secret of Django's own, so that no key is used for two purposes."""
    return hashlib.sha256(b"balie: what Django signs\0" + key.encode()).hexdigest()


_secrets = [_secret(key) for key in BALIE.keys]
SECRET_KEY, SECRET_KEY_FALLBACKS = (_secrets[0], _secrets[1:]) if _secrets else ("", [])
DEBUG = False
DEBUG_PROPAGATE_EXCEPTIONS = True  # to `last_resort`, which is the same for both layers

# ---- where it runs

_public = urlsplit(BALIE.public_url)
ALLOWED_HOSTS = [_public.hostname or "", "127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "balie.site.urls"
APPEND_SLASH = False
STATIC_URL = "/static/"

# ---- apps

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "balie.identity",
    "balie.console",
    "balie.store",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",  # its answers; its addresses are our own list, behind a switch
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "balie.identity.middleware.InTheirLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "balie.identity.middleware.CompletedSignIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "balie.identity.middleware.NotTooOften",
    "balie.identity.middleware.StaffTakeTwoSteps",
    "balie.identity.middleware.FaultsHaveAStatus",
]
TEMPLATES = [
    {
        "NAME": "ours",
        "BACKEND": "balie.identity.rendering.Pages",
        "DIRS": [str(folder) for folder in folders.TEMPLATES],
    },
    {  # allauth's own messages; ours are no Django templates, so not by APP_DIRS
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(files("allauth") / "templates")],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "balie.identity.views.refused"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- what is kept


def _sqlite(file: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # What is deleted is overwritten, so that it stands in no free page of the file.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA secure_delete=ON;",
        },
        # A file: the customer's pages read it by a connection of their own.
        "TEST": {"NAME": str(file.with_name("test-" + file.name))},
    }


def _postgresql(url: str) -> dict[str, object]:
    address = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": address.hostname or "",
        "PORT": str(address.port or ""),
        "OPTIONS": {"pool": True},
        "CONN_HEALTH_CHECKS": True,  # a connection that broke is replaced
    }


DATABASES = {
    "default": _sqlite(BALIE.database_file) if BALIE.embedded else _postgresql(BALIE.database_url)
}
CACHES = {
    # Counts attempts to sign in. One process may count for itself; several count together.
    "default": {
        "BACKEND": "balie.identity.counting.CountsTogether",
        "LOCATION": BALIE.cache_url,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    if BALIE.cache_url.startswith("redis")
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# ---- signing in

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},  # NIST SP 800-63B-4, for a password by itself
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "balie.identity.factors.passwords.BreachedPasswordValidator",
        "OPTIONS": {"file": str(BALIE.breached_file)},
    },
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "balie.identity.adapter.Adapter"
ACCOUNT_FORMS = {
    "request_login_code": "balie.identity.forms.AskForCode",
    "reset_password": "balie.identity.forms.AskForNewPassword",
}
# `identity.lockout` counts tries, so that strangers can use them against nobody.
ACCOUNT_RATE_LIMITS = {
    "login": "",
    "request_login_code": "",
    "reset_password": "20/m/ip",
    "login_failed": "20/m/ip",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True

MFA_ADAPTER = "balie.identity.factors.second_steps.Factors"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}  # an office signs in from one address
MFA_FORMS = {
    "authenticate": "balie.identity.factors.codes.EnterCode",
    "reauthenticate": "balie.identity.factors.codes.EnterCodeAgain",
    "activate_totp": "balie.identity.factors.codes.FirstCode",
    "add_webauthn": "balie.identity.factors.credentials.NewPasskey",
    "login_webauthn": "balie.identity.factors.credentials.PasskeyToSignIn",
    "authenticate_webauthn": "balie.identity.factors.credentials.PasskeyAsStep",
    "reauthenticate_webauthn": "balie.identity.factors.credentials.PasskeyAgain",
}
SECRETS_SEALED_WITH = BALIE.keys  # the second steps' secrets: the first key seals, all of them open
PUBLIC_URL = BALIE.public_url  # passkeys are bound to its host

# ---- cookies

SESSION_ENGINE = "balie.identity.sessions"
SESSION_COOKIE_NAME = BALIE.session_cookie
SESSION_COOKIE_AGE = 12 * 60 * 60  # a sign-in ends then, or before, with the browser
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_AGE = None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BALIE.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if BALIE.https else "csrf"
LANGUAGE_COOKIE_NAME = "lang"
KNOWN_DEVICE_COOKIE = "__Host-known" if BALIE.https else "known"

# ---- languages

LANGUAGE_CODE = "en"  # until a page is asked for: then it is the visitor's, of the blueprint's
LANGUAGES = list(spoken().items())
USE_TZ = True

# ---- mail

EMAIL_BACKEND = (
    "balie.identity.outbox.Outbox"
    if BALIE.demo and not BALIE.mail
    else "django.core.mail.backends.smtp.EmailBackend"
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = BALIE.mail_from or "balie@localhost"
EMAIL_TIMEOUT = 10
if BALIE.mail:
    EMAIL_HOST, EMAIL_PORT = BALIE.mail.host, BALIE.mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = BALIE.mail.user, BALIE.mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = BALIE.mail.tls == "starttls", BALIE.mail.tls == "tls"

# Logging is the command's business; Django adds nothing of its own.
LOGGING_CONFIG = None
