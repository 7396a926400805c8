"""Keys that come by mail and by post: invitations, letters, links that open one row."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.utils.timezone import now

from balie.identity.invitations import Invited, invite, revoke
from balie.identity.linking import mail_links
from balie.identity.linking.mail_links import Opens
from balie.identity.models import MailLink
from balie.identity.models import Person as Account
from balie.proving.doors import DoorKind
from balie.proving.keys import Key
from balie.proving.people import Person
from balie.site.letters import codes_of
from balie.site.proved.making import MADE_UP, Making, account
from balie.site.sealing import trail_of

_MAIL = "/accounts/mail/"
_WEEK = timedelta(days=7)


async def invitations(making: Making) -> AsyncIterator[Key]:
    """An invitation is taken up by who has that address, once, and while it holds."""
    taker, note = making.unknown, trail_of(making.configuration).note
    name = str(next(iter(making.blueprint.me.names)))
    invited = Invited(address=taker.mail, purpose="link", about={"name": name, "key": MADE_UP})
    made = sync_to_async(invite)
    taken = Key(
        about="an invitation",
        method="POST",
        address="/accounts/invitations/",
        refuses=frozenset({200, 403, 404}),
    )
    _, token = await made(invited, now(), note)
    yield Key(about="a guessed invitation", address=f"/accounts/invitations/{'x' * 43}/")
    arrive = f"/accounts/invitations/{token}/"
    yield replace(taken, first=arrive, owner=taker, works=302)
    yield replace(taken, about="an invitation that was used", first=arrive)
    invitation, token = await made(invited, now(), note)
    await sync_to_async(revoke)(invitation.pk, now(), note)
    arrive = f"/accounts/invitations/{token}/"
    yield replace(taken, about="an invitation that was taken back", first=arrive)
    _, token = await made(invited, now() - 3 * _WEEK, note, _WEEK)
    arrive = f"/accounts/invitations/{token}/"
    yield replace(taken, about="an invitation that is over", first=arrive)


async def letters(making: Making) -> AsyncIterator[Key]:
    """A letter is used by who has all three of it, once."""
    codes = codes_of(making.blueprint, making.configuration)
    if codes is None:
        return
    name = str(next(iter(making.blueprint.me.names)))
    right = {"number": "900417", "postcode": "9999 ZZ"}
    make = sync_to_async(codes.make)
    code = await make(name, MADE_UP, right["number"], right["postcode"], now())
    right["code"] = code
    trying = Key(
        about="a letter of which something is wrong",
        method="POST",
        address="/accounts/activate/",
        only=tuple(making.customers[:1]),
        refuses=frozenset({422}),
    )
    for changed in ({"number": "900418"}, {"postcode": "9999 ZX"}, {"code": "22222-22222"}):
        yield replace(trying, form=right | changed)
    nobody_else = frozenset(one.name for one in making.people)
    yield replace(
        trying, about="a letter", form=right, only=(), owner=making.unknown, works=302,
        without=nobody_else,
    )  # fmt: skip
    yield replace(trying, about="a letter that was used", form=right)
    earlier = await make(name, MADE_UP, right["number"], right["postcode"], now())
    await make(name, MADE_UP, right["number"], right["postcode"], now())
    yield replace(trying, about="a letter before the last", form=right | {"code": earlier})


async def links(making: Making) -> AsyncIterator[Key]:
    """A link in a mail opens the one row that it is about, while it works, and nothing else."""
    found = next(_rows_of_two(making), None)
    out = next(one for one in making.people if not one.is_signed_in)
    guessed = Key(about="a guessed link", address=_MAIL)
    yield guessed
    yield replace(guessed, first=f"{_MAIL}{'x' * 43}/")
    if found is None:
        return
    owner, address, foreign = found
    owner_here = await sync_to_async(account)(owner)
    acting_for = min(owner.who.organisation, default=None)
    opens = Opens(mail="proved", person=owner_here.pk.hex, acting_for=acting_for, page=address)
    make = sync_to_async(mail_links.make)

    async def link(page: str, at: datetime) -> Key:
        token = await make(replace(opens, page=page), at, _WEEK)
        return replace(guessed, first=f"{_MAIL}{token}/")

    key = await link(address, now())
    yield replace(guessed, about="a guessed link, beside one", first=f"{_MAIL}{'x' * 43}/")
    yield replace(
        key, about="a link in a mail", only=(), owner=out, allowed=owner.allowed,
        without=frozenset(one.name for one in making.people),
    )  # fmt: skip
    await Account.objects.filter(pk=owner_here.pk).aupdate(is_active=False)
    yield replace(key, about="a link to somebody whose account is closed", only=(out,))
    await Account.objects.filter(pk=owner_here.pk).aupdate(is_active=True)
    kept = await MailLink.objects.select_related("person").afirst()
    if kept is not None:
        await sync_to_async(mail_links.end)(kept, now())
    yield replace(key, about="a link that was ended")
    key = await link(address, now() - 2 * _WEEK)
    yield replace(key, about="a link that is over")
    key = await link(foreign, now())
    yield replace(key, about="a link to a row of somebody else")
    for one in making.people:
        for name in [name for name in one.browser.cookies if name.endswith("-mail")]:
            del one.browser.cookies[name]


def _rows_of_two(making: Making) -> Iterator[tuple[Person, str, str]]:
    """Somebody who is asked no second step, an address of a row of theirs, and one of another's."""
    customers = making.blueprint.people.customers
    oracle = making.place.oracle
    for door in making.place.doors:
        if door.kind is not DoorKind.PAGE or len(door.braces) != 1:
            continue
        for one in making.customers:
            if any(customers[kind].extra_check for kind in one.who.kinds):
                continue
            mine, may = door.keys(one.who, oracle)
            for other in making.customers:
                foreign = door.keys(other.who, oracle)[0] - may
                if mine and foreign:
                    yield one, door.at(min(mine)), door.at(min(foreign))
