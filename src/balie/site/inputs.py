"""What comes in with forms besides answers, put together: files, drafts, codes, sign-ins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from balie.backstage.forms.inputs import Inputs
from balie.backstage.forms.sign_in_changes import SignInChanges
from balie.blueprint.model import Blueprint
from balie.frontstage.languages import words_of
from balie.identity.addresses.guarding import GuardByMail
from balie.identity.addresses.sign_ins import SignInAddresses
from balie.identity.letters import Letters
from balie.identity.linking.mail_links import forget_old
from balie.site.connecting import utc_now
from balie.site.rounds import Round
from balie.store.actions import StoredActions
from balie.store.drafts import StoredDrafts
from balie.store.sign_in_changes import StoredSignInChanges
from balie.store.uploads import StoredUploads

_SOON, _HOURLY = 2, 3600  # seconds


@dataclass(frozen=True, slots=True)
class StoredInputs:
    """Where all of it is kept: in the same tables for who accepts and for who carries."""

    uploads: StoredUploads
    drafts: StoredDrafts
    guard: GuardByMail
    sign_ins: SignInChanges
    now: Callable[[], datetime]

    @property
    def inputs(self) -> Inputs:
        """As forms know it."""
        return Inputs(files=self.uploads, guard=self.guard, drafts=self.drafts)

    def rounds(self) -> Sequence[Round]:
        """What is done beside carrying: sign-ins that change, and what is kept no longer."""
        return (
            Round("sign-ins that change", _SOON, self.sign_ins.sweep),
            Round("files that are due", _HOURLY, partial(self._erase, self.uploads)),
            Round("drafts that are due", _HOURLY, partial(self._erase, self.drafts)),
            Round("codes that are over", _HOURLY, partial(self._erase, self.guard)),
            Round("links in mails that are over", _HOURLY, self._forget_links),
        )

    async def _forget_links(self) -> None:
        await self.guard.work.write(lambda: forget_old(self.now()))

    async def _erase(self, kept: StoredUploads | StoredDrafts | GuardByMail) -> None:
        await kept.erase_due(self.now())


def stored_inputs(
    blueprint: Blueprint,
    actions: StoredActions,
    secret: bytes,
    now: Callable[[], datetime] = utc_now,
) -> StoredInputs:
    """All that comes in besides answers. secret: what digests are made with."""
    work, cipher = actions.work, actions.cipher
    letters = letters_of(blueprint)
    return StoredInputs(
        uploads=StoredUploads(work, cipher, now),
        drafts=StoredDrafts(work, cipher, secret, now),
        guard=GuardByMail(work, letters, secret, now),
        sign_ins=SignInChanges(
            StoredSignInChanges(work, cipher, now),
            actions,
            SignInAddresses(work, letters),
            now,
        ),
        now=now,
    )


def letters_of(blueprint: Blueprint) -> Letters:
    """Mails about signing in, in the words of this blueprint's languages."""
    words = words_of(blueprint)
    return Letters(
        say=lambda language, key, **values: words[language].say(key, **values),
        service=lambda language: blueprint.say(blueprint.service, language),
        brand=str(blueprint.brand.name),
    )
