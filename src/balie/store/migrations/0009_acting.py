"""What somebody of staff sent as a customer says so."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0008_approvals")]

    operations = [
        migrations.AddField(
            model_name="action",
            name="behind",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="action",
            name="behind_team",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]
