"""The audit becomes a chain that is only added to. Lines of before are chained in their order."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from balie.store.append_only import guard, leave
from balie.store.chain import BEGINNING, Entry, chained
from balie.store.stamps import Stamps

_AT_ONCE = 1_000


def chain(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Gives the lines of before their place and their digest, with the key of this installation."""
    del editor
    audit = apps.get_model("store", "Audit")
    if not audit.objects.exists():
        return
    stamps, digest, done = Stamps(settings.BALIE.keys), BEGINNING, []
    for number, row in enumerate(audit.objects.order_by("id"), start=1):
        entry = chained(_entry(row, number, digest), stamps)
        digest = entry.digest
        row.lane, row.number, row.before = 1, number, entry.before
        row.key, row.digest = entry.key, entry.digest
        done.append(row)
    places = ["lane", "number", "before", "key", "digest"]
    audit.objects.bulk_update(done, places, batch_size=_AT_ONCE)


def _entry(row: models.Model, number: int, before: str) -> Entry:
    told = {name: getattr(row, name) for name in ("at", "who", "what", "about", "more")}
    return Entry(lane=1, number=number, record="", organisation="", before=before, **told)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_inbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="audit",
            name="lane",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="audit",
            name="number",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="audit",
            name="record",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="audit",
            name="organisation",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="audit",
            name="key",
            field=models.CharField(default="", max_length=8),
        ),
        migrations.AddField(
            model_name="audit",
            name="before",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="audit",
            name="digest",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="audit",
            constraint=models.UniqueConstraint(fields=["lane", "number"], name="audit_place"),
        ),
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(fields=["who", "at"], name="audit_who"),
        ),
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(
                condition=~Q(organisation=""),
                fields=["organisation", "at"],
                name="audit_organisation",
            ),
        ),
        migrations.RunPython(lambda _, editor: guard(editor), lambda _, editor: leave(editor)),
    ]
