"""What identity keeps: people, their browsers' sessions, completed sign-ins, who they are to us."""

from typing import ClassVar, Self
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.timezone import now


class Person(AbstractBaseUser):
    """Somebody who signs in, customer or staff. Whoever has a staff role is staff.

    email: lower case; verified before a sign-in is ever completed.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    staff_roles = models.JSONField(default=list, blank=True)
    is_demo = models.BooleanField(default=False)  # made by the demo; see `people.refuse_demo`
    since = models.DateTimeField(default=now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        db_table = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name or str(self.pk)


class Session(AbstractBaseSession):
    """A browser's session as Django keeps it: half-finished sign-ins, messages. No page reads it.

    person: set once somebody signed in, so that all sessions of a person can be ended.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        db_table = "session"


class ViewerSession(models.Model):
    """One completed sign-in: the only thing that makes a visitor, on every page.

    cookie: digest of the cookie's value, which itself is not kept. fingerprint: of the password
    that held when it began. expires: seconds since 1970. device: what its owner knows it by.
    level: in how many steps they proved who they are. level_at: when, in seconds since 1970; 0 when
    nobody said.
    acting_for: the key of the organisation that was chosen, "" for in private; null: not chosen.
    representation: for whom this person acts in private. behind: the sign-in of somebody of staff
    who acts as this person, and with which this one ends; why: they do, a word of the audit.
    """

    cookie = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="viewer_sessions")
    fingerprint = models.CharField(max_length=64)
    expires = models.BigIntegerField(db_index=True)
    acting_for = models.CharField(max_length=200, null=True)
    representation = models.ForeignKey(
        "Representation", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    device = models.CharField(max_length=60, blank=True, default="")
    level = models.PositiveSmallIntegerField(default=1)
    level_at = models.BigIntegerField(default=0)
    behind = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="acting")
    why = models.CharField(max_length=20, blank=True, default="")
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "viewer_session"


class Recognition(models.Model):
    """Who a person is to a system: linked once, kept since. `name` is a name of `me`.

    A person may have several keys of one name. connection: the party whose word it rests on, ""
    for our own ways. claim: of that party, when it is read again at each sign-in. by: whoever made
    it, an id of a person; "" for the person themselves. ended: taken away; it stays, so that the
    same mail address does not link it anew.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recognitions")
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    why = models.CharField(max_length=200)
    connection = models.CharField(max_length=40, blank=True, default="")
    claim = models.CharField(max_length=100, blank=True, default="")
    by = models.CharField(max_length=32, blank=True, default="")
    since = models.DateTimeField(default=now)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "recognition"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "name", "key"], name="recognised_once_by_key")
        ]


class Invitation(models.Model):
    """A mail to one address that lets its reader take something up, once: `invitations`.

    token: a digest; the token itself is in the mail alone. address: in small letters. purpose: what
    is taken up. about: what with; ids and words of the blueprint. by: who invited, an id.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    token = models.CharField(max_length=64, unique=True)
    address = models.EmailField(db_index=True)
    purpose = models.CharField(max_length=40)
    about = models.JSONField(default=dict)
    by = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    taken_up = models.DateTimeField(null=True)
    taken_up_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "invitation"


class LetterCode(models.Model):
    """A code in a letter: `activation`. number, code: digests; code is of number, postcode and code
    together. name, key: of `me`, what it links. by: who had it made, an id.
    """

    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    number = models.CharField(max_length=64, db_index=True)
    code = models.CharField(max_length=64, unique=True)
    by = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)
    used_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "letter_code"
        indexes: ClassVar = [models.Index(fields=["name", "key"], name="letter_code_of_key")]


class ActivationTry(models.Model):
    """A code from a letter that was filled in. person, network: digests."""

    person = models.CharField(max_length=64, blank=True, db_index=True)
    network = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "activation_try"


class Membership(models.Model):
    """A person in an organisation, as Balie keeps it. A person may have several in one.

    organisation: its key, as the systems know it; "" for what somebody is in private.
    role: a kind of customer of the blueprint; "" for an administrator who has no pages by it.
    administers_below: administers the organisations right below this one as well.
    begins, ends: seconds since 1970; it holds from `begins` until just before `ends`.
    source: `local` or `claims`, which counts at every page, or `api`: what the systems said when
    this person signed in last, for lists alone. sign_in: that brought the claims; they go with it.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=100, blank=True)
    is_administrator = models.BooleanField(default=False)
    administers_below = models.BooleanField(default=False)
    begins = models.BigIntegerField(default=0)
    ends = models.BigIntegerField(null=True)
    source = models.CharField(max_length=10, default="local")
    sign_in = models.CharField(max_length=64, blank=True, default="")
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "membership"
        indexes: ClassVar = [
            models.Index(fields=["organisation"], name="membership_by_organisation")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "source", "sign_in"],
                name="member_once",
            )
        ]


class Organisation(models.Model):
    """An organisation whose name Balie keeps itself. parent: the key of the one above it, or ""."""

    key = models.CharField(max_length=200, primary_key=True)
    name = models.CharField(max_length=200)
    parent = models.CharField(max_length=200, blank=True, db_index=True)
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "organisation"


class Representation(models.Model):
    """Somebody who acts for somebody else in private, because that person lets them.

    begins, ends: seconds since 1970; it holds from `begins` until just before `ends`. ended: when
    one of the two ended it, whatever the dates say; ended_by: who, an id.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    represented = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="lets_act")
    representative = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="acts_for")
    begins = models.BigIntegerField()
    ends = models.BigIntegerField(null=True)
    ended = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=32, blank=True, default="")
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "representation"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["represented", "representative"],
                condition=models.Q(ended=None),
                name="represented_once_by",
            )
        ]


class OrganisationDomain(models.Model):
    """What stands behind the @ of people who may ask to join an organisation.

    proven: by staff or the operator; null: an administrator asked for it. by: who asked, an id.
    """

    organisation = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, db_index=True)
    by = models.CharField(max_length=32, blank=True, default="")
    proven = models.DateTimeField(null=True)
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "organisation_domain"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "domain"], name="domain_once_of_an_organisation"
            )
        ]


class JoinRequest(models.Model):
    """Somebody who asks to join an organisation. words: of theirs; answer: why it was refused.

    ending: "" while it waits, then `accepted`, `refused` or `taken back`. by: who decided, an id.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="join_requests")
    organisation = models.CharField(max_length=200, db_index=True)
    words = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()
    ending = models.CharField(max_length=10, blank=True, default="")
    decided = models.DateTimeField(null=True)
    by = models.CharField(max_length=32, blank=True, default="")
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "join_request"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=models.Q(ending=""),
                name="asks_to_join_once",
            )
        ]


class MailLink(models.Model):
    """A link in a mail that opens one page without signing in: `mail_links`. token, mail: digests.

    page: the address that it opens. ended: by whoever had it, or by staff.
    """

    token = models.CharField(max_length=64, unique=True)
    mail = models.CharField(max_length=64, db_index=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mail_links")
    acting_for = models.CharField(max_length=200, null=True)
    page = models.CharField(max_length=500)
    at = models.DateTimeField()
    expires = models.DateTimeField(db_index=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_link"


class DemoMail(models.Model):
    """A mail that the demo did not send, to be read in the browser."""

    to = models.TextField()
    subject = models.TextField()
    body = models.TextField()
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "demo_mail"
        ordering: ClassVar[list[str]] = ["-at", "-pk"]


class GuardCode(models.Model):
    """Codes for a change of address: one to the new address, and one to the old or a password.

    Everything is a digest with the site's secret: nothing can be read back. target: of person,
    form and new address. address: of the new address alone, to count how often it is written to.
    used_by: of the form that it was used for. tries: wrong ones, of either.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    code = models.CharField(max_length=64)
    own_code = models.CharField(max_length=64, blank=True)
    used_by = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "guard_code"
        indexes: ClassVar = [
            models.Index(fields=["person", "target"], name="guard_code_of_person"),
            models.Index(fields=["address"], name="guard_code_of_address"),
            models.Index(fields=["at"], name="guard_code_by_age"),
        ]


class LoginConnection(models.Model):
    """A party that people may sign in with: `balie logins`. `sealed` is its secret, or our key."""

    name = models.CharField(max_length=40, primary_key=True)
    settings = models.JSONField()
    sealed = models.BinaryField()
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "login_connection"


class ProviderIdentity(models.Model):
    """Who a person is to a provider: linked once, by a proved mail address, and kept since.

    subject: the provider's own name for them. connection: by which it was linked.
    """

    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identities")
    connection = models.CharField(max_length=40)
    why = models.CharField(max_length=200)
    since = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "provider_identity"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="known_to_a_provider_once")
        ]


class ProviderSession(models.Model):
    """The session at the provider in which a sign-in was made. It ends with the sign-in.

    sub, sid: as its ID token said. sealed: that token, to sign out there with.
    """

    sign_in = models.OneToOneField(
        ViewerSession, on_delete=models.CASCADE, primary_key=True, related_name="at_provider"
    )
    connection = models.CharField(max_length=40)
    issuer = models.CharField(max_length=500)
    sub = models.CharField(max_length=255)
    sid = models.CharField(max_length=255, blank=True)
    sealed = models.BinaryField()

    class Meta:
        db_table = "provider_session"
        indexes: ClassVar = [
            models.Index(fields=["issuer", "sid"], name="provider_session_by_sid"),
            models.Index(fields=["issuer", "sub"], name="provider_session_by_sub"),
        ]


class SeenToken(models.Model):
    """A token that ended a session: it counts once. name: a digest. until: seconds since 1970."""

    name = models.CharField(max_length=64, primary_key=True)
    until = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "seen_token"
