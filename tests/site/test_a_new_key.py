"""A new key before the old one: what was closed, signed and chained before still holds."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.signing import BadSignature, TimestampSigner

from balie.backstage.forms.tokens import Bound, is_good, mint
from balie.commands.main import main
from balie.site import configuration
from balie.site.accepting import records_of
from balie.site.keeping import secret_of
from balie.site.settings import _secret
from balie.store.audit import Trail
from balie.store.ciphers import Cipher
from balie.store.stamps import Stamps

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEFORE = configuration.read({"BALIE_KEYS": OLD})
AFTER = configuration.read({"BALIE_KEYS": f"{NEW},{OLD}"})
LATER = configuration.read({"BALIE_KEYS": NEW})


def test_what_was_closed_with_the_old_key_is_opened_and_new_things_are_closed_with_the_new() -> (
    None
):
    closed = Cipher(BEFORE.keys).seal(b"Markerstraat 7")
    assert Cipher(AFTER.keys).unseal(closed) == b"Markerstraat 7"
    assert Cipher(LATER.keys).unseal(Cipher(AFTER.keys).seal(b"Kade 1")) == b"Kade 1"
    assert Cipher(LATER.keys).unseal(closed) is None


def test_a_form_that_was_open_meanwhile_can_still_be_sent() -> None:
    bound = Bound(person="sanne", step="ask", version="v1")
    token = mint(bound, NOON, secret_of(BEFORE))
    assert is_good(token, bound, NOON, secret_of(AFTER))
    assert not is_good(token, bound, NOON, secret_of(LATER))


def test_drafts_stories_and_news_are_found_by_the_same_digests() -> None:
    assert secret_of(AFTER) == secret_of(BEFORE)
    assert records_of(AFTER).secret == records_of(BEFORE).secret


def test_what_django_signed_still_holds() -> None:
    before = TimestampSigner(key=_secret(OLD)).sign("session")
    after = TimestampSigner(key=_secret(NEW), fallback_keys=[_secret(OLD)])
    assert after.unsign(before) == "session"
    with pytest.raises(BadSignature):
        TimestampSigner(key=_secret(NEW)).unsign(before)


@pytest.mark.django_db(transaction=True)
def test_the_audit_goes_on_in_the_same_chain() -> None:
    for chosen in (BEFORE, AFTER):
        Trail(Stamps(chosen.keys), lambda: NOON).note("looked", who="mila")
    assert list(Trail(Stamps(AFTER.keys), lambda: NOON).faults()) == []


def test_rotating_puts_a_new_key_first_and_keeps_the_file_to_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys"
    file.write_text(OLD + "\n")
    monkeypatch.setenv("BALIE_STATE", str(tmp_path))
    monkeypatch.delenv("BALIE_KEYS")
    assert main(["keys", "rotate"]) == 0
    first, second = file.read_text().split()
    assert (second, first == OLD) == (OLD, False)
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["keys", "list"]) == 0
    said = capsys.readouterr().out
    assert first not in said
    assert OLD not in said
    assert [line.split()[0] for line in said.splitlines()[-2:]] == list(Stamps([first, OLD]).known)


def test_keys_in_the_environment_are_not_ours_to_change(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert os.environ["BALIE_KEYS"]
    assert main(["keys", "rotate"]) == 1
    assert "which I cannot change" in capsys.readouterr().err
    assert main(["keys", "new"]) == 0
    assert configuration.read({"BALIE_KEYS": capsys.readouterr().out.strip()}).keys


def test_without_a_key_there_is_none_to_rotate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BALIE_STATE", str(tmp_path))
    monkeypatch.delenv("BALIE_KEYS")
    assert main(["keys", "rotate"]) == 1
    assert "There is no key yet." in capsys.readouterr().err
    assert not (tmp_path / "keys").exists()
