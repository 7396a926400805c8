"""What customers read when data is old, late or not there."""

from typing import Protocol

import pytest

from balie.backstage.page import Freshness, Page, Trust
from balie.frontstage.trust import told
from tests.frontstage import pages
from tests.frontstage.markup import read
from tests.frontstage.site import Site, site


@pytest.fixture(scope="module")
def around() -> Site:
    return site(now=pages.NOW)


def words(page: Page, around: Site, language: str = "nl") -> str:
    chrome = around.surroundings.around(page, around.chrome(language, page.address))
    html = around.looks.render(
        f"{page.kind}.html", chrome, page=page, told=told(page, chrome.t), lineage=False
    )
    main = next(read(html).all("main"))
    return main.text


SAID = {
    (Trust.FRESH, "nl"): "Bijgewerkt 2 minuten geleden",
    (Trust.FRESH, "en"): "Updated 2 minutes ago",
    (Trust.KNOWN, "nl"): (
        "Even geen verbinding U ziet de stand van 10:12. We proberen het vanzelf opnieuw."
    ),
    (Trust.KNOWN, "en"): (
        "No connection right now You are looking at the state of 10:12. We keep trying."
    ),
    (Trust.AWAY, "nl"): (
        "Dit kunnen we nu niet laten zien We kunnen de gegevens even niet ophalen. "
        "Ze zijn niet weg: probeer het over een paar minuten opnieuw. "
        "Heeft u haast? Bel Klantenservice: 030 - 555 01 23 . Probeer opnieuw"
    ),
    (Trust.AWAY, "en"): (
        "We can't show this right now We can't fetch this for a moment. "
        "Nothing is lost: please try again in a few minutes. "
        "In a hurry? Call Klantenservice: 030 - 555 01 23 . Try again"
    ),
    (Trust.WAITING, "nl"): (
        "Dit duurt langer dan normaal We zijn de gegevens nog aan het ophalen. "
        "Ververs de pagina om ze te zien."
    ),
    (Trust.WAITING, "en"): (
        "This takes longer than usual We are still fetching this. Refresh the page to see it."
    ),
    (Trust.UNRECOGNISED, "nl"): (
        "We kunnen nu niet zien wie u bent bij ons Daarom laten we nu niets zien. "
        "Uw gegevens zijn er nog."
    ),
    (Trust.UNRECOGNISED, "en"): (
        "We can't see right now who you are to us So we show nothing for the moment."
    ),
}


class Makes(Protocol):
    """One of the hand-made pages, in a state."""

    def __call__(self, *, state: Freshness) -> Page: ...


@pytest.mark.parametrize("make", [pages.overview_page, pages.listing_page, pages.details_page])
@pytest.mark.parametrize(("trust", "language"), SAID)
def test_every_state_is_said_in_words_on_every_kind_of_page(
    make: Makes, trust: Trust, language: str, around: Site
) -> None:
    said = words(make(state=pages.freshness(trust)), around, language)
    assert SAID[trust, language] in said


@pytest.mark.parametrize("trust", [Trust.AWAY, Trust.WAITING, Trust.UNRECOGNISED])
def test_what_is_away_is_never_told_as_nothing(trust: Trust, around: Site) -> None:
    said = words(pages.listing_page(state=pages.freshness(trust)), around)
    assert "Hier staat nog niets" not in said
    assert "VO-26120" not in said


def test_nothing_is_told_as_nothing(around: Site) -> None:
    said = words(pages.listing_page(rows=0), around)
    assert "Hier staat nog niets Zodra er iets is, ziet u het hier." in said


def test_the_sentence_of_the_blueprint_goes_first_and_is_said_once(around: Site) -> None:
    state = pages.freshness(Trust.KNOWN, pages.SAYS)
    said = words(pages.details_page(state=state), around)
    assert said.count(pages.SAYS) == 1
    assert "U ziet de stand van" not in said


def test_what_holds_for_several_blocks_is_said_once(around: Site) -> None:
    said = words(pages.details_page(state=pages.freshness(Trust.AWAY)), around)
    assert said.count("Dit kunnen we nu niet laten zien") == 1


def test_a_part_that_is_left_out_is_not_there(around: Site) -> None:
    page = pages.details_page(carrier=pages.freshness(Trust.HIDDEN))
    said = words(page, around)
    assert "Pakketten" not in said
    assert "Even geen verbinding" not in said


def test_a_block_of_another_time_says_its_own_time(around: Site) -> None:
    older = pages.freshness(Trust.KNOWN)
    said = told(pages.overview_page(contact=older), around.surroundings.voice("nl"))
    assert said.older == frozenset()  # of the same minute
    assert set(said.of_block) == {"contact"}


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (1, "1 regel kunnen we nu niet laten zien. Onze medewerkers kijken ernaar."),
        (3, "3 regels kunnen we nu niet laten zien. Onze medewerkers kijken ernaar."),
    ],
)
def test_rows_that_cannot_be_read_are_counted(broken: int, text: str, around: Site) -> None:
    said = words(pages.listing_page(broken=broken), around)
    assert text in said
    assert "VO-26120" in said
