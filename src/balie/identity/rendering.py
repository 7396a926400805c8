"""Renders Django's pages with the site's own looks: a template engine that hands over the work."""

from pathlib import Path

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.base import BaseEngine
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.urls import reverse
from django.utils.safestring import SafeString

from balie.identity.desk import desk_of


class Pages(BaseEngine):
    """Finds a page in the folders of `DIRS`; the desk of the request renders it."""

    app_dirname = "templates"

    def __init__(self, params: dict[str, object]) -> None:
        self._options = params.pop("OPTIONS")
        super().__init__(params)

    def get_template(self, template_name: str) -> "Page":
        """The page with this name. Raises TemplateDoesNotExist."""
        if any((Path(folder) / template_name).is_file() for folder in self.dirs):
            return Page(template_name)
        raise TemplateDoesNotExist(template_name, backend=self)


class Page:
    """One template. Mails are rendered by it too; their request is in the context."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(
        self, context: dict[str, object] | None = None, request: HttpRequest | None = None
    ) -> SafeString:
        """The page as text."""
        given = dict(context or {})
        asked = request or given.get("request")
        if not isinstance(asked, HttpRequest):
            raise TypeError(f"{self.name} is rendered for a request, and there is none.")
        surroundings = {
            "redirect_field": "",
            "messages": get_messages(asked),
            "csrf_input": csrf_input_lazy(asked),
            "csrf_token": csrf_token_lazy(asked),
            "url": reverse,
        }
        text = desk_of(asked).render(asked, self.name, surroundings | given)
        return SafeString(text)
