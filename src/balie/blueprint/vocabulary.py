"""Every word of the language, once: which words each part knows, and what each may hold.

The check of spelling (BP005), of shape (BP008, BP009, BP013) and the JSON Schema for editors all
come from this table, so they cannot say different things.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeAlias


class Scalar(Enum):
    """One text; most kinds have a grammar of their own, read elsewhere."""

    TEXT = "text"
    NUMBER = "a whole number"
    YES_NO = "true or false"
    DURATION = "a length of time"
    CONDITION = "a condition"
    RELATION = "a relation"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One text out of a closed list."""

    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text of a fixed form. `example` shows the form."""

    pattern: str
    example: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list. With `or_one`, a single item may stand there by itself."""

    item: "Shape"
    or_one: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping whose words are names that the writer chooses."""

    value: "Shape"


@dataclass(frozen=True, slots=True)
class Part:
    """A mapping with words of its own: the name of a `Construct`."""

    of: str


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes, told apart by text, list or mapping."""

    shapes: "tuple[Shape, ...]"


Shape: TypeAlias = Scalar | OneOf | Phrase | ListOf | Named | Part | Either


@dataclass(frozen=True, slots=True)
class Word:
    """One word: what may stand there, and what it means (shown by editors)."""

    name: str
    shape: Shape
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Construct:
    """A part of a blueprint and the words it knows. others: what names of the writer's own hold."""

    name: str  # "a step"
    words: tuple[Word, ...]
    others: Shape | None = None

    @cached_property
    def by_name(self) -> dict[str, Word]:
        """Its words by their names."""
        return {word.name: word for word in self.words}


TEXT, NUMBER, YES_NO = Scalar.TEXT, Scalar.NUMBER, Scalar.YES_NO
DURATION, CONDITION, RELATION = Scalar.DURATION, Scalar.CONDITION, Scalar.RELATION
TEXTS = ListOf(TEXT)
VALUES = Named(TEXT)
QUESTIONS = Named(TEXTS)
ACCEPTED = ListOf(Phrase(r"BP\d{3} because \S.*", "BP204 because it happens once a year"))

AFTER_FAILURE = OneOf(
    (
        "show last known",
        "hide this part",
        "keep and try again",
        "give to a person",
        "offer a call back",
    )
)
SOURCE = OneOf(("api", "local", "claims"))
AFTER_WAITING = OneOf(("remind the customer", "give to a person"))
AFTER_ASKING = OneOf(("refuse", "give to a person"))
GROUNDS = OneOf(
    ("agreement", "law", "consent", "legitimate interest", "public task", "vital interest")
)
HAPPENING = Phrase(
    r"\w+(\.\w+)+ becomes \w+( or \w+)*|\w+ tells \w+|this form is (settled|received)",
    "order.status becomes sent",
)
FAILURE_OF = Phrase(r"\w+ is down|nobody decides", "erp is down")
EXTRA_CHECK = Phrase(
    r"two steps( within \d+ (second|minute|hour)s?)?", "two steps within 10 minutes"
)
NEWS = Phrase(r"told at once|asked every \d+ \w+", "asked every 2 minutes")

BLUEPRINT = Construct(
    "a blueprint",
    (
        Word("service", TEXT, "What customers call the service.", required=True),
        Word("about", TEXT, "What customers can do here, in one sentence."),
        Word("language", TEXT, "The language that this blueprint is written in."),
        Word("also", TEXTS, "Other languages, in this order; others with a file in words/ follow."),
        Word("address customers as", TEXT, "The form of address in every text."),
        Word("calendar", Part("calendar"), "When people work."),
        Word("people", Part("people"), "Everybody in the story."),
        Word("story", ListOf(Part("phase")), "The steps of the customer, phase by phase."),
        Word("things", Named(Part("thing")), "Every word that the story uses, described once."),
        Word("purposes", Named(Part("purpose")), "Why we may know what we know."),
        Word(
            "cookies",
            Named(Part("cookie")),
            "Cookies of others, each asked for. Without this word there is no banner.",
        ),
        Word("systems", Named(Part("system")), "The systems underneath."),
        Word("logins", VALUES, "The ways in, and which connection each uses."),
        Word("me", Part("me"), "How we recognise who signs in."),
        Word(
            "memberships",
            Part("memberships"),
            "Who says who belongs to an organisation, and as what.",
        ),
        Word(
            "representatives",
            Part("representatives"),
            "Who may let somebody else act for them. Without this word nobody may.",
        ),
        Word("inboxes", Part("inboxes"), "Where work for people arrives, beside Balie's own list."),
    ),
)

CALENDAR = Construct(
    "a calendar",
    (
        Word("zone", TEXT, "The time zone, such as Europe/Amsterdam."),
        Word("days", TEXT, "Working days and hours, such as mon-fri 09-17."),
        Word("holidays", TEXT, "The country whose public holidays count, such as nl or de-by."),
    ),
)

PEOPLE = Construct(
    "people",
    (
        Word("customers", Named(Part("customer")), "The kinds of customer."),
        Word("staff", Named(Part("colleague")), "The teams of staff."),
        Word("partners", Named(Part("colleague")), "People in the story who never sign in."),
    ),
)

CUSTOMER = Construct(
    "a kind of customer",
    (
        Word("name", TEXT, "What this kind of customer is called.", required=True),
        Word("signs in with", TEXT, "The way in: a name from logins."),
        Word("belongs to", TEXT, "Acts for exactly one of this name of me."),
        Word("extra check", EXTRA_CHECK, "A stronger sign-in is needed, for all that they do."),
    ),
)

COLLEAGUE = Construct(
    "a team",
    (
        Word("name", TEXT, "What customers call this team.", required=True),
        Word("phone", TEXT, "The number that customers can call."),
        Word("hours", TEXT, "When somebody answers."),
        Word(
            "may act for customers",
            OneOf(("read", "write")),
            "Staff of this team may use the portal as a customer: read it, or send forms too.",
        ),
    ),
)

PHASE = Construct(
    "a phase",
    (
        Word("phase", TEXT, "The name of this stretch of the story.", required=True),
        Word("steps", ListOf(Part("step")), "The steps in it.", required=True),
    ),
)

STEP = Construct(
    "a step",
    (
        Word("step", TEXT, "Its short name, by which other steps find it.", required=True),
        Word("title", TEXT, "What customers read on top, and in the menu.", required=True),
        Word("for", TEXTS, "The kinds of customer who do this; everybody: without signing in."),
        Word("extra check", EXTRA_CHECK, "A stronger sign-in is needed, perhaps just now."),
        Word("customer does", TEXT, "The customer's action.", required=True),
        Word("customer gets", TEXTS, "What they hold afterwards."),
        Word("screen", Part("screen"), "What Balie shows."),
        Word(
            "approve",
            ListOf(Part("approval")),
            "When a colleague approves what this form sends; of a list, one after another.",
        ),
        Word("frontstage", ListOf(Part("work")), "What people do in the customer's sight."),
        Word("backstage", ListOf(Part("work")), "What happens out of the customer's sight."),
        Word("decision", Named(Part("answer")), "Who decides what, and where it leads."),
        Word("waits for", Part("wait"), "What this step waits for."),
        Word("tells", ListOf(Part("message")), "Mails that go out when something happens."),
        Word("feels", NUMBER, "How the customer feels, from -2 to 2."),
        Word("promise", Part("promise"), "The promises on time."),
        Word("if it goes wrong", ListOf(Part("failure")), "What happens then."),
        Word("next", TEXT, "The step that follows, or end."),
        Word("accepts", ACCEPTED, "Warnings that are meant, and why."),
        Word("open questions", QUESTIONS, "What is still to be found out, and from whom."),
    ),
)

SCREEN = Construct(
    "a screen",
    (
        Word("address", TEXT, "Its address; {thing.field} names the row.", required=True),
        Word("headline", TEXT, "A sentence on top; {thing.field} stands for a value."),
        Word("timeline", TEXT, "The field whose words are the stages."),
        Word("shows", TEXTS, "The fields that customers see."),
        Word("asks", TEXTS, "The fields that customers fill in."),
        Word("figures", ListOf(Part("figure")), "Numbers, and rows of numbers."),
        Word("at most old", DURATION, "The promise on age."),
        Word("changes", TEXT, "The thing that this form changes."),
        Word("creates", TEXT, "The thing that this form makes."),
        Word("button", TEXT, "The words on the button."),
        Word("only while", ListOf(Part("rule")), "When this form may be used, and why not."),
    ),
)

APPROVAL = Construct(
    "an approval",
    (
        Word("if", CONDITION, "When it is asked; without it, always."),
        Word("by", TEXTS, "The kinds of customer who may approve, of one organisation.", True),
        Word("within", DURATION, "When they are reminded; as long again, and it is over.", True),
        Word("then", AFTER_ASKING, "What happens when nobody approves in time.", True),
        Word("then goes to", TEXT, "The team that decides after that."),
    ),
)

FIGURE = Construct(
    "a figure",
    (
        Word("name", TEXT, "What customers read above the number.", required=True),
        Word(
            "of", TEXT, "The field that is added up, or the thing that is counted.", required=True
        ),
        Word("as", OneOf(("sum", "count")), "Added up, or counted.", required=True),
        Word("if", CONDITION, "Which rows count."),
        Word(
            "per",
            Phrase(r"(day|week|month|year) of \S+", "month of placed_on"),
            "One number for each.",
        ),
        Word("draw", OneOf(("bars",)), "How a row of numbers is drawn."),
    ),
)

RULE = Construct(
    "a rule",
    (
        Word("if", CONDITION, "What must hold.", required=True),
        Word("otherwise says", TEXT, "What customers read when it does not.", required=True),
    ),
)

WORK = Construct(
    "work",
    (
        Word("who", TEXT, "The team or partner who does it; without it, it does itself."),
        Word("does", TEXT, "What is done.", required=True),
        Word("if", CONDITION, "When it is done; else it is skipped."),
        Word("within", DURATION, "How long it may take."),
        Word("answers", TEXT, "The answer of the decision that this gives by itself."),
        Word("makes", TEXT, "A new row in system.table."),
        Word("updates", TEXT, "A row in system.table that changes."),
        Word("sends", VALUES, "What goes into that row."),
        Word("sets", VALUES, "Fields that get a value."),
    ),
)

ANSWER = Construct(
    "an answer",
    (
        Word("button", TEXT, "The words on the button."),
        Word("asks", TEXTS, "What whoever decides fills in."),
        Word("sets", VALUES, "Fields that get a value."),
        Word("next", TEXT, "The step that follows, or end."),
    ),
)

WAIT = Construct(
    "a wait",
    (
        Word("when", HAPPENING, "What it waits for.", required=True),
        Word("where", RELATION, "Which event is meant."),
        Word("at most", DURATION, "How long."),
        Word("then", AFTER_WAITING, "What happens after that."),
        Word("mail", TEXT, "The mail that reminds the customer."),
        Word("then goes to", TEXT, "The team that looks at it after that."),
    ),
)

MESSAGE = Construct(
    "a message",
    (
        Word("mail", TEXT, "The text in mails/.", required=True),
        Word("when", HAPPENING, "What makes it go out.", required=True),
        Word("opens without signing in", DURATION, "So long its link opens the row, to read only."),
    ),
)

PROMISE = Construct(
    "a promise",
    (
        Word("page within", DURATION, "How soon the page is there."),
        Word("settled within", DURATION, "How soon everything is done."),
    ),
)

FAILURE = Construct(
    "a fail point",
    (
        Word("when", FAILURE_OF, "What goes wrong: erp is down, nobody decides.", required=True),
        Word("customer reads", TEXT, "What customers read then; {time} is of when it is."),
        Word("then", AFTER_FAILURE, "What happens then.", required=True),
        Word("give up after", DURATION, "How long it is tried again."),
        Word("then goes to", TEXT, "The team that looks at it after that."),
    ),
)

THING = Construct(
    "a thing",
    (
        Word("name", TEXT, "What customers call it."),
        Word("plural", TEXT, "What customers call several: the heading of lists."),
        Word("in", TEXT, "The list it is in (order.lines), or the thing it belongs to."),
        Word("from", Either((TEXT, ListOf(VALUES, or_one=False))), "system.table; or life order."),
        Word("key", TEXT, "The raw field that tells rows apart."),
        Word("owner", RELATION, "Whose row it is."),
        Word("linked by", RELATION, "Which row belongs to which."),
        Word("where", RELATION, "Which rows of the table are meant."),
        Word("seen by", TEXTS, "The kinds of customer who may see it."),
        Word("may change", TEXTS, "The kinds of customer who may change a shared record."),
        Word("personal", TEXT, "What kind of personal data it is; or: no, because ..."),
        Word("purpose", TEXTS, "Why we may know it: names from purposes."),
        Word("list", TEXTS, "The columns of lists."),
        Word("leave out rows", ListOf(CONDITION), "Rows that no customer sees."),
        Word("sets", VALUES, "What nobody types: computed when it is made."),
        Word("followers", Named(Part("follower")), "Rows elsewhere that follow its changes."),
        Word("remember", DURATION, "How long it stays known after its source forgot it."),
        Word("window", DURATION, "How far back lists go."),
        Word("accepts", ACCEPTED, "Warnings that are meant, and why."),
        Word("fields", Named(Part("field")), "Its fields."),
    ),
)

FOLLOWER = Construct(
    "a follower",
    (
        Word("linked by", RELATION, "Which row follows.", required=True),
        Word("for", TEXTS, "For which kinds of customer."),
    ),
)

FIELD = Construct(
    "a field",
    (
        Word("name", TEXT, "What customers call it; without a name it is never shown."),
        Word("from", Either((TEXT, VALUES)), "The raw field it comes from."),
        Word("to", TEXTS, "The raw field that an answer goes to."),
        Word("also to", TEXTS, "system.table.field of those that follow."),
        Word("calculated by", TEXT, "The conversion: a file in functions/, or one of Balie's own."),
        Word(
            "words",
            Either((VALUES, ListOf(Part("stage"), or_one=False))),
            "What customers read for each code.",
        ),
        Word("leave out rows", TEXTS, "Codes whose rows no customer sees."),
        Word("good news", TEXTS, "Codes that are good news: shown in green, beside their words."),
        Word("asks attention", TEXTS, "Codes that ask something of the customer: in amber."),
        Word(
            "may be skipped", TEXTS, "Codes that not every row has: a timeline has them only now."
        ),
        Word("empty", TEXT, "What customers read when there is no value."),
        Word("seen by", TEXTS, "The kinds of customer who may see it."),
        Word("personal", TEXT, "What kind of personal data it is."),
        Word("must be", TEXT, "The rule on an answer."),
        Word("optional", YES_NO, "Whether it may stay empty."),
        Word("asked if", CONDITION, "When it is asked: what holds of earlier answers of its form."),
        Word("guard", OneOf(("code",)), "A change is confirmed by a code."),
        Word("help", TEXT, "The text under the question."),
        Word("choose from", TEXT, "The field whose rows the question offers."),
        Word("open questions", QUESTIONS, "What is still to be found out, and from whom."),
    ),
)

STAGE = Construct(
    "a stage",
    (
        Word("code", TEXT, "Its name in conditions; without one it is the fallback."),
        Word("if", CONDITION, "When it holds."),
        Word("says", TEXT, "What customers read.", required=True),
    ),
)

PURPOSE = Construct(
    "a purpose",
    (
        Word("name", TEXT, "What it is for, in the customer's words.", required=True),
        Word("basis", GROUNDS, "The legal ground.", required=True),
        Word("delete after", DURATION, "How long it is kept."),
        Word("deleted there by", TEXT, "Who deletes it in the system itself."),
    ),
)

COOKIE = Construct(
    "a cookie",
    (
        Word("name", TEXT, "What it is called, in the customer's words.", required=True),
        Word("what for", TEXT, "What happens with it, in one neutral sentence.", required=True),
        Word("by", TEXT, "Who gets to know what it tells.", required=True),
        Word("script", TEXT, "The https address of the script that sets it.", required=True),
        Word("kept for", TEXT, "How long it stays.", required=True),
    ),
)

SYSTEM = Construct(
    "a system",
    (
        Word("name", TEXT, "What people call it.", required=True),
        Word("speaks", TEXT, "The kind of connector.", required=True),
        Word("contract", TEXTS, "The file in contracts/ that describes it."),
        Word("profile", TEXT, "The file in profiles/ with what its contract does not say."),
        Word("at", TEXT, "Its address: ${NAME} comes from the configuration."),
        Word("tables", VALUES, "Our name of a table, and its own."),
        Word("news", NEWS, "How we learn that something changed."),
        Word("usually answers within", DURATION, "How fast it answers, most of the time."),
        Word("limit", TEXT, "How often it may be asked."),
        Word("country", TEXT, "Where it keeps data, as two letters."),
        Word("accepts", ACCEPTED, "Findings that are meant, and why."),
    ),
)

ME = Construct(
    "me",
    (
        Word("at most old", DURATION, "How long an answer counts as known."),
        Word("delete after", DURATION, "How long the last answer is kept."),
    ),
    others=ListOf(Part("me line")),
)

ME_LINE = Construct(
    "a line of me",
    (
        Word("from", TEXT, "system.table.field.", required=True),
        Word("where", RELATION, "Which row is this person's.", required=True),
        Word("for", TEXTS, "For which kinds of customer."),
        Word("once", YES_NO, "Recognised once; after that by the stored key."),
        Word("otherwise", OneOf(("give to a person",)), "When there is not exactly one row."),
        Word("then goes to", TEXT, "The team that looks at it."),
        Word("by letter", Part("letter"), "A code in a letter makes somebody known too."),
        Word("words", VALUES, "Code of a role -> kind of customer."),
    ),
)

LETTER = Construct(
    "a letter",
    (
        Word("number", TEXT, "The field with the number that customers fill in.", required=True),
        Word("postcode", TEXT, "The field with their postcode.", required=True),
        Word("prints", TEXTS, "Fields for the printer, such as a name and an address."),
    ),
)

MEMBERSHIPS = Construct(
    "memberships",
    (
        Word("organisations", SOURCE, "Who knows which organisations there are."),
        Word("roles", ListOf(SOURCE), "Who says what somebody is there."),
        Word("administrators give", TEXTS, "The kinds of customer that an administrator gives."),
        Word("words", VALUES, "What another party says of roles -> kind of customer."),
    ),
)

REPRESENTATIVES = Construct(
    "representatives",
    (
        Word("for", TEXTS, "The kinds of customer who may, in private.", required=True),
        Word("steps", TEXTS, "What the other may do; left out: all steps of these kinds."),
    ),
)

INBOXES = Construct(
    "inboxes",
    (
        Word("makes", TEXT, "A row in system.table for each piece of work.", required=True),
        Word("teams", VALUES, "Our name of a team, and the system's.", required=True),
        Word("sends", VALUES, "What goes into that row.", required=True),
        Word("closes with", VALUES, "What the row gets when the work is done."),
    ),
)

BRAND = Construct(
    "a brand",
    (
        Word("name", TEXT, "The name of the organisation.", required=True),
        Word("seed colour", Phrase(r"#[0-9a-fA-F]{6}", "#1f6f5c"), "All colours come from it."),
        Word("logo", TEXT, "A picture in brand/."),
        Word("help desk", TEXT, "The team of staff that customers call."),
    ),
)

CONSTRUCTS: dict[str, Construct] = {
    "blueprint": BLUEPRINT,
    "calendar": CALENDAR,
    "people": PEOPLE,
    "customer": CUSTOMER,
    "colleague": COLLEAGUE,
    "phase": PHASE,
    "step": STEP,
    "screen": SCREEN,
    "approval": APPROVAL,
    "figure": FIGURE,
    "rule": RULE,
    "work": WORK,
    "answer": ANSWER,
    "wait": WAIT,
    "message": MESSAGE,
    "promise": PROMISE,
    "failure": FAILURE,
    "thing": THING,
    "follower": FOLLOWER,
    "field": FIELD,
    "stage": STAGE,
    "purpose": PURPOSE,
    "cookie": COOKIE,
    "system": SYSTEM,
    "me": ME,
    "me line": ME_LINE,
    "letter": LETTER,
    "memberships": MEMBERSHIPS,
    "representatives": REPRESENTATIVES,
    "inboxes": INBOXES,
    "brand": BRAND,
}
