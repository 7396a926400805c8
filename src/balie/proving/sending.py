"""Proves what can be sent: no form, token, draft, file or receipt of somebody else's works."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

from balie.proving.browsing import HTML, JSON, Answer
from balie.proving.doors import Door, DoorKind
from balie.proving.people import Person
from balie.proving.reading import Place, difference, same, without
from balie.systems.rows import Raw

Count = Callable[[], Awaitable[int]]
"""How many forms were accepted in all."""

TYPED = re.compile(r"mt[0-9a-f]{6}q")
_NEEDED = re.compile(r'\w+\.(\w+)\s*==\s*"([^"]+)"')
_HELD = "held"
_ROUNDS = 8
_ROWS = 5  # of one customer, that a form is sent about
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
_BY_CONTROL: Mapping[str, Sequence[str]] = {
    "mail": ("somebody@example.nl",),
    "phone": ("06 12345678",),
    "number": ("1", "2", "10", "100"),
    "date": ("2027-03-01", "2026-01-05"),
    "yes or no": ("true",),
}
_LINES = ("3512 JC", "Dorpsstraat 1", "1", "06 12345678", "somebody@example.nl", "A")


@dataclass(slots=True)
class Filled:
    """A form as somebody filled it in. about: its query. mark: what they typed, somewhere."""

    door: Door
    owner: Person
    about: Mapping[str, str]
    answers: dict[str, Raw]
    token: str
    mark: str
    files: tuple[str, ...] = ()

    @property
    def is_marked(self) -> bool:
        """Whether one of its answers is a text, in which the mark stands."""
        return self.mark in repr(self.answers)

    @property
    def address(self) -> str:
        """Where it is sent."""
        return f"{self.door.address}?{urlencode(self.about)}" if self.about else self.door.address

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The same as a browser sends it."""
        pairs = [("form_token", self.token)]
        for name, value in self.answers.items():
            values = value if isinstance(value, list) else [value]
            pairs += [(name, str(one)) for one in values if name != "form_token"]
        return pairs


@dataclass(slots=True)
class Sends:
    """Sends every form, as who may and as who may not."""

    at: Place
    accepted: Count
    typed: dict[str, Person] = field(default_factory=dict)
    receipts: list[tuple[str, Filled]] = field(default_factory=list)

    async def prove(self) -> None:
        """Every form of everybody, then every receipt."""
        for door in self.at.doors:
            if door.kind is DoorKind.FORM and door.sends:
                await self._form(door)
            elif door.kind is DoorKind.PUBLIC and door.sends:
                await self._for_everybody(door)
        await self._receipts()
        await self._pages_again()

    async def _pages_again(self) -> None:
        """What is under way is laid over pages of who sent it, and of nobody else."""
        kinds = (DoorKind.PAGE, DoorKind.LIST, DoorKind.FORM)
        for door in self.at.doors:
            for person in self._customers():
                if door.kind in kinds and not door.braces:
                    await self._asked(door, person, "GET", door.address)

    async def _form(self, door: Door) -> None:
        senders = [one for one in self._customers() if door.is_for(one.who, self.at.oracle)]
        is_sent = False
        for owner in senders if self.at.thorough else _few(senders):
            filled = await self._filled(door, owner)
            if filled is None:
                continue
            await self._draft(filled, senders)
            await self._held(filled, senders)
            await self._file(filled, senders)
            if await self._sent(filled):
                is_sent = True
                await self._again(filled)
                await self._sent_by_others(filled)
                await self._guarded(filled)
            if door.step is not None and door.step.approve and owner.who.organisation:
                await self._about_others(door, owner)
        if senders and not is_sent:
            says = f"the form at {door.address} could not be filled in by anybody"
            self.at.notes.about("PR203", door, says)

    async def _about_others(self, door: Door, owner: Person) -> None:
        """About further rows: it may hang on the row whether a colleague must approve it."""
        for number in range(1, _ROWS):
            filled = await self._filled(door, owner, number)
            if filled is not None:
                await self._sent(filled)

    # ---- filling in

    async def _filled(self, door: Door, owner: Person, number: int = 0) -> Filled | None:
        """A form that would be accepted, without its being sent; None when there is none. number:
        about which of the rows that can be picked.
        """
        about: dict[str, str] = {}
        page = (await self._asked(door, owner, "GET", door.address)).said
        if _text(page, "stage") == "pick":
            keys = [_text(row, "key") for row in _rows(page, "pick") if _is(row, "can")]
            if len(keys) <= number or not door.about:
                return None
            about = {door.about: keys[number]}
            page = (await self._asked(door, owner, "GET", _at(door, about))).said
        if _text(page, "kind") != "form" or (number and not about):
            return None
        mark = f"mt{len(self.typed):06x}q"
        self.typed[mark] = owner
        answers = _answers(page, mark)
        filled = Filled(door, owner, about, answers, _text(page, "form_token"), mark)
        shown = _text(page, "form_shown")
        if shown:
            filled.answers["form_shown"] = shown
        return filled

    async def _again(self, filled: Filled) -> None:
        """The same form, as right as it was, to be sent once more."""
        page = (await self._asked(filled.door, filled.owner, "GET", filled.address)).said
        filled.token = _text(page, "form_token")
        mark = f"mt{len(self.typed):06x}q"
        self.typed[mark] = filled.owner
        for name, value in filled.answers.items():
            if value == filled.mark:
                filled.answers[name] = mark
        filled.mark = mark
        if _text(page, "form_shown"):
            filled.answers["form_shown"] = _text(page, "form_shown")

    async def _guarded(self, filled: Filled) -> None:
        """What says who somebody is does not change without a code."""
        thing = filled.door.subject
        for name, one in thing.fields.items() if thing is not None else ():
            if one.guard is None or name not in filled.answers:
                continue
            before = await self.accepted()
            body: dict[str, Raw] = {**filled.answers, "form_token": filled.token}
            body[name] = "another@proved.invalid"
            await self._asked(filled.door, filled.owner, "POST", filled.address, json=body)
            self.at.notes.count(filled.door.kind, "guarded fields tried")
            if await self.accepted() != before:
                says = f"{filled.door.address} changes {name}, which is guarded, without a code"
                self.at.notes.about("PR105", filled.door, says)

    async def _sent(self, filled: Filled) -> bool:
        """Sends it as who filled it in, mending what is wrong; whether it was accepted."""
        tried: dict[str, int] = {}
        for _ in range(_ROUNDS):
            body: dict[str, Raw] = {**filled.answers, "form_token": filled.token}
            answer = await self._asked(filled.door, filled.owner, "POST", filled.address, json=body)
            if answer.status == 201:
                self.at.notes.count(filled.door.kind, "accepted from their owner")
                self.receipts.append((answer.headers.get("location", ""), filled))
                return True
            problems = answer.said.get("problems") if isinstance(answer.said, dict) else None
            if not isinstance(problems, dict) or not problems:
                return False
            for name in problems:
                tried[name] = tried.get(name, -1) + 1
                filled.answers[name] = _LINES[tried[name] % len(_LINES)]
        return False

    # ---- as somebody else

    async def _sent_by_others(self, filled: Filled) -> None:
        """With the token of who filled it in; and with their own, about the rows of another."""
        before = await self.accepted()
        door = filled.door
        for stranger in self._others(filled.owner):
            theirs: dict[str, Raw] = {**filled.answers, "form_token": filled.token}
            answer = await self._asked(door, stranger, "POST", filled.address, json=theirs)
            self._not_taken(filled, stranger, answer, "with the token of another")
            as_browser = [*filled.fields, ("confirm", "1")]
            answer = await self._asked(door, stranger, "POST", filled.address, form=as_browser)
            self._not_taken(filled, stranger, answer, "with the token of another")
            if self._has_rows_of_another(filled, stranger):
                key = {"idempotency-key": f"key-{filled.mark}"}
                own = {n: v for n, v in filled.answers.items() if n != "form_shown"}
                answer = await self._asked(
                    door, stranger, "POST", filled.address, json=dict(own), headers=key
                )
                self._not_taken(filled, stranger, answer, "about a row of another")
        if await self.accepted() != before:
            says = f"what others sent to {door.address} was accepted"
            self.at.notes.about("PR105", door, says)

    def _not_taken(self, filled: Filled, stranger: Person, answer: Answer, how: str) -> None:
        door = filled.door
        self.at.notes.count(door.kind, "forms refused")
        if 200 <= answer.status < 300 and "form_token" not in answer.text:
            says = f"{door.address} takes from {stranger.name} what is sent {how}"
            self.at.notes.about("PR105", door, says)
        if answer.status in (302, 303) and "/accounts/login" not in answer.headers.get(
            "location", ""
        ):
            says = f"{door.address} takes from {stranger.name} what is sent {how}"
            self.at.notes.about("PR105", door, says)

    def _has_rows_of_another(self, filled: Filled, stranger: Person) -> bool:
        """Whether a row was chosen that is not this stranger's too."""
        thing, oracle = filled.door.subject, self.at.oracle
        chosen = {**filled.answers, **filled.about}
        for name, one in thing.fields.items() if thing is not None else ():
            of, _, field_ = str(one.choose_from or "").partition(".")
            value = chosen.get(name)
            if of not in oracle.blueprint.things or not isinstance(value, str) or not value:
                continue
            if one.seen_by and not stranger.who.kinds & set(one.seen_by):
                continue  # it is not asked of them, and whatever they say of it is nothing
            if value not in oracle.all_values(oracle.blueprint.things[of], field_, stranger.who):
                return True
        return False

    # ---- drafts, files, and what is held for who has to sign in again

    async def _draft(self, filled: Filled, senders: Sequence[Person]) -> None:
        door = filled.door
        await self._asked(door, filled.owner, "POST", filled.address, form=filled.fields)
        own = await self._asked(door, filled.owner, "GET", filled.address, accept=HTML)
        if filled.mark in own.text:
            self.at.notes.count(door.kind, "drafts kept")
        for stranger in self._others(filled.owner, senders):
            for address in {door.address, filled.address}:
                for accept in (HTML, JSON):
                    await self._asked(door, stranger, "GET", address, accept=accept)

    async def _held(self, filled: Filled, senders: Sequence[Person]) -> None:
        """What somebody sent whose sign-in was over is not shown to the next on that machine."""
        out = next((one for one in self.at.people if not one.is_signed_in), None)
        if out is None:
            return
        await self._asked(filled.door, out, "POST", filled.address, form=filled.fields)
        held = out.browser.cookies.pop(_HELD, "")
        stranger = next(iter(self._others(filled.owner, senders)), None)
        if held and stranger is not None:
            self.at.notes.count(filled.door.kind, "held forms tried")
            stranger.browser.cookies[_HELD] = held
            await self._asked(filled.door, stranger, "GET", filled.address, accept=HTML)
            await self._asked(filled.door, stranger, "GET", filled.door.address, accept=HTML)
            stranger.browser.cookies.pop(_HELD, None)

    async def _file(self, filled: Filled, senders: Sequence[Person]) -> None:
        """A file that somebody put in a form is in nobody else's."""
        page = (await self._asked(filled.door, filled.owner, "GET", filled.address)).said
        for question in _rows(page, "questions"):
            if _text(question, "control") != "file":
                continue
            name = _text(question, "name")
            fields = dict(filled.fields)
            needed = _NEEDED.search(_text(question, "asked_if"))
            if needed is not None:
                fields[needed[1]] = needed[2]
            body, kind = _multipart(fields, name, f"{filled.mark}.png")
            answer = await self._asked(
                filled.door, filled.owner, "POST", filled.address, accept=HTML, body=body,
                headers={"content-type": kind},
            )  # fmt: skip
            found = re.search(rf'name="{re.escape(name)}" value="([0-9a-f]{{32}})"', answer.text)
            if found is None:
                continue
            self.at.notes.count(filled.door.kind, "files put in")
            await self._file_of_another(filled, senders, fields | {name: found[1]}, name)
            again = await self._asked(
                filled.door, filled.owner, "POST", filled.address,
                form=[*(fields | {name: found[1]}).items()],
            )  # fmt: skip
            if filled.mark + ".png" not in again.text:
                says = f"somebody else can take away a file that was put in {filled.door.address}"
                self.at.notes.about("PR105", filled.door, says)

    async def _file_of_another(
        self, filled: Filled, senders: Sequence[Person], fields: Mapping[str, str], name: str
    ) -> None:
        for stranger in self._others(filled.owner, senders):
            own = await self._filled(filled.door, stranger)
            if own is None:
                continue
            sent = {**dict(own.fields), name: fields[name]}
            sent |= {n: v for n, v in fields.items() if n not in sent and n != "form_token"}
            sent["form_token"] = own.token
            for more in ({}, {"remove": name}):
                await self._asked(
                    filled.door, stranger, "POST", own.address, form=[*(sent | more).items()]
                )

    # ---- receipts

    async def _receipts(self) -> None:
        door = next((one for one in self.at.doors if one.kind is DoorKind.RECEIPT), None)
        listed = next((one for one in self.at.doors if one.kind is DoorKind.RECEIPTS), None)
        if door is None or listed is None:
            return
        for person in self.at.people:
            await self._asked(listed, person, "GET", listed.address, accept=HTML)
            said = (await self._asked(listed, person, "GET", listed.address)).said
            theirs = {address for address, filled in self.receipts if filled.owner is person}
            if {_text(one, "address") for one in _rows(said, "receipts")} - theirs:
                says = f"{listed.address} lists to {person.name} what others sent"
                self.at.notes.about("PR101", listed, says)
        for address, filled in self.receipts:
            for accept in (HTML, JSON):
                own = await self._asked(door, filled.owner, "GET", address, accept=accept)
                if own.status != 200:
                    says = f"{door.address} answers {own.status} to who sent it"
                    self.at.notes.about("PR104", door, says)
                for stranger in self._others(filled.owner):
                    await self._receipt_of_another(door, stranger, address, accept)

    async def _receipt_of_another(
        self, door: Door, stranger: Person, address: str, accept: str
    ) -> None:
        unreal = address[:-3] + ("AAA" if not address.endswith("AAA") else "BBB")
        nothing = await self._asked(door, stranger, "GET", unreal, accept=accept)
        answer = await self._asked(door, stranger, "GET", address, accept=accept)
        self.at.notes.count(door.kind, "refusals")
        if answer.status == 200:
            says = f"{door.address} shows {stranger.name} the receipt of another"
            self.at.notes.about("PR101", door, says)
        elif not same(without(answer, address), without(nothing, unreal)):
            said = difference(without(answer, address), without(nothing, unreal))
            says = f"{door.address} refuses a receipt of another in another way: {said}"
            self.at.notes.about("PR103", door, says)

    async def _for_everybody(self, door: Door) -> None:
        """A form without signing in: its receipt is for whoever has its address, and no other."""
        for person in self.at.people:
            for accept in (HTML, JSON):
                await self._asked(door, person, "GET", door.address, accept=accept)
        out = next((one for one in self.at.people if not one.is_signed_in), None)
        filled = None if out is None else await self._filled(door, out)
        if filled is None or out is None or not await self._sent(filled):
            says = f"the form at {door.address} could not be filled in by anybody"
            self.at.notes.about("PR203", door, says)
            return
        address, _ = self.receipts.pop()
        unreal = address[:-3] + ("000" if not address.endswith("000") else "111")
        for person in self.at.people:
            answer = await self._asked(door, person, "GET", unreal, accept=HTML)
            if answer.status != 404:
                says = f"a guessed receipt of {door.address} answers {answer.status}"
                self.at.notes.about("PR101", door, says)

    # ---- asking

    def _customers(self) -> Iterator[Person]:
        return (person for person in self.at.people if person.is_customer)

    def _others(self, owner: Person, among: Sequence[Person] | None = None) -> Iterator[Person]:
        return (one for one in (among or self.at.people) if one is not owner)

    async def _asked(
        self,
        door: Door,
        person: Person,
        method: str,
        address: str,
        *,
        accept: str = JSON,
        json: Raw = None,
        form: Sequence[tuple[str, str]] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """An answer, in which nothing is that others typed or have."""
        notes = self.at.notes
        notes.count(door.kind, "asked")
        sent = dict(headers or {})
        if form is not None:
            body, accept = urlencode(form).encode(), HTML
            sent["content-type"] = "application/x-www-form-urlencoded"
        answer = await person.browser.ask(
            method, address, accept=accept, json=json, body=body, headers=sent
        )
        text, said = (
            answer.everything,
            unquote(address) + str(json) + unquote(body.decode("latin-1")),
        )
        foreign = self.at.marks.foreign(text, person.allowed, said)
        typed = {m for m in TYPED.findall(text) if self.typed.get(m) is not person} - set(
            TYPED.findall(said)
        )
        if foreign or typed:
            what = "what somebody else typed" if typed else "values that are not theirs"
            notes.about("PR102", door, f"{method} {door.address} shows {person.name} {what}")
        if answer.status >= 500 and answer.status != 503:
            says = f"{method} {door.address} answers {answer.status} to {person.name}"
            notes.about("PR106", door, says)
        return answer


def _few(senders: Sequence[Person]) -> Sequence[Person]:
    """Two of the first kind, and one of each other."""
    kinds = [one.who.kinds for one in senders]
    return [
        one
        for n, one in enumerate(senders)
        if kinds[:n].count(kinds[n]) < 1 + (kinds[n] == kinds[0])
    ]


# ---- filling in


def _answers(page: Raw, mark: str) -> dict[str, Raw]:
    """Right answers to all that is needed, and the mark in a text."""
    answers: dict[str, Raw] = {}
    for question in _rows(page, "questions"):
        if not _text(question, "asked_if") and _text(question, "control") != "file":
            value = _answer(question, mark)
            if value:
                answers[_text(question, "name")] = value
    _mark_something(page, answers, mark)
    rows = page.get("rows") if isinstance(page, dict) else None
    ticking = _rows(rows, "rows")
    if ticking:
        answers[_text(rows, "name")] = list(dict.fromkeys(_text(row, "key") for row in ticking))
    for row in ticking:
        for question in _rows(row, "questions"):
            answers[_text(question, "name")] = _all_of(row, question) or _answer(question, mark)
    return answers


def _all_of(row: Raw, question: Raw) -> str:
    """As many as there are in the row: what is worth more may wait for somebody."""
    cells = row.get("fields") if isinstance(row, dict) else None
    for name, cell in cells.items() if isinstance(cells, dict) else ():
        if _text(question, "name").endswith(f".{name}") and _text(cell, "value").isdigit():
            return _text(cell, "value")
    return ""


def _mark_something(page: Raw, answers: dict[str, Raw], mark: str) -> None:
    """In a form that shows what is there already, something is to be changed."""
    if mark not in answers.values():
        lines = [q for q in _rows(page, "questions") if _text(q, "control") == "line"]
        for question in lines[:1]:
            answers[_text(question, "name")] = mark


def _answer(question: Raw, mark: str) -> str:
    control, value = _text(question, "control"), _text(question, "value")
    if control == "lines" or (control == "line" and (not value or "mk" in value)):
        return mark
    if value:
        return value
    choices = _rows(question, "choices")
    if choices:
        return _text(choices[-1], "value")
    return _BY_CONTROL.get(control, (mark,))[0]


def _multipart(fields: Mapping[str, str], name: str, file: str) -> tuple[bytes, str]:
    """A form with a picture in it, and its type."""
    end = "----proved"
    parts = [
        f'--{end}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode()
        for n, v in fields.items()
    ]
    head = (
        f'--{end}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = b"".join((*parts, head.encode(), _PNG, f"\r\n--{end}--\r\n".encode()))
    return body, f"multipart/form-data; boundary={end}"


def _at(door: Door, about: Mapping[str, str]) -> str:
    return f"{door.address}?{urlencode(about)}"


def _text(said: Raw, name: str) -> str:
    value = said.get(name) if isinstance(said, dict) else None
    return value if isinstance(value, str) else ""


def _is(said: Raw, name: str) -> bool:
    return isinstance(said, dict) and said.get(name) is True


def _rows(said: Raw, name: str) -> list[Raw]:
    value = said.get(name) if isinstance(said, dict) else None
    return value if isinstance(value, list) else []
