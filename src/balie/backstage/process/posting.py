"""Sends the mails that stories cause: with the values of that moment, to the verified address.

A mail is kept once, under what makes it one. It is tried again until it went or is too old; a
try that was killed between the mail server's yes and our note of it may send it twice, with the
same `Message-ID`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from balie.access.viewer import Viewer, Visitor, anybody
from balie.backstage.actions import Action, Receipt, Told
from balie.backstage.plans import references
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.presenting import Presenting
from balie.backstage.process.instance import Mail
from balie.backstage.process.knowing import About, SystemsKnow
from balie.backstage.process.letters import LINK, RECEIPT, Letter, Template, template, written
from balie.backstage.process.story import Story
from balie.backstage.reach import Reach
from balie.backstage.routes import address_of
from balie.backstage.telling import Tellers
from balie.blueprint.model import A_MAIL_ADDRESS, EVERYBODY, Blueprint, Colleague, Thing
from balie.mapping import formats
from balie.mapping.clear import Unreadable
from balie.mapping.thing import MappedThing, Record
from balie.systems.errors import SystemFault
from balie.words.languages import MODEL, flat, part, spoken

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_TOO_OLD = timedelta(days=3)
_SENDER = "sender"  # in our own words: who acts for the customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A letter for somebody. key: the same however often it is tried; nothing personal."""

    key: str
    to: str
    language: str
    letter: Letter


class Post(Protocol):
    """Gives letters to a mail server."""

    async def send(self, envelope: Envelope) -> None:
        """Sends it. Raises OSError when it cannot be given away now."""
        ...


class Opening(Protocol):
    """Makes links that open one page for a while without signing in."""

    async def make(self, mail: Mail, page: str, life: timedelta) -> str:
        """The address on this site that opens the page at `page`, for whom the mail goes to."""
        ...


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail that is due. key: of its row; nothing personal."""

    key: str
    mail: Mail
    tries: int


class DueMails(Protocol):
    """Keeps mails until they went."""

    async def due(self, now: datetime, most: int = 100) -> Sequence[DueMail]:
        """Those that can be tried now, oldest first."""
        ...

    async def went(self, key: str, at: datetime) -> None:
        """It was sent."""
        ...

    async def later(self, key: str, at: datetime | None, why: str) -> None:
        """It could not be sent; at: when to try again, None for never. why: without any value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What sending needs.

    visitor: a person -> their completed sign-in as it is now, with the verified address; None when
    there is none. viewer: who that is to the systems. address: of the portal, no slash at the end.
    own: writes mails of which the text is Balie's own; their names have a colon. addressee: whom
    those go to, also before they ever signed in: it holds them against the systems.
    opening: makes links that open without signing in.
    sent: an action -> what was sent. receipt_at: a step and a reference -> the receipt's address.
    """

    mails: DueMails
    stories: Callable[[str], Story | None]
    know: SystemsKnow
    visitor: Callable[[str, str | None], Awaitable[Visitor | None]]
    viewer: Callable[[Visitor], Awaitable[Viewer]]
    post: Post
    clock: Clock
    incidents: Incidents
    address: str
    sent: Callable[[str], Awaitable[Receipt | None]]
    receipt_at: Callable[[str, str], str]
    own: Callable[[Mail, Viewer], Awaitable[Letter | None]] | None = None
    addressee: Callable[[str, str | None], Awaitable[Visitor | None]] | None = None
    opening: Opening | None = None

    async def send_due(self) -> None:
        """Sends what is due. One that cannot be sent holds up no other."""
        for due in await self.mails.due(self.clock.now()):
            try:
                envelope = await self._envelope(due)
                if envelope is not None:
                    await self.post.send(envelope)
                    await self.mails.went(due.key, self.clock.now())
            except (SystemFault, Unreadable) as fault:
                await self._later(due, str(fault))
            except OSError as fault:
                await self._later(due, f"the mail server: {type(fault).__name__}")

    async def _envelope(self, due: DueMail) -> Envelope | None:
        """The letter in its envelope; None when it can never be sent, which is noted."""
        mail = due.mail
        if self.own is not None and ":" in mail.mail:
            return await self._of_our_own(due, self.own)
        story = self.stories(mail.version)
        text = None if story is None else template(story.blueprint, mail.mail, mail.language)
        if story is None or text is None:
            self._report(mail, f'there is no text for the mail "{mail.mail}"')
            await self.mails.later(due.key, None, "there is no such mail")
            return None
        action = await self._action(story, mail, text)
        text = with_sender(story.blueprint, text, action)
        to = await self._to(story, mail, action)
        if to is None:
            await self.mails.later(due.key, None, "there is no address to write to")
            return None
        letter = await self._letter(story, mail, text, to.viewer, action)
        return Envelope(key=due.key, to=to.mail, language=text.language, letter=letter)

    async def _of_our_own(
        self, due: DueMail, own: Callable[[Mail, Viewer], Awaitable[Letter | None]]
    ) -> Envelope | None:
        mail = due.mail
        visitor = await (self.addressee or self.visitor)(mail.person, mail.acting_for)
        letter = None if visitor is None else await own(mail, await self.viewer(visitor))
        if visitor is None or letter is None:
            await self.mails.later(due.key, None, "there is nobody to tell any more")
            return None
        return Envelope(key=due.key, to=visitor.email, language=mail.language, letter=letter)

    async def _action(self, story: Story, mail: Mail, text: Template) -> Action | None:
        """What was sent, where the mail is about it: by somebody who did not sign in, always; and
        where somebody else may have sent it.
        """
        tells = any(name.partition(".")[0] == RECEIPT for name in text.names)
        tells = tells or story.blueprint.representatives is not None
        if not tells and mail.person != EVERYBODY:
            return None
        receipt = await self.sent(mail.id.partition(":")[0])
        return None if receipt is None else receipt.action

    async def _to(self, story: Story, mail: Mail, action: Action | None) -> "_To | None":
        """Who gets the mail: who is signed up, or else whatever address was filled in."""
        if mail.person == EVERYBODY:
            made = story.things[mail.thing].thing
            address = "" if action is None else _address_in(made, action)
            return _To(address, anybody()) if address else None
        visitor = await self.visitor(mail.person, mail.acting_for)
        return None if visitor is None else _To(visitor.email, await self.viewer(visitor))

    async def _letter(
        self, story: Story, mail: Mail, text: Template, viewer: Viewer, action: Action | None
    ) -> Letter:
        told = {} if action is None else _told_of(action, text.language, str(story.blueprint.zone))
        if mail.person == EVERYBODY:
            return self._for_everybody(story, mail, text, told, action)
        about = About(mail.thing, mail.row)
        names = [name for name in text.names if "." in name and name not in told]
        page = story.step(mail.step).screen
        address = "/" if page is None else str(page.address or "/")
        named = (f"{thing}.{field}" for thing, field in references(address))
        records = await self.know.records(story, about, viewer, (*names, *named))
        presenting = self._presenting(story, viewer, text.language)
        said = {name: _said(presenting, records, name) for name in names}
        filled = _filled(address, story.things, records)
        link = self.address + await self._opened(story, mail, filled)
        said.update(told)
        return written(text, lambda name: link if name == LINK else said.get(name, ""), link)

    async def _opened(self, story: Story, mail: Mail, page: str) -> str:
        """The page itself, or what opens it without signing in where the blueprint says so."""
        tells = (one for one in story.step(mail.step).tells if str(one.mail) == mail.mail)
        life = next((one.opens for one in tells if one.opens is not None), None)
        if life is None or self.opening is None or page == "/":
            return page
        return await self.opening.make(mail, page, life.length)

    def _for_everybody(
        self,
        story: Story,
        mail: Mail,
        text: Template,
        told: Mapping[str, str],
        action: Action | None,
    ) -> Letter:
        """For somebody who did not sign in: what they sent, and nothing that a system has."""
        presenting = self._presenting(story, anybody(), text.language)
        said = {name: _said(presenting, {}, name) for name in text.names if "." in name}
        answers = () if action is None else action.answers
        said.update({f"{mail.thing}.{one.field}": one.text for one in answers})
        said.update(told)
        reference = "" if action is None else action.reference
        link = self.address + self.receipt_at(mail.step, reference)
        return written(text, lambda name: link if name == LINK else said.get(name, ""), link)

    def _presenting(self, story: Story, viewer: Viewer, language: str) -> Presenting:
        return Presenting(
            story.blueprint,
            story.things,
            Reach(()),
            viewer,
            language,
            self.clock.now(),
            Tellers(story.blueprint, language),
        )

    async def _later(self, due: DueMail, why: str) -> None:
        now = self.clock.now()
        if now - due.mail.at > _TOO_OLD:
            self._report(due.mail, f'a mail "{due.mail.mail}" was given up: {why}')
            await self.mails.later(due.key, None, why)
            return
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(due.tries, 10))
        await self.mails.later(due.key, now + pause, why)

    def _report(self, mail: Mail, about: str) -> None:
        self.incidents.report(
            Incident(
                kind=IncidentKind.FAILED,
                system="",
                table="",
                about=about,
                at=self.clock.now(),
                step=mail.step,
            )
        )


@dataclass(frozen=True, slots=True)
class _To:
    """Who gets a mail, and who that is to the systems. mail: personal."""

    mail: str
    viewer: Viewer


def with_sender(blueprint: Blueprint, text: Template, action: Action | None) -> Template:
    """The same mail, which says that a representative sent it when that is so."""
    if action is None or not action.sent_by:
        return text
    language = text.language if text.language in spoken() else MODEL
    words = flat(part(language, "pages"), str(blueprint.address_customers_as))
    said = words["representing.mailed"]
    return replace(text, body=f"{text.body}\n\n{said}")


def _address_in(thing: Thing, action: Action) -> str:
    """The address that was filled in, for the mail about it; "" for none."""
    names = [str(field.id) for field in thing.fields.values() if field.must_be == A_MAIL_ADDRESS]
    said = {told.field: told.text for told in action.answers}
    return next((said[name] for name in names if said.get(name)), "")


def _told_of(action: Action, language: str, zone: str) -> Mapping[str, str]:
    """What a mail may say of what was sent: when, as what, and all that was filled in."""
    here = action.at.astimezone(ZoneInfo(zone))
    when = f"{formats.day(here.date(), language)}, {formats.clock_time(here, language)}"
    answers = "\n".join(_line(one) for one in action.answers if one.text)
    return {
        f"{RECEIPT}.reference": action.reference,
        f"{RECEIPT}.time": when,
        f"{RECEIPT}.answers": answers,
        _SENDER: action.sent_by,
    }


def _line(told: Told) -> str:
    """A question with its answer: `Your name: Ann`, `Why? Too small`."""
    return f"{told.label} {told.text}" if told.label[-1:] in "?:" else f"{told.label}: {told.text}"


def _filled(address: str, things: Mapping[str, MappedThing], records: Mapping[str, Record]) -> str:
    """The page of this row; the first page when that cannot be known."""
    values = {
        (thing, field): records[thing].key
        for thing, field in references(address)
        if thing in records and things[thing].is_key(field)
    }
    return address_of(address, values) or "/"


def _said(presenting: Presenting, records: Mapping[str, Record], name: str) -> str:
    """What a name comes to for this viewer: `contact.first_name`, `service.phone`."""
    of, _, rest = name.partition(".")
    team = presenting.blueprint.people.staff.get(of)
    if team is not None and of not in presenting.things:
        return _of_team(presenting, team, rest)
    thing, record = presenting.things.get(of), records.get(of)
    if thing is None or record is None or not presenting.visible(thing, (rest,)):
        return ""
    return presenting.cell(thing, thing.fields[rest], record).text


def _of_team(presenting: Presenting, team: Colleague, word: str) -> str:
    said = {"name": team.name, "phone": team.phone, "hours": team.hours}.get(word)
    return "" if said is None else presenting.say(said)
