"""A link that a system hands us is followed only below the system's own address."""

import pytest

from balie.systems.addresses import below

AT = "https://erp.example/api/v2.0"


@pytest.mark.parametrize(
    ("link", "rest"),
    [
        ("https://erp.example/api/v2.0/orders?$skiptoken=1", "orders?$skiptoken=1"),
        ("https://ERP.example:443/api/v2.0/orders", "orders"),
        ("/api/v2.0/orders?a=b%26c", "orders?a=b%26c"),
        ("orders?x=1", "orders?x=1"),
        ("//erp.example/api/v2.0/orders", "orders"),
    ],
)
def test_a_link_below_the_address_is_followed(link: str, rest: str) -> None:
    assert below(AT, link) == rest


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/api/v2.0/orders",
        "http://erp.example/api/v2.0/orders",
        "https://erp.example:8443/api/v2.0/orders",
        "https://erp.example:bad/api/v2.0/orders",
        "https://erp.example.elsewhere.example/api/v2.0/orders",
        "https://user@erp.example/api/v2.0/orders",
        "https://erp.example@elsewhere.example/api/v2.0/orders",
        "https://erp.example/api/v2.0",
        "https://erp.example/api/v2.0x/orders",
        "https://erp.example/admin",
        "/admin",
        "../../admin",
        "https://erp.example/api/v2.0/%2e%2e/admin",
        "https://erp.example/api/v2.0/..%5cadmin",
        "https://erp.example/api/v2.0/.%2E/admin",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_any_other_link_is_not(link: str) -> None:
    assert below(AT, link) is None


def test_a_relative_link_starts_from_the_page_it_stands_on() -> None:
    page = f"{AT}/companies(1)/orders?$top=2"
    assert below(AT, "orders?$skiptoken=2", page) == "companies(1)/orders?$skiptoken=2"
    assert below(AT, "?$skiptoken=2", page) == "companies(1)/orders?$skiptoken=2"
