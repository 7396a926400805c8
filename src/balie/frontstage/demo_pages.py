"""The demo's own pages: who you can be, what can happen, the drawing. Outside a demo: none."""

from dataclasses import replace
from http import HTTPStatus

from markupsafe import Markup

from balie.blueprint.drawing.draw import draw
from balie.frontstage.asking import READ_ONLY, Answer, Ask, see_other
from balie.frontstage.looks import Looks
from balie.frontstage.messages import Messages
from balie.frontstage.rehearsed import DemoPerson, Rehearsed
from balie.frontstage.surroundings import Surroundings

_SYSTEMS, _HAPPENINGS = "/demo/systems/", "/demo/happenings"


class DemoPages:
    """Answers what is asked below `/demo`."""

    def __init__(
        self, rehearsed: Rehearsed, looks: Looks, surroundings: Surroundings, messages: Messages
    ) -> None:
        self._rehearsed = rehearsed
        self._looks = looks
        self._surroundings = surroundings
        self._messages = messages

    async def answer(self, ask: Ask) -> Answer:
        """The page, or what a button did."""
        match ask.path, ask.method in READ_ONLY:
            case "/demo", True:
                return await self._start(ask)
            case "/demo/drawing", True:
                return await self._drawing(ask)
            case "/demo/happenings", True:
                return await self._happenings(ask)
            case "/demo/happenings", False:
                return await self._happen(ask)
            case path, False if path.startswith(_SYSTEMS):
                return await self._switch(ask)
        return await self._messages.not_found(ask)

    async def _start(self, ask: Ask) -> Answer:
        language = ask.preferences.language
        people = [self._in(language, person) for person in self._rehearsed.people]
        return await self._page(ask, "demo.html", people=people)

    async def _drawing(self, ask: Ask) -> Answer:
        drawn = draw(self._surroundings.blueprint, ask.preferences.language)
        return await self._page(ask, "drawing.html", drawing=Markup(drawn))  # noqa: S704 escaped

    async def _happenings(self, ask: Ask) -> Answer:
        return await self._page(
            ask,
            "happenings.html",
            titles=self._rehearsed.titles,
            happenings=await self._rehearsed.happenings.offered(),
            done=next(iter(ask.query.get("done", ())), ""),
        )

    async def _happen(self, ask: Ask) -> Answer:
        done = await self._rehearsed.happenings.happen(
            ask.said("system"), ask.said("name"), ask.said("key")
        )
        return see_other(f"{_HAPPENINGS}?done={'yes' if done else 'no'}")

    async def _switch(self, ask: Ask) -> Answer:
        system = ask.path.removeprefix(_SYSTEMS)
        if await self._rehearsed.switch_to(system, ask.said("mode")):
            return see_other(_here(ask.said("next") or "/"))
        return await self._messages.not_found(ask)

    async def _page(self, ask: Ask, template: str, **context: object) -> Answer:
        page = self._looks.render(template, await self._messages.chrome(ask), **context)
        return Answer(status=HTTPStatus.OK, body=page.encode())

    def _in(self, language: str, person: DemoPerson) -> DemoPerson:
        """Somebody of the demo, with their roles in the reader's language."""
        say = self._surroundings.blueprint.say
        roles = ", ".join(say(role, language) for role in person.role.split(", "))
        return replace(person, role=roles)


def _here(address: str) -> str:
    """The address when it is one of ours, else the first page."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours and address.isprintable() and address.isascii() else "/"
