"""The operator's screen: codes, attempts and timings, of everybody's work."""

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language

from balie.backstage.actions import ErrandState
from balie.backstage.service_desk.stuck import FOR_PEOPLE
from balie.console.doors import for_staff, staff_sends
from balie.console.findings import findings, system_states
from balie.console.service_desk import colleague_of
from balie.console.told import Told, load_lines, stuck_lines
from balie.console.watch import desk_of, watch_of

_HELD_UP = FOR_PEOPLE | {ErrandState.WAITING, ErrandState.UNDER_WAY}


@for_staff
def operations(request: HttpRequest) -> HttpResponse:
    """Every system, everything that is held up, and every finding with its place."""
    watch, language = watch_of(request), str(get_language())
    told, desk = Told(watch.blueprint, language), watch.desk
    held = async_to_sync(desk.actions.held_up)(_HELD_UP) if desk else ()
    context = {
        "systems": system_states(watch.blueprint, watch.health(), language),
        "loads": load_lines(async_to_sync(desk.actions.loads)(), told) if desk else (),
        "held": stuck_lines(held, told),
        "findings": findings(watch.noted(), watch.blueprint, language),
        "version": watch.blueprint.version,
        "told_before": request.GET.get("told", ""),
        "number": request.GET.get("n", "") if request.GET.get("n", "").isdecimal() else "",
    }
    return render(request, "console/operations.html", context)


@staff_sends
def again(request: HttpRequest) -> HttpResponse:
    """Has all that waits for a system tried now; asks first."""
    desk, watch = desk_of(request), watch_of(request)
    system = request.POST.get("system", "")
    if request.method != "POST" or system not in watch.blueprint.systems:
        raise Http404
    told = Told(watch.blueprint, str(get_language()))
    if not request.POST.get("sure"):
        loads = [one for one in async_to_sync(desk.actions.loads)() if one.system == system]
        context = {"system": system, "title": told.system(system), "loads": loads}
        return render(request, "console/again.html", context)
    number = async_to_sync(desk.actions.again_all)(system, colleague_of(request).id)
    return HttpResponseRedirect(f"/staff/operations?told=again_all&n={number}")
