"""T16: whatever is posted at a form gets words and a status of its own, and never a 500."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balie.backstage.actions import Action
from balie.backstage.errands import targets
from balie.backstage.service import Service
from balie.mapping.thing import MappedThing
from tests.frontstage.site import FROM_HERE, Site, site
from tests.semantics.world import world
from tests.writing.world import HeldActions

ACCEPTABLE = {200, 201, 303, 400, 404, 405, 409, 413, 415, 422, 503}
WHO = ("sanne", "bram", "fatima")
QUICK, WHOLE = 120, 2_500


@dataclass(frozen=True)
class Post:
    """Something that anybody may send."""

    form: int
    who: int
    query: str
    fields: list[tuple[str, str]]
    token: str
    confirm: bool
    as_json: bool
    key: str
    raw: bytes | None


_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "1", "-1", "1e9", "٣", "REGRET", "VO-26088", "10000", "x" * 5_000, "\x00", "\ud800",
         "sanne@example.nl", "0612345678", "3512JC", "2026-02-30", "true", "<b>", "../..", "AM"]
    ),
)  # fmt: skip
_names = st.one_of(
    st.sampled_from(
        ["email", "mobile", "street", "postcode", "city", "lines", "reason", "order", "text",
         "photo", "phone", "about", "part_of_day", "lines.10000.quantity", "lines..quantity",
         "lines.10000.", "form_token", "back", "confirm", "person", "customer", "owner", "value"]
    ),
    st.text(max_size=12),
)  # fmt: skip
_posts = st.builds(
    Post,
    form=st.integers(0, 20),
    who=st.integers(0, 5),
    query=st.one_of(st.just(""), st.just("VO-26088"), st.text(max_size=12)),
    fields=st.lists(st.tuples(_names, _texts), max_size=14),
    token=st.sampled_from(["good", "none", "1.2.3", "ü"]),
    confirm=st.booleans(),
    as_json=st.booleans(),
    key=st.sampled_from(["", "k", "x" * 500]),
    raw=st.one_of(st.none(), st.none(), st.none(), st.binary(max_size=60)),
)


def test_nothing_that_is_posted_breaks_a_form() -> None:
    fuzzed(QUICK)


@pytest.mark.proof
def test_nothing_that_is_posted_breaks_a_form_however_long_one_tries() -> None:
    fuzzed(WHOLE)


def fuzzed(examples: int) -> None:
    actions = HeldActions()
    running = world(actions=actions)
    portal = site(running)

    @settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(_posts)
    def tried(post: Post) -> None:
        asyncio.run(_tried(portal, running.service, actions, post, WHO))

    tried()


async def _tried(
    portal: Site, service: Service, actions: HeldActions, post: Post, people: tuple[str, ...]
) -> None:
    plans = service.form_plans
    plan = plans[post.form % len(plans)]
    who = people[post.who % len(people)]
    subject = plan.subject
    query = f"?{subject.id}={_quoted(post.query)}" if subject is not None and post.query else ""
    headers = dict(FROM_HERE)
    if post.as_json:
        headers["accept"] = "application/json"
    if post.key:
        headers["idempotency-key"] = post.key
    async with portal.visit(who, **headers) as visit:
        page = await visit.get(plan.address + query, headers={"accept": "application/json"})
        token = page.json().get("form_token", "") if post.token == "good" else post.token
        fields = [*post.fields, ("form_token", token)]
        if post.confirm:
            fields.append(("confirm", "yes"))
        body = _body(fields) if post.raw is None else post.raw
        kept = set(actions.kept)
        answer = await visit.post(
            plan.address + query,
            content=body,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
    assert answer.status_code in ACCEPTABLE, (answer.status_code, answer.text[:300])
    assert answer.status_code in (201, 303) or len(_words(answer.text)) > 2, answer.text
    new = [one for id_, one in actions.kept.items() if id_ not in kept]
    assert bool(new) <= (answer.status_code in (201, 303))
    for action in new:
        assert_all_of_it_is_sent(action, plan.thing)


def assert_all_of_it_is_sent(action: Action, thing: MappedThing) -> None:
    """Nothing is stored that goes nowhere."""
    assert action.errands
    places = {(errand.system, errand.table) for errand in action.errands}
    for told in action.answers:
        field = thing.thing.fields.get(told.field)
        if (
            field is not None
            and told.text
            and not thing.thing.followers
            and not action_changes(action)
        ):
            assert places & {(at.system, at.table) for at, _ in targets(thing.thing, field)}


def action_changes(action: Action) -> bool:
    """Whether it changes a row: then only what differs is sent."""
    return any(errand.row is not None for errand in action.errands)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _body(fields: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields).encode()


def _words(text: str) -> list[str]:
    try:
        said: Mapping[str, object] = json.loads(text)
    except ValueError:
        return text.split()
    return " ".join(map(str, said.values())).split()
