"""Administering the organisations right below one."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0010_acting"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="administers_below",
            field=models.BooleanField(default=False),
        ),
    ]
