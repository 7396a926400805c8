"""A mail without a text."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.mails import subject_and_body
from balie.blueprint.model import Step
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP420",
    severity=Severity.ERROR,
    title="A mail has no text, or no subject, in a language of the service",
    why="A mail is sent when nobody looks. Without its text it would never go, and without a "
    "subject customers would read the name of a file.",
    example=Change("story.yaml", "{mail: goodbye, when", "{mail: goodby, when"),
    near_miss=Change("story.yaml", "{mail: goodbye, when", '{mail: "goodbye", when'),
    can_be_accepted=True,
)


def check(subject: Subject) -> Iterator[Finding]:
    blueprint = subject.blueprint
    mails = {name: text for name, text in blueprint.files.items() if name.startswith("mails/")}
    known = sorted({name.removeprefix("mails/").partition(".")[0] for name in mails})
    ours = subject.languages  # a language that is not spoken at all is told of elsewhere
    spoken = [code for code in blueprint.also if ours is None or code in ours]
    for mail in _named(subject):
        files = {f"mails/{mail}.{code}.md" for code in (blueprint.language, *spoken)}
        for file in sorted(files):
            if file not in mails:
                yield ABOUT.finding(
                    f'there is no text "{file}"',
                    place(mail, "this mail would be sent"),
                    help_=(() if mail in known else did_you_mean(mail, known))
                    or (f"write {file}; it begins with  subject:",),
                )
            elif not _subject(mails[file]):
                yield ABOUT.finding(
                    f'"{file}" has no subject',
                    place(mail, "this mail would be sent"),
                    help_=("let the file begin with  subject: …  and an empty line",),
                )


def _named(subject: Subject) -> Iterator[Text]:
    """Every mail that the story sends, where it is named first."""
    seen: dict[str, Text] = {}
    for step in subject.blueprint.steps:
        for mail in _of(step):
            seen.setdefault(str(mail), mail)
    yield from seen.values()


def _of(step: Step) -> Iterator[Text]:
    yield from (tells.mail for tells in step.tells)
    if step.waits is not None and step.waits.mail is not None:
        yield step.waits.mail


def _subject(content: bytes) -> str:
    """The subject that a mail's text says; "" for none."""
    subject, _ = subject_and_body(content.decode("utf-8-sig", "replace"))
    return (subject or "").strip()
