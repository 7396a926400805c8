"""For which organisation something was sent."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_audit_chained"),
    ]

    operations = [
        migrations.AddField(
            model_name="action",
            name="organisation",
            field=models.CharField(max_length=200, null=True),
        ),
    ]
