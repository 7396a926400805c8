"""Devices of sign-ins, and tokens that ended some."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_connections"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeenToken",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("until", models.BigIntegerField(db_index=True)),
            ],
            options={
                "db_table": "seen_token",
            },
        ),
        migrations.AddField(
            model_name="viewersession",
            name="device",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
    ]
