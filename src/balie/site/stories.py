"""What happens behind the line of visibility, put together: stories that run, mails, news."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from balie.access.viewer import Viewer
from balie.backstage.actions import Receipt
from balie.backstage.inbox import Inbox
from balie.backstage.ports import Clock, Incidents
from balie.backstage.process.instance import Event, Mail
from balie.backstage.process.knowing import SystemsKnow, sources_of_now
from balie.backstage.process.letters import Letter
from balie.backstage.process.mails import DROPPED, mail_of_our_own, mails_about
from balie.backstage.process.posting import Posting
from balie.backstage.process.processes import Processes
from balie.backstage.process.story import Story, story
from balie.blueprint.reader import read_opened
from balie.site.accepting import records_of
from balie.site.approvals import ApprovalLetters, approvals_of, known_in
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import Connected, clock_of
from balie.site.contracts import described
from balie.site.dropped import DroppedLetters
from balie.site.inboxes import Inboxes, texts_of
from balie.site.post import DjangoPost, MailLinks, People
from balie.site.rounds import Round
from balie.store.actions import StoredActions
from balie.store.approvals import StoredApprovals
from balie.store.inbox import StoredInbox
from balie.store.instances import StoredInstances
from balie.store.mails import StoredMails
from balie.store.versions import StoredVersions
from balie.systems.news import events_of

_AT_ONCE, _SOON, _HOURLY = 1.0, 2.0, 3600.0  # seconds


@dataclass
class Versions:
    """The stories of every version by which something is under way."""

    stored: StoredVersions
    now: Story
    clock: Clock
    _known: dict[str, Story | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known[self.now.blueprint.version] = self.now

    def __call__(self, version: str) -> Story | None:
        """The story of a version; None when it is not there any more."""
        return self._known.get(version)

    async def keep(self) -> None:
        """Keeps the files of this version, for whatever begins with it."""
        await self.stored.keep(self.now.blueprint, self.clock.now())

    async def look(self) -> None:
        """Reads those that were kept meanwhile."""
        for version in await self.stored.names() - set(self._known):
            self._known[version] = await self._read(version)

    async def _read(self, version: str) -> Story | None:
        folder = await self.stored.get(version)
        blueprint = None if folder is None else read_opened(folder).blueprint
        if blueprint is None:
            return None
        try:
            return story(blueprint, described(blueprint).contracts)
        except (ValueError, LookupError):  # it ran once; a newer Balie reads it no more
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """Everything that runs behind the line of visibility."""

    versions: Versions
    processes: Processes
    posting: Posting
    instances: StoredInstances
    mails: StoredMails
    actions: StoredActions
    clock: Clock
    approvals: StoredApprovals
    inboxes: Inboxes | None = None

    def rounds(self) -> tuple[Round, ...]:
        """What is done again and again. Each round may be killed anywhere."""
        return (
            Round("stories that came further", _AT_ONCE, self.hear_of_actions),
            Round("news of systems", _AT_ONCE, self.hear_of_news),
            Round("stories that are due", _AT_ONCE, self.go_on),
            Round("approvals", _SOON, self.approvals.look),
            Round("mails", _SOON, self.posting.send_due),
            *(() if self.inboxes is None else (Round("inboxes", _SOON, self.inboxes.look),)),
            Round("forgetting what is over", _HOURLY, self.forget),
        )

    async def came_further(self, action: str) -> None:
        """Goes on with whoever waits for an action, and has the mails sent that are about it."""
        receipt = await self.actions.carry(action)
        if receipt is None:
            return
        await self.versions.look()
        told = self.versions(receipt.action.version)
        story = () if told is None else _mails(told, receipt)
        await self.mails.add((*story, *mail_of_our_own(receipt)))
        await self.processes.carried(action)

    async def hear_of_actions(self) -> None:
        """Those that came further while nobody was there to hear of it."""
        for action, marks in (await self.actions.further()).items():
            await self.came_further(action)
            await self.actions.told(marks)

    async def hear_of_news(self) -> None:
        """What systems told: whoever waits for it, or is about that row, looks again."""
        for event in await self.instances.unseen():
            await self.versions.look()
            for id_ in await self._concerned(event):
                await self.processes.advance(id_)
            await self.instances.seen(event)

    async def go_on(self) -> None:
        """Goes on with every story whose time has come."""
        await self.versions.look()
        await self.processes.sweep()

    async def forget(self) -> None:
        """Forgets what was kept for long enough."""
        now = self.clock.now()
        await self.instances.forget_events(now)
        await self.mails.forget(now)
        await self.versions.keep()
        await self.versions.stored.forget(now)

    async def _concerned(self, event: Event) -> list[str]:
        waiting = list(await self.instances.expecting(event.id))
        for thing in _things_of(self.versions.now, event):
            waiting += await self.instances.about(thing, event.key)
        return list(dict.fromkeys(waiting))


@dataclass(frozen=True, slots=True)
class OwnLetters:
    """Writes the mails of which the text is Balie's own."""

    approvals: ApprovalLetters
    dropped: DroppedLetters

    async def letter(self, mail: Mail, viewer: Viewer) -> Letter | None:
        """The letter; None when there is nothing to tell this viewer any more."""
        if mail.mail == DROPPED:
            return await self.dropped.letter(mail)
        return await self.approvals.letter(mail, viewer)


def stories_of(
    found: Checked,
    configuration: Configuration,
    connected: Connected,
    actions: StoredActions,
    incidents: Incidents,
    clock: Clock | None = None,
) -> Stories:
    """The stories of a blueprint, on the systems and the database that are open."""
    clock = clock or clock_of(found.blueprint)
    records, unit = records_of(configuration), actions.work
    people, address = People(unit), configuration.public_url.rstrip("/")
    letters = OwnLetters(
        ApprovalLetters(connected.service, actions, people, clock, address),
        DroppedLetters(connected.service, actions, address),
    )
    instances = StoredInstances(unit, records, actions.accept_now)
    mails = StoredMails(unit, records)
    versions = Versions(StoredVersions(unit), story(found.blueprint, found.contracts), clock)
    sources = sources_of_now(connected.connectors, clock, incidents, records.secret)
    know = SystemsKnow(sources=sources, stories=versions, clock=clock, incidents=incidents)
    posting = Posting(
        mails=mails,
        stories=versions,
        know=know,
        visitor=people.visitor,
        viewer=connected.service.recognised,
        post=DjangoPost(unit, configuration.public_url),
        clock=clock,
        incidents=incidents,
        address=address,
        sent=actions.carry,
        receipt_at=connected.service.receipt_address,
        own=letters.letter,
        addressee=people.addressee,
        opening=MailLinks(unit, clock.now),
    )
    processes = Processes(
        instances=instances, actions=actions, known=know, stories=versions, clock=clock
    )
    return Stories(
        versions=versions,
        processes=processes,
        posting=posting,
        instances=instances,
        mails=mails,
        actions=actions,
        clock=clock,
        approvals=approvals_of(configuration, actions, known_in(found, connected, actions)),
        inboxes=_inboxes(found, actions, instances, posting, versions),
    )


def _inboxes(
    found: Checked,
    actions: StoredActions,
    instances: StoredInstances,
    posting: Posting,
    versions: Versions,
) -> Inboxes | None:
    """Where work for people arrives as well; None when the blueprint says nothing of it."""
    if found.blueprint.inboxes is None:
        return None
    return Inboxes(
        inbox=Inbox(
            blueprint=found.blueprint, contracts=found.contracts, inboxes=found.blueprint.inboxes
        ),
        kept=StoredInbox(actions),
        instances=instances,
        story=lambda: versions.now,
        visitor=posting.visitor,
        viewer=posting.viewer,
        clock=posting.clock,
        incidents=posting.incidents,
        address=posting.address,
        say=texts_of(found.blueprint),
    )


async def keep_version(found: Checked, actions: StoredActions, clock: Clock) -> None:
    """Keeps the files of this version, for whatever begins with it."""
    await StoredVersions(actions.work).keep(found.blueprint, clock.now())


def _mails(told: Story, receipt: Receipt) -> tuple[Mail, ...]:
    """The mails about a form that are due by now."""
    step = next((one for one in told.blueprint.steps if one.id == receipt.action.step), None)
    return () if step is None else mails_about(step, receipt)


def _things_of(now: Story, event: Event) -> Iterator[str]:
    """The things whose rows an event names by the key that their system knows them by."""
    system = now.blueprint.systems.get(event.system)
    told_of = None if system is None else events_of(system.what_it_does_not_say).get(event.name)
    if told_of is None:
        return
    for thing in now.things.values():
        for source in thing.sources[:1]:
            at = (source.at.system, source.at.table)
            if at == (event.system, told_of.table) and told_of.field in source.table.key:
                yield thing.id
