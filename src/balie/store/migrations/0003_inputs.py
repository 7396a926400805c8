"""What comes in besides answers: files, drafts, forms that are held, changes of sign-ins."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_staff"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("place", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=64)),
                ("step", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("erase_at", models.DateTimeField(db_index=True)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "draft",
            },
        ),
        migrations.CreateModel(
            name="HeldForm",
            fields=[
                ("mark", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("erase_at", models.DateTimeField(db_index=True)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "held_form",
            },
        ),
        migrations.CreateModel(
            name="SignInChange",
            fields=[
                ("action", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=64)),
                ("language", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("closed", models.BinaryField()),
            ],
            options={
                "db_table": "sign_in_change",
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("person", models.CharField(blank=True, max_length=64)),
                ("step", models.CharField(blank=True, max_length=200)),
                ("field", models.CharField(blank=True, max_length=200)),
                ("media_type", models.CharField(blank=True, max_length=100)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("is_whole", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("action", models.CharField(blank=True, db_index=True, max_length=32)),
                ("erase_at", models.DateTimeField(db_index=True, null=True)),
                ("closed", models.BinaryField(default=b"")),
            ],
            options={
                "db_table": "upload",
                "indexes": [models.Index(fields=["person", "action"], name="upload_of_person")],
            },
        ),
        migrations.CreateModel(
            name="UploadPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("closed", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="store.upload",
                    ),
                ),
            ],
            options={
                "db_table": "upload_piece",
                "constraints": [
                    models.UniqueConstraint(fields=("upload", "number"), name="one_piece_each")
                ],
            },
        ),
    ]
