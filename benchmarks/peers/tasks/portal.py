"""A plain Django view that keeps what was sent in one row and enqueues a task for it.

python portal.py DATABASE COUNT AT_ONCE: how long each of so many took, in ms, as a JSON list, after
how long all of them took, in seconds. The view is called as Django's handler would call it.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="of a benchmark",
    INSTALLED_APPS=["django_tasks", "django_tasks_db"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sys.argv[1],
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    },
    TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse, QueryDict  # noqa: E402
from django_tasks import task  # noqa: E402


class Submission(models.Model):
    """What a customer sent."""

    person = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    answers = models.JSONField()

    class Meta:
        app_label = "portal"


@task()
def carry(submission: int) -> None:
    """Would bring it to the systems."""


def sent(request: HttpRequest) -> HttpResponse:
    """Keeps a form, and has it carried."""
    with transaction.atomic():
        kept = Submission.objects.create(person=request.POST["person"], answers=request.POST.dict())
        carry.enqueue(kept.pk)
    return HttpResponse(status=303, headers={"Location": f"/receipts/{kept.pk}"})


def _request(number: int) -> HttpRequest:
    request = HttpRequest()
    request.method = "POST"
    request.POST = QueryDict(
        f"person=person+{number}&kind=question&subject=Question+{number}&description=Where+is+it"
    )
    return request


def main(count: int, at_once: int) -> None:
    """Takes them in, so many at once."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Submission)
    took: list[float] = []
    lock = threading.Lock()

    def one(number: int) -> None:
        began = time.perf_counter()
        assert sent(_request(number)).status_code == 303
        with lock:
            took.append((time.perf_counter() - began) * 1000)

    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(one, range(at_once * 4)))  # warm
        took.clear()
        began = time.perf_counter()
        list(threads.map(one, range(count)))
        whole = time.perf_counter() - began
    print(json.dumps([whole, *took]))


if __name__ == "__main__":
    main(int(sys.argv[2]), int(sys.argv[3]))
