"""For which of their organisations staff look along with a customer who has several."""

from dataclasses import replace

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from balie.console.customers import begun, note_look, pass_is_over
from balie.console.doors import staff_sends
from balie.console.watch import desk_of


@staff_sends
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """Looks along for one of those for whom this customer can act. Each choice stands in the audit.

    404 for one that is not theirs.
    """
    found = begun(request, key)
    if found is None:
        return pass_is_over(request)
    passes, given, visitor = found
    asked = request.POST.get("organisation")
    if request.method != "POST" or asked is None:
        raise Http404
    chosen = async_to_sync(desk_of(request).looking.contexts)(visitor).chosen(asked)
    if chosen is None:
        raise Http404
    note_look(request, given, replace(visitor, acting_for=chosen.organisation))
    return HttpResponseRedirect(f"/staff/looks/{passes.acting_for(given, chosen.organisation)}")
