"""What stands behind the @ of people who may ask to join an organisation.

A domain counts once staff, or the operator, said that it is the organisation's. Its administrator
may ask for the one of their own proved address. Of a provider of mail for everybody it is never.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import now

from balie.backstage.auditing import Note
from balie.identity.connections.connection import domain_of
from balie.identity.models import OrganisationDomain, Person

_PUBLIC = """
gmail.com googlemail.com outlook.com outlook.nl hotmail.com hotmail.nl hotmail.fr hotmail.de
hotmail.be hotmail.co.uk live.com live.nl live.be live.fr msn.com yahoo.com yahoo.nl yahoo.fr
yahoo.de yahoo.co.uk ymail.com aol.com icloud.com me.com mac.com proton.me protonmail.com
pm.me tutanota.com tuta.io gmx.com gmx.net gmx.de gmx.at web.de t-online.de freenet.de
mail.com mail.ru yandex.com yandex.ru zoho.com fastmail.com hey.com duck.com mailbox.org
posteo.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net telenet.be skynet.be proximus.be
ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl xs4all.nl home.nl casema.nl chello.nl
upcmail.nl quicknet.nl online.nl tele2.nl zonnet.nl solcon.nl caiway.nl freeler.nl wanadoo.nl
libero.it virgilio.it tiscali.it qq.com 163.com 126.com sina.com naver.com comcast.net
verizon.net att.net btinternet.com sky.com virginmedia.com
"""

PUBLIC = frozenset(_PUBLIC.split())
"""Providers of mail for everybody: who has an address there is of no organisation by it."""


def is_domain(text: str) -> bool:
    """Whether a text can stand behind the @, in small letters: with a dot, and nothing strange."""
    parts = text.split(".")
    return len(text) <= 253 and len(parts) > 1 and all(map(_is_label, parts))


def _is_label(part: str) -> bool:
    plain = part.replace("-", "a")
    return 0 < len(part) <= 63 and plain.isascii() and plain.isalnum() and part.strip("-") == part


def declared(organisation: str) -> Sequence[OrganisationDomain]:
    """Those of an organisation, also those that nobody of ours looked at yet."""
    return list(OrganisationDomain.objects.filter(organisation=organisation).order_by("domain"))


def organisations_of(address: str) -> Sequence[str]:
    """The organisations that somebody with this address may ask to join."""
    rows = OrganisationDomain.objects.filter(domain=domain_of(address)).exclude(proven=None)
    return list(rows.order_by("organisation").values_list("organisation", flat=True))


def has_organisation(address: str) -> bool:
    """Whether somebody with this address may sign in to ask."""
    return bool(organisations_of(address))


@transaction.atomic
def prove(organisation: str, domain: str, note: Note) -> None:
    """From now on this domain is the organisation's, because staff say so."""
    OrganisationDomain.objects.update_or_create(
        organisation=organisation, domain=domain, defaults={"proven": now()}
    )
    note("domain proven", who="", about=organisation, more=domain, organisation=organisation)


@transaction.atomic
def remove(organisation: str, domain: str, note: Note, by: str = "") -> bool:
    """It is not any more; False when it was not. Who joined by it stays. by: who does, an id."""
    rows = OrganisationDomain.objects.filter(organisation=organisation, domain=domain)
    if rows.delete()[0] == 0:
        return False
    note("domain removed", who=by, about=organisation, more=domain, organisation=organisation)
    return True


@transaction.atomic
def ask_for_own(organisation: str, person: Person, note: Note) -> bool:
    """An administrator asks that the domain of their own address counts; staff decide. False when
    it cannot be: it is of a provider for everybody, or stands there already.
    """
    domain = domain_of(person.email)
    if domain in PUBLIC or not is_domain(domain):
        return False
    _, is_new = OrganisationDomain.objects.get_or_create(
        organisation=organisation, domain=domain, defaults={"by": person.pk.hex}
    )
    if is_new:
        who = person.pk.hex
        note("domain asked", who=who, about=organisation, more=domain, organisation=organisation)
    return is_new
