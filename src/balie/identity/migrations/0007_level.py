"""In how many steps somebody proved who they are, and when."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0006_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="viewersession",
            name="level",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="viewersession",
            name="level_at",
            field=models.BigIntegerField(default=0),
        ),
    ]
