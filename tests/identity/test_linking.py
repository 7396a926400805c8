"""Several keys of one name of `me`, and links that were taken away."""

from balie.identity.linking.links import Why, link, link_by_mail, links_of, unlink
from balie.identity.models import Person, Recognition
from tests.identity.conftest import Noted, Site


def test_somebody_has_several_numbers_and_every_page_knows_them(
    note: Noted, site: Site, sanne: Person
) -> None:
    site.systems.known["sanne@example.nl"] = {"contact": "c-1"}
    browser = site.browser()
    browser.sign_in("sanne@example.nl")
    assert link(sanne, "contact", "c-2", Why.LETTER, note)
    assert not link(sanne, "contact", "c-2", Why.LETTER, note)

    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["links"] == {"contact": ["c-1", "c-2"]}


def test_a_link_that_was_taken_away_is_gone_at_the_next_page(
    note: Noted, site: Site, sanne: Person
) -> None:
    browser = site.browser()
    browser.sign_in("sanne@example.nl")
    link(sanne, "contact", "c-1", Why.LETTER, note)
    link(sanne, "contact", "c-2", Why.INVITATION, note, by="a" * 32)

    assert unlink(sanne, "contact", note, "c-1") == 1
    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["links"] == {"contact": ["c-2"]}
    assert unlink(sanne, "contact", note) == 1
    assert unlink(sanne, "contact", note) == 0


def test_a_mail_address_does_not_bring_back_what_was_taken_away(note: Noted, sanne: Person) -> None:
    link_by_mail(sanne, {"contact": "c-1"}, "", note)
    unlink(sanne, "contact", note)

    link_by_mail(sanne, {"contact": "c-1"}, "", note)
    link_by_mail(sanne, {"contact": "c-9"}, "", note)
    assert links_of(sanne) == {}

    assert link(sanne, "contact", "c-1", Why.LETTER, note)
    assert links_of(sanne) == {"contact": ("c-1",)}
    assert Recognition.objects.get().why == "letter"


def test_a_link_by_mail_is_kept_with_its_reason_its_day_and_the_party(
    note: Noted, sanne: Person
) -> None:
    link_by_mail(sanne, {"contact": "c-1"}, "acme", note)

    kept = Recognition.objects.get()
    assert (kept.why, kept.connection) == ("verified mail at sign-in", "acme")
    assert kept.since is not None


def test_every_link_that_is_made_or_ends_stands_in_the_audit(note: Noted, sanne: Person) -> None:
    link_by_mail(sanne, {"contact": "c-1"}, "acme", note)
    link(sanne, "contact", "c-1", Why.LETTER, note)
    link(sanne, "contact", "c-2", Why.INVITATION, note, by="b" * 32)
    unlink(sanne, "contact", note, by="d" * 32)

    them = sanne.pk.hex
    assert note.lines == [
        ("linked", them, "verified mail at sign-in", "contact c-1"),
        ("linked", them, "invitation", "contact c-2"),
        ("unlinked", them, "taken away", "contact c-1"),
        ("unlinked", them, "taken away", "contact c-2"),
    ]
