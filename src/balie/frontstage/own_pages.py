"""Pages of a blueprint's own: `pages/<step>.html` replaces parts of the step's generated page.

They are rendered in Jinja's sandbox and get what the generated page gets: frozen data that the
viewer may see, and words. They are compiled once, when the portal starts.
"""

import re
from collections.abc import Callable, Mapping

from jinja2 import (
    ChoiceLoader,
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from balie.backstage.page import Page
from balie.backstage.plans import plans
from balie.blueprint.model import Blueprint
from balie.blueprint.pages import (
    FORBIDDEN_FILTERS,
    GENERATED,
    UNESCAPED,
    file_of,
    own_pages,
    unescaped,
)
from balie.frontstage.looks import Chrome, Looks, around

_PLACE = re.compile(r"\{(\w+)\}")


class Broken(Exception):
    """A page of one's own cannot be made. file: which one; line: in it, 0 when that is unknown."""

    def __init__(self, file: str, line: int, kind: str) -> None:
        super().__init__(f"{file}:{line} {kind}" if line else f"{file} {kind}")


def saying(blueprint: Blueprint, language: str) -> Callable[..., Markup]:
    """`say("...")` of a template: a text of the blueprint, with its places filled.

    A function, so that a template cannot reach what it is made of.
    """

    def say(text: str, **values: object) -> Markup:
        """The text in the reader's language. Everything is escaped but values that are Markup."""
        translated = blueprint.say(text, language)
        return Markup(_PLACE.sub(lambda place: _filled(place, values), escape(translated)))  # noqa: S704  escaped

    return say


def _filled(place: re.Match[str], values: Mapping[str, object]) -> str:
    return escape(values[place[1]]) if place[1] in values else place[0]


class OwnPages:
    """The pages that a blueprint brings, ready to render.

    A page is of its step's own address: the list that follows from a page about one row is not.
    """

    def __init__(self, blueprint: Blueprint, looks: Looks) -> None:
        self._blueprint = blueprint
        texts = own_pages(blueprint)
        self._kinds = {
            str(plan.step.id): plan.kind
            for plan in plans(blueprint)
            if str(plan.step.id) in texts and plan.screen is plan.step.screen
        }
        self._environment = _environment(texts, self._kinds, looks)
        self._compiled = {step: self._compile(step) for step in self._kinds}

    def has(self, page: Page) -> bool:
        """Whether there is one for this page."""
        return self._kinds.get(page.step) == page.kind

    def render(self, page: Page, chrome: Chrome, **context: object) -> str:
        """The page. Raises Broken, which names the file and never a value."""
        template = self._compiled[page.step]
        if isinstance(template, Broken):
            raise template
        say = saying(self._blueprint, chrome.t.language)
        try:
            return template.render(around(chrome) | context | {"page": page, "say": say})
        except Exception as error:  # noqa: BLE001 - a template can fail in any way
            fault = _broken(file_of(page.step), error)
        raise fault

    def _compile(self, step: str) -> Template | Broken:
        try:
            return self._environment.get_template(file_of(step))
        except TemplateError as error:
            return _broken(file_of(step), error)


class _Environment(ImmutableSandboxedEnvironment):
    """Knows which page is generated for each step, by the name of the file that extends it."""

    kinds: Mapping[str, str]

    def join_path(self, template: str, parent: str) -> str:
        """The name of a template as it is known from another one."""
        return f"{self.kinds[parent]}.html" if template == GENERATED else template

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Text is escaped in every part of a page: there is no way to leave that off."""
        tree = super()._parse(source, name, filename)
        for line in unescaped(tree):
            raise TemplateSyntaxError(UNESCAPED[0], line, name, filename)
        return tree


def _environment(texts: Mapping[str, str], kinds: Mapping[str, str], looks: Looks) -> _Environment:
    ours = looks.environment
    own = {file_of(step): text for step, text in texts.items()}
    loaders = [FunctionLoader(_source_of(own)), *([ours.loader] if ours.loader else [])]
    environment = _Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.kinds = {file_of(step): kind for step, kind in kinds.items()}
    for name in FORBIDDEN_FILTERS:
        environment.filters.pop(name, None)
    environment.globals |= ours.globals
    environment.globals |= {
        "ui": environment.get_template("macros/ui.html").module,
        "icon": environment.get_template("macros/icons.html").module.__dict__["icon"],
    }
    return environment


def _source_of(own: Mapping[str, str]) -> Callable[[str], tuple[str, str, None] | None]:
    """With the name of the file, so that a fault can be told where it is."""
    return lambda name: (own[name], name, None) if name in own else None


def _broken(file: str, error: Exception) -> Broken:
    """Where in the file it went wrong: the last line of the template on the way there."""
    line = getattr(error, "lineno", 0) or 0
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == file:
            line = frame.tb_lineno
        frame = frame.tb_next
    return Broken(file, line, type(error).__name__)
