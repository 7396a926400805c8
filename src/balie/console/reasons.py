"""Why a customer does, or does not, see something: the page of staff that says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language

from balie.access.sentences import Sentences, known_by, place, sentences
from balie.access.viewer import Visitor
from balie.backstage.auditing import Line
from balie.backstage.who_may import May, MayOpen
from balie.backstage.why import Why, said
from balie.console.customers import begun, pass_is_over
from balie.console.doors import staff_sends
from balie.console.service_desk import ServiceDesk, colleague_of
from balie.console.told import Told
from balie.console.watch import desk_of, watch_of

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing with yes or no. because: sentences; when: what must hold as well."""

    label: str
    about: str
    doing: str
    yes: bool
    because: tuple[str, ...]
    when: tuple[str, ...]


@staff_sends
def why(request: HttpRequest, key: str) -> HttpResponse:
    """Explains an address of the portal for the customer of this pass. Each time stands in the
    audit.
    """
    desk, language = desk_of(request), str(get_language())
    found = begun(request, key)
    if found is None:
        return pass_is_over(request)
    passes, given, visitor = found
    asked = request.POST.get("at", "") or passes.shown(request.GET.get("page", "")) or ""
    address = _path_of(asked)
    context: dict[str, object] = {"visitor": visitor, "key": key, "at": asked, "why": given.why}
    if address:
        explained = async_to_sync(desk.explaining.why)(address, visitor, language)
        line = Line(
            who=colleague_of(request).id,
            what="explained",
            about=visitor.person,
            more=explained.finding.value,
        )
        async_to_sync(desk.actions.note)(line)
        told = Told(watch_of(request).blueprint, language)
        context |= _explained(explained, _sentences(desk, explained, visitor, told), told)
    return render(request, "console/reasons.html", context)


def _path_of(asked: str) -> str:
    """The path of what was pasted: a whole address, or only what stands behind the name."""
    path = urlsplit(asked.strip()[:_LONGEST]).path
    return quote(path, safe="/%") if path.startswith("/") else ""


def _sentences(desk: ServiceDesk, why: Why, visitor: Visitor, told: Told) -> Sentences:
    blueprint, since = desk.explaining.ground.blueprint, desk.directory.recognised(visitor.person)
    plain = sentences(told.language, "")
    known = {
        name: _known(how, since.get(name), plain)
        for name, how in known_by(blueprint, why.viewer.kinds).items()
    }
    who = visitor.name or visitor.email
    return sentences(told.language, who, known_by=known, called=told.kind)


def _known(how: str, since: datetime | None, say: Sentences) -> str:
    if since is None:
        return how
    return say.say("since", how=how, when=date_format(since, "DATE_FORMAT"))


def _explained(why: Why, say: Sentences, told: Told) -> Mapping[str, object]:
    place_ = why.place
    return {
        "finding": why.finding.value,
        "yes": why.yes,
        "says": said(why, say, told.text),
        "row": say.all(why.row.reasons) if why.row is not None else (),
        "because": say.all(place_.may.verdict.deciding) if place_ is not None else (),
        "rows": _rows(place_, say) if place_ is not None and why.yes else (),
        "parts_of": [_said(part, say, told) for part in _parts(why)],
        "when": _conditions(place_.may) if place_ is not None else (),
        "names": _names(why, say),
    }


def _parts(why: Why) -> Sequence[May]:
    """What is on a page that they see: of another there is nothing more to say."""
    return why.place.parts if why.place is not None and why.yes else ()


def _rows(page: MayOpen, say: Sentences) -> Sequence[tuple[str, Iterable[str]]]:
    return [(thing, say.all(verdict.reasons)) for thing, verdict in page.rows]


def _said(may: May, say: Sentences, told: Told) -> _Said:
    return _Said(
        label=told.text(may.label),
        about=may.about,
        doing=say.told(f"matrix.{may.doing.value}"),
        yes=may.verdict.yes,
        because=() if may.verdict.yes else say.all(may.verdict.deciding),
        when=_conditions(may),
    )


def _conditions(may: May) -> tuple[str, ...]:
    return tuple(f"{c.word}: {c.text} ({place(c.at)})" for c in may.conditions)


def _names(why: Why, say: Sentences) -> Sequence[tuple[str, str, str]]:
    """Name of `me`, its values, how it is known."""
    return [
        (
            f"me.{name}",
            " / ".join(mine.values) or say.told(f"reasons.{mine.knowledge.value}"),
            say.known_by.get(name, ""),
        )
        for name, mine in why.viewer.me.items()
    ]
