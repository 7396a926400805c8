"""What only the database tells of whether an installation is fit for real customers.

It imports Django's models: it can be imported only after `installation.set_up`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import DatabaseError, connection

from balie.identity.models import Person
from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
from balie.site.examination.observation import Observation, broken, fine, look
from balie.site.sealing import seal_file
from balie.store.models import Audit
from balie.store.stamps import Stamps

_OLD = timedelta(days=365)
_SEALED_WITHIN = timedelta(days=1)
_TRIGGERS = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
_GUARDED = (
    "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit'::regclass "
    "AND tgname = 'audit_not_changed' AND tgenabled <> 'D'"
)


def guarded(configuration: Configuration) -> tuple[Observation, ...]:
    """Staff, the age of the key, the audit, and what the database lets us do. Changes nothing."""
    try:
        return (
            *_staff(),
            *_age(configuration),
            *_audit(configuration),
            *_rights(configuration),
        )
    except DatabaseError:
        return ()  # told with the database


def _staff() -> Iterator[Observation]:
    staff = Person.objects.filter(is_staff=True, is_active=True, is_demo=False)
    second = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    without = staff.exclude(pk__in=second.values("user")).count()
    if without:
        yield look(
            "staff",
            f"{without} of {staff.count()} have no second step yet",
            "They make one at their next sign-in; close who does not need to come in:\n"
            "balie people close MAIL",
        )
    else:
        yield fine("staff", f"{staff.count()}, each with a second step")


def _age(configuration: Configuration) -> Iterator[Observation]:
    """How long the key in use has been so: since its first line in the audit."""
    first = Audit.objects.filter(key=Stamps(configuration.keys).newest).order_by("at").first()
    if first is None:
        return
    age = utc_now() - first.at
    if age > _OLD:
        yield look("keys", f"in use for {age.days} days", "balie keys rotate")
    else:
        yield fine("keys", f"in use for {age.days} day{'' if age.days == 1 else 's'}")


def _audit(configuration: Configuration) -> Iterator[Observation]:
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS if connection.vendor == "sqlite" else _GUARDED)
        has_guards = bool(cursor.fetchone()[0])
    if not has_guards:
        yield broken("audit", "its guards were taken away", "balie audit verify, and find out who.")
    file = seal_file(configuration)
    if not Audit.objects.exists():
        return
    if not file.is_file():
        yield look("audit", "was never sealed", "The carrier seals each hour: balie run, carry.")
        return
    sealed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    newest = Audit.objects.order_by("-at").values_list("at", flat=True)[0]
    if newest - sealed > _SEALED_WITHIN:
        yield look("audit", f"not sealed since {sealed:%Y-%m-%d}", "Does the carrier run?")
    else:
        yield fine("audit", "guarded, and sealed")


def _rights(configuration: Configuration) -> Iterator[Observation]:
    if configuration.embedded:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        is_super = bool(cursor.fetchone()[0])
    if is_super:
        yield look(
            "database",
            "we sign in as a superuser",
            "A role of Balie's own, that owns this database and nothing else.",
        )
    else:
        yield fine("database", "our role owns no more than it needs")
