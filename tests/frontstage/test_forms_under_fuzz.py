"""T16: whatever is posted at a form gets words and a status of its own, and never a 500."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balie.backstage.actions import Action
from balie.backstage.errands import targets
from balie.backstage.forms.plan import FormPlan
from balie.backstage.service import Service
from balie.mapping.thing import MappedThing
from tests.frontstage.fietsen import fietsen
from tests.frontstage.made_forms import made_form
from tests.frontstage.site import FROM_HERE, Site, site
from tests.semantics.world import World, world
from tests.writing.world import HeldActions

GENERATED = (3, 8)  # seeds of forms that nobody wrote; in the long proof as many as SEEDS
SEEDS = 12
ACCEPTABLE = {200, 201, 303, 400, 404, 405, 409, 413, 415, 422, 429, 503}
WHO = ("sanne", "bram", "fatima")
QUICK, WHOLE = 120, 2_500
RIGHT = {
    "e-mail": "sanne@example.nl",
    "phone": "06 12345678",
    "postcode": "3512 JC",
    "number": "3",
    "date": "2026-11-23",
    "yes or no": "true",
    "file": "",
}
"""A rule or a control -> an answer that is right."""

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Post:
    """Something that anybody may send. fields: name, or the number of a question; value.

    body: instead of the fields, as JSON. raw: instead of either. right: beside all that, a right
    answer to each question that is not spoiled.
    """

    form: int
    who: int
    query: str
    fields: list[tuple[str | int, str]]
    body: object
    right: bool
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
    st.integers(0, 12),
    st.sampled_from(
        ["email", "mobile", "street", "postcode", "city", "lines", "reason", "order", "text",
         "photo", "phone", "about", "form_page", "remove", "forget", "part_of_day",
         "lines.10000.quantity", "lines..quantity",
         "lines.10000.", "form_token", "back", "confirm", "person", "customer", "owner", "value"]
    ),
    st.text(max_size=12),
)  # fmt: skip
_values = st.one_of(
    _texts, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(_texts, max_size=3)
)
_bodies = st.one_of(
    st.dictionaries(_names, _values, max_size=10),
    st.dictionaries(_names, st.one_of(_values, st.dictionaries(_texts, _values, max_size=2))),
    st.lists(_values, max_size=3),
    _values,
)
_posts = st.builds(
    Post,
    form=st.integers(0, 20),
    who=st.integers(0, 5),
    query=st.one_of(st.just(""), st.just("VO-26088"), st.just("101"), st.text(max_size=12)),
    fields=st.one_of(
        st.lists(st.tuples(_names, _texts), max_size=2),
        st.lists(st.tuples(_names, _texts), max_size=14),
    ),
    body=st.one_of(st.just(...), st.just(...), _bodies),
    right=st.booleans(),
    token=st.sampled_from(["good", "good", "none", "1.2.3", "ü"]),
    confirm=st.booleans(),
    as_json=st.booleans(),
    key=st.sampled_from(["", "k", "x" * 500]),
    raw=st.one_of(st.none(), st.none(), st.none(), st.binary(max_size=60)),
)


def lindeman(actions: HeldActions, _folder: Path) -> World:
    return world(actions=actions)


def shop(actions: HeldActions, _folder: Path) -> World:
    return fietsen(actions)


def generated(seed: int) -> Callable[[HeldActions, Path], World]:
    """A form that chance made."""
    return lambda actions, folder: made_form(Random(seed), folder, actions)  # noqa: S311


@pytest.mark.parametrize(
    ("portal", "examples"),
    [(lindeman, QUICK), (shop, QUICK // 2), *((generated(n), QUICK // 4) for n in GENERATED)],
    ids=["lindeman", "fietsen", *(f"made {n}" for n in GENERATED)],
)
def test_nothing_that_is_posted_breaks_a_form(
    portal: Callable[[HeldActions, Path], World], examples: int, tmp_path: Path
) -> None:
    fuzzed(portal, examples, tmp_path)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("portal", "examples"),
    [(lindeman, WHOLE), (shop, WHOLE // 4), *((generated(n), WHOLE // 25) for n in range(SEEDS))],
    ids=["lindeman", "fietsen", *(f"made {n}" for n in range(SEEDS))],
)
def test_nothing_that_is_posted_breaks_a_form_however_long_one_tries(
    portal: Callable[[HeldActions, Path], World], examples: int, tmp_path: Path
) -> None:
    began = time.perf_counter()
    accepted = fuzzed(portal, examples, tmp_path)
    seconds = time.perf_counter() - began
    sys.stdout.write(f"\n{examples} posts in {seconds:.0f} s, {accepted} accepted\n")


def fuzzed(portal: Callable[[HeldActions, Path], World], examples: int, folder: Path) -> int:
    """Posts so much; how much of it was accepted."""
    actions = HeldActions()
    running = portal(actions, folder)
    over_http = site(running)

    @settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(_posts)
    def tried(post: Post) -> None:
        asyncio.run(_tried(over_http, running.service, actions, post, WHO))

    tried()
    return len(actions.kept)


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
        right = _right(plan, page.json()) if post.right else {}
        right["form_token"] = token
        is_form = post.body is ...
        body = _fields(plan, post, right) if is_form else _json(plan, post.body, right)
        kept = set(actions.kept)
        answer = await visit.post(
            plan.address + query,
            content=body if post.raw is None else post.raw,
            headers={"content-type": FORM if is_form else JSON},
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


def _name(plan: FormPlan, name: str | int) -> str:
    """A question of this form by its number, or whatever somebody calls a field."""
    if isinstance(name, int):
        return plan.questions[name % len(plan.questions)].id
    return name


def _right(plan: FormPlan, page: Mapping[str, Any]) -> dict[str, str]:
    """A right answer to every question of a form that was opened, and one row ticked."""
    rules = {one.id: RIGHT.get(str(one.field.must_be), "") for one in plan.questions}
    right = {
        one["name"]: rules[one["name"]]
        or next((choice["value"] for choice in one["choices"]), RIGHT.get(one["control"], "Een"))
        for one in page.get("questions", ())
    }
    for row in (page.get("rows") or {"rows": ()})["rows"][:1]:
        right[page["rows"]["name"]] = row["key"]
        right |= {one["name"]: "1" for one in row["questions"]}
    return right


def _fields(plan: FormPlan, post: Post, right: Mapping[str, str]) -> bytes:
    said = [(_name(plan, name), value) for name, value in post.fields]
    confirmed = [("confirm", "yes")] if post.confirm else []
    spoiled = {name for name, _ in said}
    kept = [(name, value) for name, value in right.items() if name not in spoiled]
    return _body([*said, *kept, *confirmed])


def _json(plan: FormPlan, body: object, right: Mapping[str, str]) -> bytes:
    if isinstance(body, dict):
        body = {**right, **{_name(plan, name): value for name, value in body.items()}}
    return json.dumps(body).encode()


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
