"""Parties that people sign in with, who people are to them, and sessions there."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_guardcode"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginConnection",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("settings", models.JSONField()),
                ("sealed", models.BinaryField()),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "db_table": "login_connection",
            },
        ),
        migrations.CreateModel(
            name="ProviderSession",
            fields=[
                (
                    "sign_in",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="at_provider",
                        serialize=False,
                        to="identity.viewersession",
                    ),
                ),
                ("connection", models.CharField(max_length=40)),
                ("issuer", models.CharField(max_length=500)),
                ("sub", models.CharField(max_length=255)),
                ("sid", models.CharField(blank=True, max_length=255)),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "provider_session",
                "indexes": [
                    models.Index(fields=["issuer", "sid"], name="provider_session_by_sid"),
                    models.Index(fields=["issuer", "sub"], name="provider_session_by_sub"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=255)),
                ("connection", models.CharField(max_length=40)),
                ("why", models.CharField(max_length=200)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "provider_identity",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "subject"), name="known_to_a_provider_once"
                    )
                ],
            },
        ),
    ]
