"""A change of address knows the sign-in that asked for it: that one stays."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0009_acting")]

    operations = [
        migrations.AddField(
            model_name="signinchange",
            name="sent_from",
            field=models.CharField(default="", max_length=64),
        ),
    ]
