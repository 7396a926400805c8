"""A customer sends, it gets stuck, the desk settles it, the systems have it: in a whole portal."""

import re
from contextlib import closing
from pathlib import Path

from tests.desk.sending import a_conflict, by_staff, eventually, signed_in, state_of
from tests.running import portal

_FORM = re.compile(
    r'name="errand" value="([^"]+)"><input type="hidden" name="mark" value="([^"]+)">'
    r'<input type="hidden" name="do" value="again">'
)


def test_what_conflicts_is_seen_sent_all_the_same_and_settled(tmp_path: Path) -> None:
    with portal(tmp_path) as running:
        receipt = a_conflict(running)
        with closing(signed_in(running, "mila@example.nl")) as mila:
            first = mila.get("/staff").text
            assert "<h1>Er wacht 1 ding op u</h1>" in first
            assert "In CRM was het intussen veranderd. Er is niets overschreven." in first
            (address,) = set(re.findall(r'href="(/staff/actions/[^"]+)"', first))
            page = mila.get(address).text
            assert "Boulevard 1" in page
            assert "Kade 9" in page
            found = _FORM.search(page)
            assert found is not None
            decision = {"errand": found[1], "mark": found[2], "do": "again"}
            assert "Zeker weten?" in by_staff(mila, address, **decision).text
            assert by_staff(mila, address, **decision, sure="yes").status_code == 302
        with closing(signed_in(running, "sanne@example.nl")) as sanne:
            eventually(lambda: state_of(sanne, receipt) == "settled")
            assert "Kade 9" in sanne.get("/gegevens?newest=1").text
