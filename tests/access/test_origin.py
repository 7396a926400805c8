"""A form counts only when a page of ours sent it."""

import pytest

from balie.access.origin import is_from_here

HERE = "https://my.example.com"


@pytest.mark.parametrize(
    ("fetch_site", "origin", "ours"),
    [
        ("same-origin", None, True),
        ("same-origin", "https://evil.example", True),  # only the browser can say it
        ("same-site", HERE, False),
        ("cross-site", HERE, False),
        ("none", HERE, False),
        (None, HERE, True),
        (None, "http://my.example.com", False),
        (None, "null", False),
        (None, None, False),
    ],
)
def test_a_form_counts_only_when_a_page_of_ours_sent_it(
    fetch_site: str | None, origin: str | None, ours: bool
) -> None:
    assert is_from_here(fetch_site, origin, HERE) is ours
