"""Tables of what waits for a colleague's approval. Personal columns are called `closed`, `said`."""

from typing import ClassVar

from django.db import models


class Approval(models.Model):
    """What a colleague must approve before an action is carried.

    organisation: digest. by: kinds of customer whose turn it is, with commas around each; number:
    of that turn, from 0. sender: who never may.
    told_at: when colleagues were told; remind_at: when they are told again. how: what came of it,
    "" while nobody decided; who: decided, "" for time. closed: what was asked. said: name and
    words, closed too.
    """

    action = models.OneToOneField(
        "store.Action", primary_key=True, on_delete=models.CASCADE, related_name="approval"
    )
    organisation = models.CharField(max_length=64)
    by = models.CharField(max_length=1000)
    number = models.PositiveSmallIntegerField(default=0)
    sender = models.CharField(max_length=64)
    told_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    team = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=20, blank=True)
    who = models.CharField(max_length=64, blank=True)
    closed = models.BinaryField()
    said = models.BinaryField(null=True)

    class Meta:
        db_table = "approval"
        indexes: ClassVar = [
            models.Index(fields=["organisation", "decided_at"], name="approval_of_organisation"),
            models.Index(
                fields=["until"], name="approval_open", condition=models.Q(decided_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id}: {self.how or 'open'}"


class Given(models.Model):
    """An approval that others had to follow: by another person each time.

    number: of the turn, from 0. said: name and words, closed; None once it was erased.
    """

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="given")
    number = models.PositiveSmallIntegerField()
    who = models.CharField(max_length=64)
    at = models.DateTimeField()
    said = models.BinaryField(null=True)

    class Meta:
        db_table = "approval_given"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["approval", "number"], name="one_given_in_a_turn"),
            models.UniqueConstraint(fields=["approval", "who"], name="one_given_by_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.approval_id}: {self.number}"


class Colleague(models.Model):
    """Somebody who was seen acting for an organisation, so that they can be told what waits.

    organisation: digest. kinds: of customer, with commas around each.
    """

    person = models.CharField(max_length=64)
    organisation = models.CharField(max_length=64)
    kinds = models.CharField(max_length=1000)
    language = models.CharField(max_length=20)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "colleague"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "person"], name="one_colleague")
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.organisation[:8]}"
