"""Representatives, and asking to join an organisation."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0011_administers_below"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrganisationDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation", models.CharField(max_length=200)),
                ("domain", models.CharField(db_index=True, max_length=253)),
                ("by", models.CharField(blank=True, default="", max_length=32)),
                ("proven", models.DateTimeField(null=True)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "db_table": "organisation_domain",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "domain"), name="domain_once_of_an_organisation"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Representation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("begins", models.BigIntegerField()),
                ("ends", models.BigIntegerField(null=True)),
                ("ended", models.BigIntegerField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=32)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "representative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="acts_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "represented",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lets_act",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "representation",
            },
        ),
        migrations.AddField(
            model_name="viewersession",
            name="representation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="identity.representation",
            ),
        ),
        migrations.CreateModel(
            name="JoinRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organisation", models.CharField(db_index=True, max_length=200)),
                ("words", models.CharField(blank=True, max_length=300)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("at", models.DateTimeField()),
                ("ending", models.CharField(blank=True, default="", max_length=10)),
                ("decided", models.DateTimeField(null=True)),
                ("by", models.CharField(blank=True, default="", max_length=32)),
                ("answer", models.CharField(blank=True, default="", max_length=300)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="join_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "join_request",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ending", "")),
                        fields=("person", "organisation"),
                        name="asks_to_join_once",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="representation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended", None)),
                fields=("represented", "representative"),
                name="represented_once_by",
            ),
        ),
    ]
