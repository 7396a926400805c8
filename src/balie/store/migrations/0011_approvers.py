"""Several colleagues approve, one after another."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0010_sent_from")]

    operations = [
        migrations.AddField(
            model_name="approval",
            name="number",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Given",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("who", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("said", models.BinaryField(null=True)),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="given",
                        to="store.approval",
                    ),
                ),
            ],
            options={
                "db_table": "approval_given",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("approval", "number"), name="one_given_in_a_turn"
                    ),
                    models.UniqueConstraint(
                        fields=("approval", "who"), name="one_given_by_a_person"
                    ),
                ],
            },
        ),
    ]
