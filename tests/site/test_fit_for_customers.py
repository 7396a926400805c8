"""`balie doctor --deploy`: what keeps an installation from being fit for real customers."""

import os
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.db import connection

from balie.identity.people import enrol
from balie.site import configuration
from balie.site.configuration import Configuration
from balie.site.examination.deployment import fit, is_weak
from balie.site.examination.guarded import guarded
from balie.site.examination.observation import Observation, Verdict
from balie.site.sealing import keep_seal
from balie.store.append_only import guard, leave
from balie.store.audit import Trail
from balie.store.stamps import Stamps

KEY = Fernet.generate_key().decode()
MACHINES_OWN = {"clock", "process", "backups"}


@pytest.fixture
def good(tmp_path: Path) -> Configuration:
    """An installation with which nothing is wrong."""
    tmp_path.chmod(0o700)
    (tmp_path / "balie.db").touch(mode=0o600)
    return configuration.read(
        {
            "BALIE_STATE": str(tmp_path),
            "BALIE_KEYS": KEY,
            "BALIE_PUBLIC_URL": "https://my.example.com",
            "BALIE_TRUSTED_PROXIES": "10.0.0.7",
        }
    )


def not_fine(seen: tuple[Observation, ...] | list[Observation]) -> list[tuple[str, Verdict]]:
    told = [one for one in seen if one.about not in MACHINES_OWN]
    return [(one.about, one.verdict) for one in told if one.verdict is not Verdict.FINE]


def test_with_a_good_installation_nothing_is_wrong(good: Configuration) -> None:
    assert not_fine(list(fit(good))) == []
    assert KEY not in repr(fit(good))


BROKEN, LOOK = Verdict.BROKEN, Verdict.LOOK


@pytest.mark.parametrize(
    ("changes", "about", "verdict"),
    [
        ({"public_url": "http://my.example.com"}, ["deployment", "cookies"], BROKEN),
        ({"demo": True}, ["deployment"], BROKEN),
        ({"trusted_proxies": (ip_network("0.0.0.0/0"),)}, ["proxies"], BROKEN),
        ({"trusted_proxies": (ip_network("::/0"),)}, ["proxies"], BROKEN),
        ({"trusted_proxies": ()}, ["proxies"], LOOK),
        ({"host": "0.0.0.0"}, ["proxies"], LOOK),
        ({"keys": (urlsafe_b64encode(b"a" * 32).decode(),)}, ["keys"], BROKEN),
        ({"keys": (KEY, KEY)}, ["keys"], LOOK),
        ({"database_url": "postgresql://b:x@db.example.com/b"}, ["database"], LOOK),
        ({"cache_url": "redis://cache.example.com/0"}, ["Redis"], LOOK),
        ({"private_systems": frozenset({"10.0.0.9"})}, ["exceptions"], LOOK),
        ({"private_logins": frozenset({"10.0.0.9"})}, ["exceptions"], LOOK),
        ({"log": "debug"}, ["exceptions"], LOOK),
    ],
)
def test_each_thing_that_is_wrong_is_told(
    good: Configuration, changes: dict[str, object], about: list[str], verdict: Verdict
) -> None:
    assert not_fine(list(fit(replace(good, **changes)))) == [(one, verdict) for one in about]


def test_a_database_that_others_can_read_is_told_with_its_mode(good: Configuration) -> None:
    (good.state / "balie.db-wal").touch(mode=0o644)
    (good.state / "balie.db-wal").chmod(0o644)
    seen = [one for one in fit(good) if one.about == "files"]
    assert [(one.verdict, one.do) for one in seen] == [
        (BROKEN, f"chmod 600 {good.state / 'balie.db-wal'}")
    ]


def test_a_key_made_by_chance_is_not_weak_and_one_made_by_hand_is() -> None:
    assert not any(is_weak(Fernet.generate_key().decode()) for _ in range(2_000))
    for plain in (b"a" * 32, bytes(range(32)), b"secret!!" * 4, b"0123456789abcdef" * 2, bytes(32)):
        assert is_weak(urlsafe_b64encode(plain).decode()), plain


# ---- what the database tells


@pytest.fixture
def here(tmp_path: Path) -> Configuration:
    return configuration.read(
        {"BALIE_STATE": str(tmp_path), "BALIE_KEYS": os.environ["BALIE_KEYS"]}
    )


def told(chosen: Configuration) -> dict[str, Verdict]:
    return {one.about: one.verdict for one in guarded(chosen)}


@pytest.mark.django_db(transaction=True)
def test_staff_without_a_second_step_are_counted(here: Configuration) -> None:
    mila, _ = enrol("mila@example.nl", staff_roles=("service",), verified=True)
    enrol("sanne@example.nl", verified=True)
    seen = next(one for one in guarded(here) if one.about == "staff")
    assert (seen.verdict, seen.says) == (LOOK, "1 of 1 have no second step yet")
    Authenticator.objects.create(user=mila, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert told(here)["staff"] is LOOK, "recovery codes alone are no second step"
    Authenticator.objects.create(user=mila, type=Authenticator.Type.TOTP, data={})
    assert told(here)["staff"] is Verdict.FINE


@pytest.mark.django_db(transaction=True)
def test_an_audit_without_guards_or_seals_and_an_old_key_are_told(here: Configuration) -> None:
    assert told(here)["audit"] is BROKEN
    with connection.schema_editor() as editor:
        guard(editor)
    try:
        long_ago = datetime.now(UTC) - timedelta(days=400)
        Trail(Stamps(here.keys), lambda: long_ago).note("looked", who="mila")
        assert told(here) == {"staff": Verdict.FINE, "keys": LOOK, "audit": LOOK}
        keep_seal(here)
        assert told(here)["audit"] is Verdict.FINE
        newer = replace(here, keys=(KEY, *here.keys))
        Trail(Stamps(newer.keys), lambda: datetime.now(UTC)).note("looked", who="mila")
        assert told(newer)["keys"] is Verdict.FINE
    finally:
        with connection.schema_editor() as editor:
            leave(editor)
