"""The page of one action, and what staff decide there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language

from balie.backstage.auditing import Line
from balie.backstage.service_desk.correcting import (
    CannotCorrect,
    Words,
    corrected,
    sent,
)
from balie.backstage.service_desk.stuck import (
    Dossier,
    Part,
    Settled,
    Settling,
    Verdict,
    is_for_good,
)
from balie.blueprint.model import EVERYBODY
from balie.console.doors import staff_sends
from balie.console.looks_along import Passes
from balie.console.service_desk import Colleague, ServiceDesk, colleague_of
from balie.console.told import PartLine, Told, part_lines, sees
from balie.console.watch import desk_of, watch_of
from balie.systems.errors import SystemFault
from balie.systems.rows import Raw

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request about one action."""

    request: HttpRequest
    desk: ServiceDesk
    colleague: Colleague
    told: Told
    dossier: Dossier

    @property
    def lines(self) -> list[PartLine]:
        return part_lines(self.dossier, self.told, self.colleague.teams)

    @property
    def words(self) -> Words:
        return Words(self.told.blueprint, self.desk.contracts, self.told.language)


@staff_sends
def action(request: HttpRequest, action: str) -> HttpResponse:
    """One action whole; sent to, a decision about one of its errands."""
    desk, colleague = desk_of(request), colleague_of(request)
    dossier = async_to_sync(desk.actions.whole)(action)
    if dossier is None:
        raise Http404
    told = Told(watch_of(request).blueprint, str(get_language()))
    asked = _Asked(request, desk, colleague, told, dossier)
    if request.method == "POST":
        return _decided(asked)
    async_to_sync(desk.actions.note)(Line(who=colleague.id, what="looked", about=action))
    return _page(asked)


def _page(asked: _Asked, status: HTTPStatus = HTTPStatus.OK, **more: object) -> HttpResponse:
    dossier, desk = asked.dossier, asked.desk
    of = dossier.receipt.action
    deciders = {d.who for part in dossier.parts for d in part.decided}
    customer = desk.directory.with_id(of.person)
    context = {
        "action": of,
        "step": asked.told.step(of.step),
        "sees": sees(dossier.receipt.state, of.person),
        "is_for_everybody": of.person == EVERYBODY,
        "lines": asked.lines,
        "values": {
            line.part.errand.id: sent(line.part.errand, line.part.progress.now, asked.words)
            for line in asked.lines
        },
        "names": desk.directory.names(deciders),
        "teams": asked.told.teams,
        "team_name": asked.told.team,
        "erased": dossier.erased,
        "customer": customer and (customer.name or customer.email),
        "who": customer and _passes(desk).hide(customer.email),
        "told_before": asked.request.GET.get("told", ""),
        "problems": {},
        "said": {},
        "wrong": "",
        "taken": None,
        **more,
    }
    return render(asked.request, "console/action.html", context, status=status)


def _passes(desk: ServiceDesk) -> Passes:
    return Passes(desk.seal, desk.unseal, desk.now)


# ---- deciding


def _decided(asked: _Asked) -> HttpResponse:
    """Does what was decided; asks first whether they are sure when it is for good."""
    form = asked.request.POST
    line = next((one for one in asked.lines if one.part.errand.id == form.get("errand")), None)
    what = next((verdict for verdict in Verdict if verdict.value == form.get("do")), None)
    if line is None or what is None:
        raise Http404
    if form.get("mark") != line.part.mark:
        return _too_late(asked, line)
    if what not in line.ways:
        raise Http404
    try:
        settling = _settling(asked, line.part, what)
    except CannotCorrect as fault:
        return _wrong(asked, line, problems=fault.why)
    except _Missing as fault:
        return _wrong(asked, line, wrong=str(fault))
    if is_for_good(line.part.progress.state, what) and not form.get("sure"):
        return _are_you_sure(asked, line, settling)
    settled = async_to_sync(asked.desk.actions.settle)(settling)
    if settled is None or not settled.is_first:
        return _too_late(asked, line, settled)
    told = what.name.lower()
    return HttpResponseRedirect(f"{asked.request.path}?told={told}")


class _Missing(Exception):
    """Something that a decision needs was not filled in. Its text is the key of our words."""


def _settling(asked: _Asked, part: Part, what: Verdict) -> Settling:
    """The decision with all that belongs to it. Raises CannotCorrect and _Missing."""
    errand, who = part.errand.id, asked.colleague.id
    made = Settling(errand=errand, mark=part.mark, what=what, who=who)
    match what:
        case Verdict.CORRECTED:
            return replace(made, fields=_fields(asked, part))
        case Verdict.DONE:
            return _done(asked, part, made)
        case Verdict.HANDED_OVER:
            return replace(made, team=_team(asked, part))
        case _:
            return made


def _fields(asked: _Asked, part: Part) -> Mapping[str, Raw]:
    """All that is to be sent, with what was filled in."""
    said = {
        value.path: asked.request.POST[f"v{place}"][:_LONGEST]
        for place, value in enumerate(sent(part.errand, part.progress.now, asked.words))
        if f"v{place}" in asked.request.POST
    }
    return corrected(part.errand, said, asked.told.blueprint, asked.desk.contracts)


def _done(asked: _Asked, part: Part, made: Settling) -> Settling:
    """A row that was changed is known; a new one must be there, by the number that is told."""
    if part.errand.row is not None or part.errand.follows is not None or part.errand.link:
        return replace(made, row=part.errand.row or part.progress.row)
    number = asked.request.POST.get("number", "").strip()[:200]
    if not number:
        raise _Missing("settle.number_missing")
    try:
        row = async_to_sync(asked.desk.confirming.row)(part.errand, number)
    except SystemFault:
        raise _Missing("settle.number_away") from None
    if row is None:
        raise _Missing("settle.number_unknown")
    return replace(made, row=row.key, values=row.values)


def _team(asked: _Asked, part: Part) -> str:
    team = asked.request.POST.get("team", "")
    if team not in dict(asked.told.teams) or team == part.team:
        raise _Missing("settle.team_missing")
    return team


# ---- what is shown instead


def _wrong(
    asked: _Asked, line: PartLine, problems: Mapping[str, str] | None = None, wrong: str = ""
) -> HttpResponse:
    """The page again, with what is to be mended and all that was filled in."""
    return _page(
        asked,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        problems=problems or {},
        wrong=wrong,
        wrong_in=line.part.errand.id,
        said=asked.request.POST,
    )


def _too_late(asked: _Asked, line: PartLine, settled: Settled | None = None) -> HttpResponse:
    """Somebody decided already, or it went on by itself: who, what and when."""
    taken = settled.by if settled is not None else next(reversed(line.part.decided), None)
    fresh = async_to_sync(asked.desk.actions.whole)(asked.dossier.receipt.action.id)
    again = replace(asked, dossier=fresh or asked.dossier)
    return _page(again, HTTPStatus.CONFLICT, taken=taken or _NOBODY)


_NOBODY = False
"""Nobody decided: it went on by itself."""


def _are_you_sure(asked: _Asked, line: PartLine, settling: Settling) -> HttpResponse:
    kept = {
        name: value
        for name, value in asked.request.POST.items()
        if name not in ("csrfmiddlewaretoken", "sure")
    }
    return render(
        asked.request,
        "console/sure.html",
        {
            "action": asked.dossier.receipt.action,
            "step": asked.told.step(asked.dossier.receipt.action.step),
            "line": line,
            "what": settling.what.name.lower(),
            "state": line.part.progress.state.name.lower(),
            "kept": kept,
        },
    )
