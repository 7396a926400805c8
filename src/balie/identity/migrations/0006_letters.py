"""Codes in letters, and tries at them."""

# ruff: noqa: RUF012 - Django writes and reads this

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0005_several_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivationTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(blank=True, db_index=True, max_length=64)),
                ("network", models.CharField(db_index=True, max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "activation_try",
            },
        ),
        migrations.CreateModel(
            name="LetterCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=200)),
                ("number", models.CharField(db_index=True, max_length=64)),
                ("code", models.CharField(max_length=64, unique=True)),
                ("by", models.CharField(blank=True, max_length=32)),
                ("at", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("revoked", models.DateTimeField(null=True)),
                ("used", models.DateTimeField(null=True)),
                (
                    "used_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "letter_code",
                "indexes": [models.Index(fields=["name", "key"], name="letter_code_of_key")],
            },
        ),
    ]
