"""Tables of the stories that run. What is personal stands in columns that are called `closed`.

What is looked up by is a digest with a secret, or says nothing personal.
"""

from typing import ClassVar

from django.db import models


class Instance(models.Model):
    """A story that runs, or ran, for one form. closed: all of it; the rest is for looking it up.

    expects: digest of the action or the event that it waits for. about: digest of the row.
    version: of the blueprint that it began with.
    """

    id = models.CharField(max_length=32, primary_key=True)
    revision = models.PositiveIntegerField()
    version = models.CharField(max_length=64)
    person = models.CharField(max_length=64, db_index=True)
    step = models.CharField(max_length=200)
    wake_at = models.DateTimeField(null=True)
    expects = models.CharField(max_length=64, blank=True)
    about = models.CharField(max_length=64, blank=True)
    is_over = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    closed = models.BinaryField()

    class Meta:
        db_table = "instance"
        indexes: ClassVar = [
            models.Index(
                fields=["wake_at"], name="instance_due", condition=models.Q(is_over=False)
            ),
            models.Index(
                fields=["expects"], name="instance_expects", condition=~models.Q(expects="")
            ),
            models.Index(fields=["about"], name="instance_about", condition=~models.Q(about="")),
            models.Index(
                fields=["version"], name="instance_version", condition=models.Q(is_over=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} at {self.step}"


class Note(models.Model):
    """One line of an instance's log. Only ever added to. by: a person of the staff, or nobody."""

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    step = models.CharField(max_length=200)
    what = models.CharField(max_length=20)
    about = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "instance_note"
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.at} {self.step}: {self.what} {self.about}"


class Work(models.Model):
    """A work item, for one team of those that it is for. What it says stands in its instance.

    item: `<instance>:<number>`.
    """

    item = models.CharField(max_length=48)
    team = models.CharField(max_length=100)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="work")
    kind = models.CharField(max_length=20)
    opened = models.DateTimeField()
    due = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "work"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "team"], name="work_once_for_a_team")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["team", "due"], name="work_open", condition=models.Q(closed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} for {self.team}"


class Event(models.Model):
    """What a system told. id: digest of system, event and key. seen: whoever waits was told."""

    id = models.CharField(max_length=64, primary_key=True)
    system = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    at = models.DateTimeField(db_index=True)
    seen = models.BooleanField(default=False)
    closed = models.BinaryField()

    class Meta:
        db_table = "event"
        indexes: ClassVar = [
            models.Index(fields=["at"], name="event_unseen", condition=models.Q(seen=False))
        ]

    def __str__(self) -> str:
        return f"{self.system} tells {self.name}"


class Mail(models.Model):
    """A mail that is due, or went. id: digest of what makes it once. closed: which, about what.

    next_at: when to try (again); null once it went or was given up. why: in words, no values.
    """

    id = models.CharField(max_length=64, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    closed = models.BinaryField()

    class Meta:
        db_table = "mail"
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], name="mail_due", condition=models.Q(next_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.id


class InboxRow(models.Model):
    """A piece of work that was put in another system as well. about: the action it is about.

    made, ended: the actions that made and closed its row; ended is "" where nothing did.
    """

    piece = models.CharField(max_length=200, primary_key=True)
    about = models.CharField(max_length=32, db_index=True)
    step = models.CharField(max_length=200)
    made = models.CharField(max_length=32)
    ended = models.CharField(max_length=32, blank=True)
    is_over = models.BooleanField(default=False)

    class Meta:
        db_table = "inbox_row"
        indexes: ClassVar = [
            models.Index(fields=["piece"], name="inbox_open", condition=models.Q(is_over=False))
        ]

    def __str__(self) -> str:
        return self.piece


class Further(models.Model):
    """An action came further, and the stories were not told yet."""

    action = models.CharField(max_length=32)

    class Meta:
        db_table = "action_further"

    def __str__(self) -> str:
        return self.action


class Version(models.Model):
    """The files of a version of the blueprint, for as long as something is under way by it."""

    id = models.CharField(max_length=64, primary_key=True)
    used_at = models.DateTimeField()
    files = models.BinaryField()

    class Meta:
        db_table = "blueprint_version"

    def __str__(self) -> str:
        return self.id
