"""What another party says of organisations and roles: of that sign-in alone, and never too much."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from balie.blueprint.model import Says
from balie.identity.connections.claims import Said
from balie.identity.models import Membership, Person
from balie.identity.organisations.claimed import claimed, keep_claimed
from balie.identity.reader import cookie_digest
from balie.identity.signing_in import complete, visitor_in, visitor_of
from tests.identity.conftest import the_example

EXAMPLE = replace(
    the_example(),
    memberships=replace(
        the_example().memberships, roles=(Says.CLAIMS,), words={"acme-buyers": "buyer"}
    ),
)


def said(**values: tuple[str, ...]) -> Mapping[str, Said]:
    return {name: Said(name, texts) for name, texts in values.items()}


@pytest.mark.parametrize(
    ("told", "given"),
    [
        (said(company=("a1",), roles=("acme-buyers",)), {("a1", "buyer")}),
        (
            said(company=("a1",), roles=("finance", "acme-buyers")),
            {("a1", "buyer"), ("a1", "finance")},
        ),
        (said(roles=("consumer",)), {("", "consumer")}),
        (
            said(company=("a1", "a2"), roles=("a1/buyer", "a2/finance")),
            {("a1", "buyer"), ("a2", "finance")},
        ),
        (said(company=("a1", "a2"), roles=("buyer",)), set()),
        (said(company=("a1",), roles=("a2/buyer",)), set()),
        (said(company=("a1",), roles=("Domain Users", "")), set()),
        (said(company=("a1",)), set()),
        (said(roles=("buyer",)), set()),
        ({}, set()),
    ],
)  # fmt: skip
def test_who_is_what_where(told: Mapping[str, Said], given: set[tuple[str, str]]) -> None:
    assert set(claimed(told, EXAMPLE)) == given


def test_it_counts_in_that_sign_in_alone_and_no_longer_than_it_is_said(sanne: Person) -> None:
    complete(sanne, "one", seconds=60)
    complete(sanne, "two", seconds=60)
    keep_claimed(sanne, cookie_digest("one"), said(company=("a1",), roles=("buyer",)), EXAMPLE)

    here, elsewhere = visitor_in(sanne, "one"), visitor_in(sanne, "two")
    assert here is not None
    assert elsewhere is not None
    assert [(m.organisation, m.kind, m.source) for m in here.memberships] == [
        ("a1", "buyer", "claims")
    ]
    assert elsewhere.memberships == visitor_of(sanne).memberships == ()

    keep_claimed(sanne, cookie_digest("one"), said(company=("a1",)), EXAMPLE)
    assert not Membership.objects.filter(person=sanne).exists()


def test_a_blueprint_that_does_not_ask_for_claims_keeps_none(sanne: Person) -> None:
    keep_claimed(sanne, "x", said(company=("a1",), roles=("buyer",)), the_example())
    assert not Membership.objects.exists()
