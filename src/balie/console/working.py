"""The page of one work item, with its buttons."""

from http import HTTPStatus

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language

from balie.backstage.auditing import Line
from balie.backstage.process.instance import WorkItem
from balie.backstage.process.processes import NotAnAnswer
from balie.console.doors import staff_sends
from balie.console.service_desk import ServiceDesk, colleague_of
from balie.console.told import ButtonLine, Told, button_lines, work_line
from balie.console.watch import desk_of, watch_of

_LONGEST = 4000


@staff_sends
def work_item(request: HttpRequest, item: str) -> HttpResponse:
    """A work item of one's teams; sent to, an answer to it."""
    desk, colleague = desk_of(request), colleague_of(request)
    if desk.work is None:
        raise Http404
    found = async_to_sync(desk.work.items.item)(item)
    if found is None or not colleague.teams.intersection(found.teams):
        raise Http404
    told = Told(watch_of(request).blueprint, str(get_language()))
    if request.method == "POST":
        return _answered(request, desk, found, told)
    return _page(request, desk, found, told)


def _page(
    request: HttpRequest,
    desk: ServiceDesk,
    item: WorkItem,
    told: Told,
    status: HTTPStatus = HTTPStatus.OK,
    **more: object,
) -> HttpResponse:
    line = work_line(item, told, desk.now())
    dossier = async_to_sync(desk.actions.whole)(line.instance)
    note = Line(who=colleague_of(request).id, what="looked", about=line.instance)
    async_to_sync(desk.actions.note)(note)
    context = {
        "line": line,
        "buttons": button_lines(item, told),
        "answers": dossier.receipt.action.answers if dossier else (),
        "reference": dossier.receipt.action.reference if dossier else "",
        "names": desk.directory.names([item.by] if item.by else []),
        "said": {},
        "missing": "",
        "second": False,
        "told_before": request.GET.get("told", ""),
        **more,
    }
    return render(request, "console/work_item.html", context, status=status)


def _answered(request: HttpRequest, desk: ServiceDesk, item: WorkItem, told: Told) -> HttpResponse:
    """The first answer counts; whoever comes second reads whose it was."""
    button = next(
        (one for one in button_lines(item, told) if one.answer == request.POST.get("answer")), None
    )
    if button is None or desk.work is None:
        raise Http404
    if item.closed is not None:
        return _page(request, desk, item, told, HTTPStatus.CONFLICT, second=True)
    said = _said(request, button)
    if not all(said.values()):
        fault = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, desk, item, told, fault, said=request.POST, missing=button.answer)
    who = colleague_of(request).id
    try:
        answered = async_to_sync(desk.work.answer)(item.id, button.answer, who, said)
    except NotAnAnswer:
        raise Http404 from None
    if answered is None:
        raise Http404
    if not answered.is_first:
        return _page(request, desk, answered.item, told, HTTPStatus.CONFLICT, second=True)
    async_to_sync(desk.actions.note)(Line(who=who, what="answered", about=item.id))
    return HttpResponseRedirect(f"{request.path}?told=answered")


def _said(request: HttpRequest, button: ButtonLine) -> dict[str, str]:
    return {named: request.POST.get(name, "").strip()[:_LONGEST] for name, named, _ in button.asks}
