"""Mails, out of `mails/<name>.<language>.md`: `subject:`, an empty line, and paragraphs.

Braces stand for values (`{contact.first_name}`, `{service.phone}`, `{receipt.time}`, `{link}`), and
`[words]({link})` is a link. A value that is not there leaves no hole.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from balie.blueprint.mails import subject_and_body
from balie.blueprint.model import Blueprint

LINK, RECEIPT = "link", "receipt"
_BRACES = re.compile(r"\{([a-z_][\w.]*)\}", re.IGNORECASE)
_LINKED = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")
_A_HOLE = re.compile(r"\s+(?=[,.;:!?])")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be sent. text and html say the same."""

    subject: str
    text: str
    html: str

    def page(self, language: str) -> str:
        """The html as a document."""
        head = f'<meta charset="utf-8"><title>{escape(self.subject)}</title>'
        return (
            f'<!doctype html>\n<html lang="{escape(language)}"><head>{head}</head>\n'
            f"<body>\n{self.html}\n</body></html>\n"
        )


@dataclass(frozen=True, slots=True)
class Template:
    """A mail as the blueprint writes it. names: the dotted names in it."""

    subject: str
    body: str
    language: str

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in braces, each once."""
        return tuple(dict.fromkeys(_BRACES.findall(f"{self.subject}\n{self.body}")))


def template(blueprint: Blueprint, mail: str, language: str) -> Template | None:
    """A mail in this language, or else in the blueprint's own; None when there is no such file."""
    for spoken in dict.fromkeys((language, str(blueprint.language))):
        content = blueprint.files.get(f"mails/{mail}.{spoken}.md")
        if content is not None:
            subject, body = subject_and_body(content.decode("utf-8-sig"))
            named = mail if subject is None else subject
            return Template(named.strip(), body.strip(), spoken)
    return None


def written(template: Template, say: Callable[[str], str], link: str) -> Letter:
    """The mail with its values. say: what a name in braces comes to; "" for nothing."""
    return Letter(
        subject=" ".join(_filled(template.subject, say).split()),
        text="\n\n".join(_as_text(one, say, link) for one in _paragraphs(template)),
        html="\n".join(f"<p>{_as_html(one, say, link)}</p>" for one in _paragraphs(template)),
    )


def _paragraphs(template: Template) -> list[str]:
    return [one.strip() for one in template.body.split("\n\n") if one.strip()]


def _as_text(paragraph: str, say: Callable[[str], str], link: str) -> str:
    """`[this page]({link})` becomes `this page: https://...`, on a line of its own."""
    links = [link if url == "{link}" else url for _, url in _LINKED.findall(paragraph)]
    words = _filled(_LINKED.sub(r"\1", paragraph).replace("{link}", link), say)
    return "\n".join((words, *dict.fromkeys(links)))


def _as_html(paragraph: str, say: Callable[[str], str], link: str) -> str:
    """Values are text, never markup."""
    parts: list[str] = []
    end = 0
    for found in _LINKED.finditer(paragraph):
        parts.append(_plain_html(paragraph[end : found.start()], say, link))
        url = link if found[2] == "{link}" else found[2]
        words = _plain_html(found[1], say, link)
        parts.append(f'<a href="{escape(url)}">{words}</a>')
        end = found.end()
    parts.append(_plain_html(paragraph[end:], say, link))
    return "".join(parts)


def _plain_html(text: str, say: Callable[[str], str], link: str) -> str:
    return escape(_filled(text.replace("{link}", link), say)).replace("\n", "<br>\n")


def _filled(text: str, say: Callable[[str], str]) -> str:
    """All braces at once: what looks like braces inside a value is part of that value."""
    said = {name: say(name) for name in _BRACES.findall(text)}
    filled = _BRACES.sub(lambda found: said[found[1]], text)
    return filled if all(said.values()) else _A_HOLE.sub("", filled)
