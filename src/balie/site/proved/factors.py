"""Keys of what somebody signs in with: passkeys, and sign-ins elsewhere."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as STEPS
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils.timezone import now

from balie.proving.keys import Key
from balie.proving.people import Person
from balie.site.proved.making import Making, account


async def passkeys(making: Making) -> AsyncIterator[Key]:
    """A passkey is changed and removed by whose it is."""
    one, *others = making.customers
    for person in making.customers:
        await sync_to_async(_proved_lately)(person)
    mark = making.mark(one)
    made = await Authenticator.objects.acreate(
        user=await sync_to_async(account)(one),
        type=Authenticator.Type.WEBAUTHN,
        data={"name": mark, "credential": {}},
    )
    at = f"/accounts/passkeys/{made.pk}/"
    name = {"name": making.mark(one)}
    asked = Key(about="a passkey", address=f"{at}name/", owner=one, only=tuple(others))
    yield asked
    yield replace(asked, method="POST", form=name, works=302)
    yield replace(asked, address=f"{at}remove/")
    yield replace(asked, address=f"{at}remove/", method="POST", works=302)


def _proved_lately(person: Person) -> None:
    """As who just proved again who they are; else they would be asked to, and see no more."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    session = store(person.browser.cookies[settings.SESSION_COOKIE_NAME])
    at = now().timestamp()
    session[STEPS] = [{"method": "password", "at": at, "reauthenticated": True}]
    session[f"{STEPS}_user"] = user_id_to_str(account(person))
    session.save()


async def sign_ins(making: Making) -> AsyncIterator[Key]:
    """A sign-in elsewhere is ended by whose it is."""
    one = making.customers[0]
    await making.signed_in(one)
    page = await one.browser.get("/accounts/sessions/")
    found = re.search(r'name="mark" value="([0-9a-f]{16})"', page.text)
    if found is not None:
        yield Key(
            about="a sign-in of somebody",
            method="POST",
            address="/accounts/sessions/",
            form={"mark": found[1]},
            owner=one,
            works=302,
            refuses=frozenset({302, 404}),
        )
