"""Links in mails that open one page without signing in."""

# ruff: noqa: RUF012 - Django writes and reads this

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0008_memberships"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=64, unique=True)),
                ("mail", models.CharField(db_index=True, max_length=64)),
                ("acting_for", models.CharField(max_length=200, null=True)),
                ("page", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("expires", models.DateTimeField(db_index=True)),
                ("ended", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_links",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "mail_link",
            },
        ),
    ]
