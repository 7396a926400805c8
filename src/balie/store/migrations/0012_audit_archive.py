"""What stands in the place of lines of the audit that were taken out."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_approvers"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditArchive",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("before", models.DateTimeField()),
                ("lines", models.PositiveBigIntegerField()),
                ("heads", models.JSONField()),
                ("key", models.CharField(max_length=8)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "audit_archive",
            },
        ),
    ]
