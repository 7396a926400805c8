"""The page on which customers see who looked at what is theirs."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from balie.identity.desk import desk_of
from balie.identity.models import Person


@login_required
@require_safe
@never_cache
def looked(request: HttpRequest) -> HttpResponse:
    """Who looked, when, at which record and why."""
    person = request.user
    if not isinstance(person, Person):
        raise Http404
    looks = desk_of(request).looks(person, str(get_language()))
    return render(request, "looked.html", {"looks": looks})
