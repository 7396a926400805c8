"""The tree of a blueprint -> its model.

Gives the best model that the text allows, so that one mistake does not hide the others: what is
missing or misshapen is reported by the vocabulary and is here left empty.
"""

import re
from collections.abc import Mapping

from balie.blueprint.model import (
    SEED_COLOUR,
    Accepts,
    AdditionalCookie,
    Answer,
    Approve,
    Brand,
    ByLetter,
    Colleague,
    Customer,
    Duration,
    ExtraCheck,
    FailPoint,
    FieldRef,
    FieldSource,
    Figure,
    Follower,
    Inboxes,
    Me,
    MeLine,
    Memberships,
    OnlyWhile,
    OpenQuestion,
    People,
    Phase,
    Promise,
    Purpose,
    Representatives,
    Says,
    Screen,
    Sends,
    Source,
    Stage,
    Step,
    System,
    TableRef,
    Tells,
    Thing,
    ThingField,
    Waits,
    Work,
    nothing,
)
from balie.blueprint.section import Section
from balie.blueprint.source import Mapping as TreeMapping
from balie.blueprint.source import Node, Sequence, Span, Text
from balie.blueprint.vocabulary import EXTRA_CHECK
from balie.systems.profile import Plain, Profile

# ---- who


def people(section: Section) -> People:
    return People(
        at=section.at,
        customers={k: _customer(k, s) for k, s in section.named_sections("customers")},
        staff={k: _colleague(k, s) for k, s in section.named_sections("staff")},
        partners={k: _colleague(k, s) for k, s in section.named_sections("partners")},
        staff_at=section.key_at("staff"),
        customers_at=section.key_at("customers"),
    )


def _customer(id_: Text, section: Section) -> Customer:
    return Customer(
        id=id_,
        name=section.text("name") or id_,
        signs_in_with=section.text("signs in with"),
        belongs_to=section.text("belongs to"),
        extra_check=_extra_check(section),
    )


PROVED_WITHIN = "two steps within "


def _extra_check(section: Section) -> ExtraCheck | None:
    text = section.text("extra check")
    if text is None:
        return None
    if not text.startswith(PROVED_WITHIN) or not re.fullmatch(EXTRA_CHECK.pattern, text):
        return ExtraCheck(text)  # what is misshapen is reported by the vocabulary
    return ExtraCheck(text, section.duration_of(text.part(len(PROVED_WITHIN), len(text))))


def _colleague(id_: Text, section: Section) -> Colleague:
    return Colleague(
        id=id_,
        name=section.text("name") or id_,
        phone=section.text("phone"),
        hours=section.text("hours"),
        acts_for_customers=section.text("may act for customers"),
    )


# ---- the story


def story(section: Section) -> tuple[Phase, ...]:
    others = representatives(section.section("representatives"))
    return tuple(_phase(phase, others) for phase in section.sections("story"))


def _phase(section: Section, others: Representatives | None) -> Phase:
    name = section.text_or("phase", "")
    return Phase(name, tuple(_step(step, name, others) for step in section.sections("steps")))


def _step(section: Section, phase: str, others: Representatives | None) -> Step:
    id_ = section.text_or("step", "")
    return Step(
        id=id_,
        title=section.text_or("title", id_),
        customer_does=section.text_or("customer does", ""),
        phase=str(phase),
        for_=section.texts("for"),
        for_at=section.value_at("for"),
        extra_check=_extra_check(section),
        customer_gets=section.texts("customer gets"),
        screen=_screen(section),
        approve=_approve(section),
        frontstage=tuple(_work(work) for work in section.sections("frontstage")),
        backstage=tuple(_work(work) for work in section.sections("backstage")),
        decision=tuple(_answer(k, s) for k, s in section.named_sections("decision")),
        waits=_waits(section),
        waits_at=section.key_at("waits for"),
        tells=tuple(_tells(tells) for tells in section.sections("tells")),
        fails=tuple(_fail_point(fail) for fail in section.sections("if it goes wrong")),
        fails_at=section.key_at("if it goes wrong"),
        promise=_promise(section.section("promise")),
        feels=section.whole_number("feels"),
        next=section.text("next"),
        accepts=_accepts(section),
        open_questions=_open_questions(section),
        by_representatives=others is not None and others.may_do(id_, section.texts("for")),
    )


def _screen(step: Section) -> Screen | None:
    section, at = step.section("screen"), step.key_at("screen")
    if section is None or at is None:
        return None
    timeline = section.text("timeline")
    return Screen(
        at=at,
        address=section.text("address"),
        headline=section.text("headline"),
        timeline=None if timeline is None else FieldRef.of(timeline),
        shows=_field_refs(section, "shows"),
        asks=_field_refs(section, "asks"),
        figures=tuple(_figure(figure) for figure in section.sections("figures")),
        figures_at=section.key_at("figures"),
        at_most_old=section.duration("at most old"),
        changes=section.text("changes"),
        creates=section.text("creates"),
        button=section.text("button"),
        only_while=_only_while(section),
    )


def _field_refs(section: Section, word: str) -> tuple[FieldRef, ...]:
    return tuple(FieldRef.of(text) for text in section.texts(word))


def _figure(section: Section) -> Figure:
    of = section.text_or("of", "")
    return Figure(
        name=section.text("name") or of,
        of=of,
        as_=section.text_or("as", "count"),
        if_=section.condition("if"),
        per=section.text("per"),
        draw=section.text("draw"),
    )


def _only_while(section: Section) -> tuple[OnlyWhile, ...]:
    rules = (
        (rule.condition("if"), rule.text_or("otherwise says", ""))
        for rule in section.sections("only while")
    )
    return tuple(OnlyWhile(if_=if_, otherwise_says=says) for if_, says in rules if if_ is not None)


def _work(section: Section) -> Work:
    return Work(
        at=section.at,
        does=section.text_or("does", ""),
        who=section.text("who"),
        if_=section.condition("if"),
        within=section.duration("within"),
        answers=section.text("answers"),
        makes=section.text("makes"),
        updates=section.text("updates"),
        sends=_sends(section, "sends"),
        sets=_sends(section, "sets"),
    )


def _sends(section: Section, word: str) -> tuple[Sends, ...]:
    return tuple(Sends(target=target, value=value) for target, value in section.pairs(word))


def _answer(name: Text, section: Section) -> Answer:
    return Answer(
        name=name,
        button=section.text("button"),
        asks=_field_refs(section, "asks"),
        sets=_sends(section, "sets"),
        next=section.text("next"),
    )


def _approve(step: Section) -> tuple[Approve, ...]:
    """One line, or a list of lines that are asked one after another."""
    one, key = step.section("approve"), step.key_at("approve")
    if one is not None and key is not None:
        return (_approval(one, key),)
    return tuple(_approval(line, line.at) for line in step.sections("approve"))


def _approval(section: Section, at: Span) -> Approve:
    return Approve(
        at=at,
        if_=section.condition("if"),
        by=section.texts("by"),
        within=section.duration("within"),
        then=section.text("then"),
        then_goes_to=section.text("then goes to"),
    )


def _waits(step: Section) -> Waits | None:
    section, at = step.section("waits for"), step.key_at("waits for")
    if section is None or at is None:
        return None
    return Waits(
        at=at,
        when=section.text_or("when", ""),
        where=section.relation("where"),
        at_most=section.duration("at most"),
        then=section.text("then"),
        mail=section.text("mail"),
        then_goes_to=section.text("then goes to"),
    )


def _tells(section: Section) -> Tells:
    return Tells(
        mail=section.text_or("mail", ""),
        when=section.text_or("when", ""),
        opens=section.duration("opens without signing in"),
    )


def _fail_point(section: Section) -> FailPoint:
    when = section.text_or("when", "")
    name, down, _ = when.partition(" is down")
    return FailPoint(
        at=section.at,
        when=when,
        system=name if down and name != "login" else None,
        customer_reads=section.text("customer reads"),
        then=section.text("then"),
        give_up_after=section.duration("give up after"),
        then_goes_to=section.text("then goes to"),
    )


def _promise(section: Section | None) -> Promise:
    if section is None:
        return Promise()
    return Promise(
        page_within=section.duration("page within"),
        settled_within=section.duration("settled within"),
    )


ACCEPTS = re.compile(r"(BP\d{3}) because (\S.*)", re.DOTALL)


def _accepts(section: Section) -> tuple[Accepts, ...]:
    accepted: list[Accepts] = []
    for text in section.texts("accepts"):
        match = ACCEPTS.fullmatch(text)
        if match is not None:
            because = text.part(*match.span(2))
            accepted.append(Accepts(code=text.part(*match.span(1)), because=because))
    return tuple(accepted)


def _open_questions(section: Section) -> tuple[OpenQuestion, ...]:
    asked = section.section("open questions")
    if asked is None:
        return ()
    return tuple(
        OpenQuestion(to=to, question=question)
        for to, _ in asked.each()
        for question in asked.texts(to)
    )


# ---- the things


def things(section: Section) -> Mapping[str, Thing]:
    return {id_: _thing(id_, thing) for id_, thing in section.named_sections("things")}


def _thing(id_: Text, section: Section) -> Thing:
    return Thing(
        id=id_,
        name=section.text("name"),
        plural=section.text("plural"),
        in_=section.text("in"),
        from_=_sources(section),
        key=section.text("key"),
        owner=section.relation("owner"),
        linked_by=section.relation("linked by"),
        where=section.relation("where"),
        seen_by=section.texts("seen by"),
        seen_by_at=section.value_at("seen by"),
        may_change=section.texts("may change"),
        personal=section.text("personal"),
        purpose=section.texts("purpose"),
        list_=section.texts("list"),
        leave_out=section.conditions("leave out rows"),
        sets=_sends(section, "sets"),
        followers=tuple(_follower(k, s) for k, s in section.named_sections("followers")),
        remember=section.duration("remember"),
        window=section.duration("window"),
        accepts=_accepts(section),
        fields={k: _field(k, s) for k, s in section.named_sections("fields")},
    )


def table_ref(text: Text) -> TableRef:
    """`erp.orders`, or `crm.cases.lines` for rows inside rows."""
    system, _, path = text.partition(".")
    table, _, inside = path.partition(".")
    return TableRef(text, system, table, inside or None)


def _sources(section: Section) -> tuple[Source, ...]:
    single = section.text("from")
    if single is not None:
        return (Source("", table_ref(single)),)
    return tuple(
        Source(str(name), table_ref(table))
        for source in section.sections("from")
        for name, table in _text_entries(source)
    )


def _text_entries(section: Section) -> tuple[tuple[Text, Text], ...]:
    return tuple((k, v) for k, v in section.node.entries if isinstance(v, Text))


def _follower(table: Text, section: Section) -> Follower:
    return Follower(
        table=table_ref(table),
        linked_by=section.relation("linked by"),
        for_=section.texts("for"),
    )


def _field(id_: Text, section: Section) -> ThingField:
    return ThingField(
        id=id_,
        name=section.text("name"),
        from_=_field_sources(section),
        to=section.texts("to"),
        also_to=section.texts("also to"),
        calculated_by=section.text("calculated by"),
        words=_stages(section),
        words_at=section.key_at("words"),
        leave_out_codes=section.texts("leave out rows"),
        good_news=section.texts("good news"),
        asks_attention=section.texts("asks attention"),
        may_be_skipped=section.texts("may be skipped"),
        empty=section.text("empty"),
        seen_by=section.texts("seen by"),
        seen_by_at=section.value_at("seen by"),
        personal=section.text("personal"),
        must_be=section.text("must be"),
        optional=section.yes("optional"),
        asked_if=section.condition("asked if"),
        guard=section.text("guard"),
        help=section.text("help"),
        choose_from=section.text("choose from"),
        open_questions=_open_questions(section),
    )


def _field_sources(section: Section) -> tuple[FieldSource, ...]:
    single = section.text("from")
    if single is not None:
        return (FieldSource("", single),)
    return tuple(FieldSource(str(source), path) for source, path in section.pairs("from"))


def _stages(section: Section) -> tuple[Stage, ...]:
    by_code = section.pairs("words")
    if by_code:
        return tuple(Stage(code=code, says=says) for code, says in by_code)
    return tuple(
        Stage(
            code=stage.text("code"),
            says=stage.text_or("says", ""),
            if_=stage.condition("if"),
        )
        for stage in section.sections("words")
    )


def purposes(section: Section) -> Mapping[str, Purpose]:
    return {
        id_: Purpose(
            id=id_,
            name=purpose.text("name") or id_,
            basis=purpose.text_or("basis", ""),
            delete_after=purpose.duration("delete after"),
        )
        for id_, purpose in section.named_sections("purposes")
    }


def cookies(section: Section) -> Mapping[str, AdditionalCookie]:
    return {
        id_: AdditionalCookie(
            id=id_,
            name=cookie.text("name") or id_,
            what_for=cookie.text_or("what for", ""),
            by=cookie.text_or("by", ""),
            script=cookie.text_or("script", ""),
            kept_for=cookie.text_or("kept for", ""),
        )
        for id_, cookie in section.named_sections("cookies")
    }


# ---- the systems


def systems(section: Section, profiles: Mapping[str, Node]) -> Mapping[str, System]:
    """profiles: the tree of each file in `profiles/`, by its name."""
    named = section.named_sections("systems")
    return {id_: _system(id_, system, profiles) for id_, system in named}


def _system(id_: Text, section: Section, profiles: Mapping[str, Node]) -> System:
    profile = section.text("profile")
    news = section.text("news")
    return System(
        id=id_,
        name=section.text("name") or id_,
        speaks=section.text_or("speaks", ""),
        contract=section.texts("contract"),
        profile=profile,
        at=section.text("at"),
        tables=dict(section.pairs("tables")),
        news=news,
        news_every=None if news is None else _news_every(section, news),
        usually_answers_within=section.duration("usually answers within"),
        limit=section.text("limit"),
        country=section.text("country"),
        accepts=_accepts(section),
        what_it_does_not_say=Profile(_profile_words(profiles.get(profile or ""))),
    )


ASKED_EVERY = "asked every "


def _news_every(section: Section, news: Text) -> Duration | None:
    if not news.startswith(ASKED_EVERY):
        return None
    return section.duration_of(news.part(len(ASKED_EVERY), len(news)))


def _profile_words(tree: Node | None) -> Mapping[str, Plain]:
    plain = _plain(tree) if isinstance(tree, TreeMapping) else {}
    return plain if isinstance(plain, dict) else {}


def _plain(node: Node) -> Plain:
    if isinstance(node, TreeMapping):
        return {str(key): _plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return str(node)


# ---- who signs in

ME_WORDS = ("at most old", "delete after")


def me(section: Section) -> Me:
    names = [name for name, _ in section.each() if name not in ME_WORDS]
    return Me(
        at=section.at,
        at_most_old=section.duration("at most old"),
        delete_after=section.duration("delete after"),
        names={name: tuple(_me_line(line) for line in section.sections(name)) for name in names},
    )


def _me_line(section: Section) -> MeLine:
    from_ = section.text_or("from", "")
    ref = table_ref(from_)
    return MeLine(
        at=section.at,
        from_=from_,
        system=ref.system,
        table=ref.table,
        field=ref.inside or "",
        where=section.relation("where"),
        for_=section.texts("for"),
        once=section.yes("once"),
        otherwise=section.text("otherwise"),
        then_goes_to=section.text("then goes to"),
        by_letter=_by_letter(section.section("by letter")),
        words=dict(section.pairs("words")),
    )


def _by_letter(section: Section | None) -> ByLetter | None:
    if section is None:
        return None
    number, postcode = section.text("number"), section.text("postcode")
    if number is None or postcode is None:
        return None
    prints = section.texts("prints")
    return ByLetter(at=section.at, number=number, postcode=postcode, prints=prints)


def memberships(section: Section) -> Memberships:
    """Who belongs to an organisation; as the systems say where nothing is said."""
    organisations, roles = section.text("organisations"), section.texts("roles")
    return Memberships(
        at=section.at,
        organisations=_says(organisations) or Says.API,
        organisations_at=organisations,
        roles=tuple(one for one in map(_says, roles) if one) or (Says.API,),
        roles_at=roles,
        administrators_give=section.texts("administrators give"),
        words=dict(section.pairs("words")),
    )


def _says(text: Text | None) -> Says | None:
    """None too for what BP013 tells of."""
    return next((one for one in Says if one.value == text), None)


def representatives(section: Section | None) -> Representatives | None:
    """Who may let somebody else act for them; None when nobody may."""
    if section is None or not section.texts("for"):
        return None
    steps = section.texts("steps")
    return Representatives(
        at=section.at,
        for_=section.texts("for"),
        steps=steps if section.value_at("steps") is not None else None,
    )


def inboxes(section: Section | None) -> Inboxes | None:
    """Where work for people arrives as well; None when it says nothing, or not where."""
    makes = None if section is None else section.text("makes")
    if section is None or makes is None:
        return None
    return Inboxes(
        at=section.at,
        makes=makes,
        teams=dict(section.pairs("teams")),
        sends=_sends(section, "sends"),
        closes_with=_sends(section, "closes with"),
    )


# ---- beside it


def brand(section: Section, service: Text) -> Brand:
    """The brand; without `brand.yaml` it bears the name of the service."""
    return Brand(
        name=section.text("name") or service,
        seed_colour=section.text("seed colour") or SEED_COLOUR,
        logo=section.text("logo"),
        help_desk=section.text("help desk"),
    )


def words(tree: Node | None) -> Mapping[str, Text]:
    """`words/<language>.yaml`: a text of the blueprint -> what readers of this language read.

    A text with nothing behind it is still to be translated.
    """
    if not isinstance(tree, TreeMapping):
        return nothing()
    return {key: value for key, value in tree.entries if isinstance(value, Text) and value}
