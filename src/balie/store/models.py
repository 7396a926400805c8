"""Tables of what customers sent. What is personal stands in columns that are called `closed`."""

from typing import ClassVar

from django.db import models

from balie.store import approval_models, instance_models

__all__ = ["Action", "Audit", "Errand", "approval_models", "instance_models"]


class Action(models.Model):
    """A form that was accepted. closed: answers and language, encrypted; empty once erased.

    token: digest of the form's token. at: when it was accepted. erase_at: when the answers go.
    organisation: the key of the one it was sent for,  in private; null: before that was kept.
    asks: a colleague had to approve it first.
    behind: whoever sent it as this person, an id. behind_team: of staff, in whose name.
    """

    id = models.CharField(max_length=32, primary_key=True)
    reference = models.CharField(max_length=9, unique=True)
    token = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    step = models.CharField(max_length=200)
    version = models.CharField(max_length=64)
    person = models.CharField(max_length=64)
    acting_for = models.BinaryField(null=True)
    organisation = models.CharField(max_length=200, null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    erase_at = models.DateTimeField(null=True, db_index=True)
    order_with = models.CharField(max_length=64)
    asks = models.BooleanField(default=False)
    behind = models.CharField(max_length=64, blank=True, default="")
    behind_team = models.CharField(max_length=100, blank=True, default="")
    closed = models.BinaryField()

    class Meta:
        db_table = "action"
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="action_of_person")]

    def __str__(self) -> str:
        return self.reference


class Errand(models.Model):
    """One row of one system that must become so, and how it fares.

    closed: what is sent. outcome: the row's key and what the system gave, or what it has by now.
    why: for staff, without any value. has_ended: nothing is left that carrying can do.
    corrected: how often staff changed what is sent.
    """

    id = models.CharField(max_length=40, primary_key=True)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="errands")
    number = models.PositiveSmallIntegerField()
    system = models.CharField(max_length=100)
    table = models.CharField(max_length=200)
    is_master = models.BooleanField()
    state = models.CharField(max_length=20)
    has_ended = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    give_up = models.DateTimeField(null=True)
    goes_to = models.CharField(max_length=100, blank=True)
    why = models.CharField(max_length=500, blank=True)
    corrected = models.PositiveSmallIntegerField(default=0)
    closed = models.BinaryField()
    outcome = models.BinaryField(null=True)

    class Meta:
        db_table = "errand"
        indexes: ClassVar = [
            models.Index(
                fields=["action"],
                name="errand_under_way",
                condition=models.Q(has_ended=False),
            ),
            models.Index(fields=["state", "since"], name="errand_held_up"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.system}.{self.table}: {self.state}"


class Attempt(models.Model):
    """Tries of an errand with the same outcome, one after another. Nothing of it is personal."""

    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="attempts")
    state = models.CharField(max_length=20)
    why = models.CharField(max_length=500, blank=True)
    count = models.PositiveIntegerField(default=1)
    first = models.DateTimeField()
    last = models.DateTimeField()

    class Meta:
        db_table = "attempt"

    def __str__(self) -> str:
        return f"{self.state}, {self.count} times"


class Correction(models.Model):
    """What an errand would have sent before somebody of staff corrected it. closed: encrypted."""

    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="corrections")
    at = models.DateTimeField()
    who = models.CharField(max_length=64)
    closed = models.BinaryField()

    class Meta:
        db_table = "correction"

    def __str__(self) -> str:
        return f"{self.errand_id} at {self.at}"


class Audit(models.Model):
    """Who did what, when. Only ever added to, by `store.audit`. what: a word; about: an id; nothing
    personal.

    more: a word too, such as the reason that was given or the team that something was handed to.
    record: which record, as step and key. organisation: a mark of the one that `who` acted for.
    lane, number: its place in a chain. before, digest: see `store.chain`. key: id of the key of its
    digest.
    """

    lane = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=64)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=64)
    record = models.CharField(max_length=200, blank=True, default="")
    organisation = models.CharField(max_length=32, blank=True, default="")
    more = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=8, default="")
    before = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "audit"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lane", "number"], name="audit_place")
        ]
        indexes: ClassVar = [
            models.Index(fields=["about", "at"], name="audit_about"),
            models.Index(fields=["who", "at"], name="audit_who"),
            models.Index(
                fields=["organisation", "at"],
                name="audit_organisation",
                condition=~models.Q(organisation=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.what} {self.about}"


class AuditArchive(models.Model):
    """That the oldest lines of the audit were taken out, into a file: `store.chain.Archive`.

    heads: the last line of each chain that went, as [lane, number, digest].
    """

    at = models.DateTimeField()
    before = models.DateTimeField()
    lines = models.PositiveBigIntegerField()
    heads = models.JSONField()
    key = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "audit_archive"


class Upload(models.Model):
    """A file that somebody sent with a form. closed: its name, encrypted; its bytes are in pieces.

    Bound to a person, a step and a question. action: that it was sent with, "" before. erase_at:
    when it goes; empty while it is with an action that is not done.
    """

    id = models.CharField(max_length=32, primary_key=True)
    person = models.CharField(max_length=64, blank=True)
    step = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    is_whole = models.BooleanField(default=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=32, blank=True, db_index=True)
    erase_at = models.DateTimeField(null=True, db_index=True)
    closed = models.BinaryField(default=b"")

    class Meta:
        db_table = "upload"
        indexes: ClassVar = [models.Index(fields=["person", "action"], name="upload_of_person")]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} bytes"


class UploadPiece(models.Model):
    """A part of a file. closed: encrypted, with the file and the number that it belongs to."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    closed = models.BinaryField()

    class Meta:
        db_table = "upload_piece"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="one_piece_each")
        ]

    def __str__(self) -> str:
        return f"piece {self.number}"


class Draft(models.Model):
    """What was filled in and not sent. closed: the answers, encrypted.

    place: digest of person, step and what the form is about. person: whose it is.
    """

    place = models.CharField(max_length=64, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)
    step = models.CharField(max_length=200)
    at = models.DateTimeField()
    erase_at = models.DateTimeField(db_index=True)
    closed = models.BinaryField()

    class Meta:
        db_table = "draft"

    def __str__(self) -> str:
        return self.step


class SignInChange(models.Model):
    """An address that somebody will sign in with, once the master of an action has it.

    closed: the address, encrypted. told_at: when the address of before was written to. sent_from:
    the sign-in that asked for it, as a digest: it stays when the others end.
    """

    action = models.CharField(max_length=32, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=20)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    closed = models.BinaryField()
    sent_from = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "sign_in_change"

    def __str__(self) -> str:
        return self.action


class HeldForm(models.Model):
    """What was sent when the sign-in had just ended, for an hour. Nobody's until it is claimed.

    mark: digest of what only that browser has. closed: the answers, encrypted.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    erase_at = models.DateTimeField(db_index=True)
    closed = models.BinaryField()

    class Meta:
        db_table = "held_form"

    def __str__(self) -> str:
        return "held form"
