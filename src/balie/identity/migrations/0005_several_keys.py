"""Several keys of one name, links that end, and invitations."""

# ruff: noqa: RUF012 - Django writes and reads this

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_sessions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token", models.CharField(max_length=64, unique=True)),
                ("address", models.EmailField(db_index=True, max_length=254)),
                ("purpose", models.CharField(max_length=40)),
                ("about", models.JSONField(default=dict)),
                ("by", models.CharField(blank=True, max_length=32)),
                ("at", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("revoked", models.DateTimeField(null=True)),
                ("taken_up", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "invitation",
            },
        ),
        migrations.RemoveConstraint(
            model_name="recognition",
            name="recognised_once",
        ),
        migrations.AddField(
            model_name="recognition",
            name="by",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="recognition",
            name="claim",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="recognition",
            name="connection",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="recognition",
            name="ended",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="recognition",
            name="since",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.UniqueConstraint(
                fields=("person", "name", "key"), name="recognised_once_by_key"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="taken_up_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
