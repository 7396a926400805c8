"""Instances of the story, their log and work, mails, events, versions."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_inputs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Further",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action", models.CharField(max_length=32)),
            ],
            options={
                "db_table": "action_further",
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("used_at", models.DateTimeField()),
                ("files", models.BinaryField()),
            ],
            options={
                "db_table": "blueprint_version",
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("system", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=100)),
                ("at", models.DateTimeField(db_index=True)),
                ("seen", models.BooleanField(default=False)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "event",
                "indexes": [
                    models.Index(
                        condition=models.Q(("seen", False)), fields=["at"], name="event_unseen"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Instance",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("revision", models.PositiveIntegerField()),
                ("version", models.CharField(max_length=64)),
                ("person", models.CharField(db_index=True, max_length=64)),
                ("step", models.CharField(max_length=200)),
                ("wake_at", models.DateTimeField(null=True)),
                ("expects", models.CharField(blank=True, max_length=64)),
                ("about", models.CharField(blank=True, max_length=64)),
                ("is_over", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "instance",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_over", False)),
                        fields=["wake_at"],
                        name="instance_due",
                    ),
                    models.Index(
                        condition=models.Q(("expects", ""), _negated=True),
                        fields=["expects"],
                        name="instance_expects",
                    ),
                    models.Index(
                        condition=models.Q(("about", ""), _negated=True),
                        fields=["about"],
                        name="instance_about",
                    ),
                    models.Index(
                        condition=models.Q(("is_over", False)),
                        fields=["version"],
                        name="instance_version",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=64)),
                ("at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "mail",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="mail_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("step", models.CharField(max_length=200)),
                ("what", models.CharField(max_length=20)),
                ("about", models.CharField(blank=True, max_length=500)),
                ("by", models.CharField(blank=True, max_length=64)),
                (
                    "instance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="store.instance",
                    ),
                ),
            ],
            options={
                "db_table": "instance_note",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Work",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=48)),
                ("team", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=20)),
                ("opened", models.DateTimeField()),
                ("due", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "instance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="work",
                        to="store.instance",
                    ),
                ),
            ],
            options={
                "db_table": "work",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["team", "due"],
                        name="work_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("item", "team"), name="work_once_for_a_team")
                ],
            },
        ),
    ]
