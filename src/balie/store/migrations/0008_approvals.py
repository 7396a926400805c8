"""What a colleague must approve, and who can be asked."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("store", "0007_acting_for"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="action",
            name="asks",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "action",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="approval",
                        serialize=False,
                        to="store.action",
                    ),
                ),
                ("organisation", models.CharField(max_length=64)),
                ("by", models.CharField(max_length=1000)),
                ("sender", models.CharField(max_length=64)),
                ("told_at", models.DateTimeField(null=True)),
                ("remind_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField()),
                ("team", models.CharField(blank=True, max_length=100)),
                ("decided_at", models.DateTimeField(null=True)),
                ("how", models.CharField(blank=True, max_length=20)),
                ("who", models.CharField(blank=True, max_length=64)),
                ("closed", models.BinaryField()),
                ("said", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "approval",
                "indexes": [
                    models.Index(
                        fields=["organisation", "decided_at"], name="approval_of_organisation"
                    ),
                    models.Index(
                        condition=models.Q(("decided_at", None)),
                        fields=["until"],
                        name="approval_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Colleague",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=64)),
                ("organisation", models.CharField(max_length=64)),
                ("kinds", models.CharField(max_length=1000)),
                ("language", models.CharField(max_length=20)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "colleague",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "person"), name="one_colleague")
                ],
            },
        ),
    ]
