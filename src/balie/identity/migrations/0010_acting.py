from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Somebody of staff can act as a customer: a sign-in beside their own."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("identity", "0009_mail_links")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="viewersession",
            name="behind",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="acting",
                to="identity.viewersession",
            ),
        ),
        migrations.AddField(
            model_name="viewersession",
            name="why",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    ]
