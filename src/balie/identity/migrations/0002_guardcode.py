"""Codes for a change of the address that somebody signs in with."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuardCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("target", models.CharField(max_length=64)),
                ("address", models.CharField(max_length=64)),
                ("code", models.CharField(max_length=64)),
                ("own_code", models.CharField(blank=True, max_length=64)),
                ("used_by", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "guard_code",
                "indexes": [
                    models.Index(fields=["person", "target"], name="guard_code_of_person"),
                    models.Index(fields=["address"], name="guard_code_of_address"),
                    models.Index(fields=["at"], name="guard_code_by_age"),
                ],
            },
        ),
    ]
