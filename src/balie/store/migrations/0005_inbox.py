"""Which work was put in another system as well."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_stories"),
    ]

    operations = [
        migrations.CreateModel(
            name="InboxRow",
            fields=[
                ("piece", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("about", models.CharField(db_index=True, max_length=32)),
                ("step", models.CharField(max_length=200)),
                ("made", models.CharField(max_length=32)),
                ("ended", models.CharField(blank=True, max_length=32)),
                ("is_over", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "inbox_row",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_over", False)), fields=["piece"], name="inbox_open"
                    )
                ],
            },
        ),
    ]
