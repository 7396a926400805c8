"""Actions, their errands, and the audit."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Audit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("who", models.CharField(max_length=64)),
                ("what", models.CharField(max_length=40)),
                ("about", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "audit",
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=9, unique=True)),
                ("token", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("step", models.CharField(max_length=200)),
                ("version", models.CharField(max_length=64)),
                ("person", models.CharField(max_length=64)),
                ("acting_for", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("erase_at", models.DateTimeField(db_index=True, null=True)),
                ("order_with", models.CharField(max_length=64)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "action",
                "indexes": [models.Index(fields=["person", "-id"], name="action_of_person")],
            },
        ),
        migrations.CreateModel(
            name="Errand",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("system", models.CharField(max_length=100)),
                ("table", models.CharField(max_length=200)),
                ("is_master", models.BooleanField()),
                ("state", models.CharField(max_length=20)),
                ("has_ended", models.BooleanField(default=False)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("give_up", models.DateTimeField(null=True)),
                ("goes_to", models.CharField(blank=True, max_length=100)),
                ("why", models.CharField(blank=True, max_length=500)),
                ("closed", models.BinaryField()),
                ("outcome", models.BinaryField(null=True)),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="errands",
                        to="store.action",
                    ),
                ),
            ],
            options={
                "db_table": "errand",
                "indexes": [
                    models.Index(
                        condition=models.Q(("has_ended", False)),
                        fields=["action"],
                        name="errand_under_way",
                    )
                ],
            },
        ),
    ]
