"""What staff decide, and what was tried."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=20)),
                ("why", models.CharField(blank=True, max_length=500)),
                ("count", models.PositiveIntegerField(default=1)),
                ("first", models.DateTimeField()),
                ("last", models.DateTimeField()),
            ],
            options={
                "db_table": "attempt",
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("who", models.CharField(max_length=64)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "correction",
            },
        ),
        migrations.AddField(
            model_name="audit",
            name="more",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="errand",
            name="corrected",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(fields=["about", "at"], name="audit_about"),
        ),
        migrations.AddIndex(
            model_name="errand",
            index=models.Index(fields=["state", "since"], name="errand_held_up"),
        ),
        migrations.AddField(
            model_name="attempt",
            name="errand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attempts",
                to="store.errand",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="errand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="corrections",
                to="store.errand",
            ),
        ),
    ]
