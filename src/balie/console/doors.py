"""Who may open the pages of staff. For everybody else they do not exist."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """The view for staff; 404 for whoever is not, signed in or out."""
    return _guarded(view, require_safe)


def staff_sends(view: View) -> View:
    """The same for a page with a form: staff may send something to it too."""
    return _guarded(view, require_http_methods(["GET", "HEAD", "POST"]))


def _guarded(view: View, methods: Callable[[View], View]) -> View:
    @methods
    @never_cache
    def guarded(request: HttpRequest, **named: str) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        return view(request, **named)

    return guarded
