"""Who belongs to which organisation, as Balie itself keeps it."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0007_level"),
    ]

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("parent", models.CharField(blank=True, db_index=True, max_length=200)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "db_table": "organisation",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation", models.CharField(blank=True, max_length=200)),
                ("role", models.CharField(blank=True, max_length=100)),
                ("is_administrator", models.BooleanField(default=False)),
                ("begins", models.BigIntegerField(default=0)),
                ("ends", models.BigIntegerField(null=True)),
                ("source", models.CharField(default="local", max_length=10)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("sign_in", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={
                "db_table": "membership",
                "indexes": [
                    models.Index(fields=["organisation"], name="membership_by_organisation")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "organisation", "role", "source", "sign_in"),
                        name="member_once",
                    )
                ],
            },
        ),
    ]
