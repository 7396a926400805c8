"""What an installation says, and what it is told when it says it wrong."""

import base64
import stat
from pathlib import Path

import pytest

from balie.site.configuration import WrongSetting, demands, make_key, read

KEY = base64.urlsafe_b64encode(b"thirty-two bytes, for the tests.").decode()
RUNS = {
    "BALIE_BLUEPRINT": str(Path(__file__).parents[2] / "blueprints" / "lindeman"),
    "BALIE_MAIL_URL": "smtp://localhost",
    "BALIE_MAIL_FROM": "service@example.com",
}


def test_without_any_setting_it_is_one_machine_with_its_own_files() -> None:
    chosen = read({})

    assert chosen.embedded
    assert chosen.public_url == "http://127.0.0.1:8000"
    assert chosen.database_file == Path.cwd() / "var" / "balie" / "balie.db"
    assert chosen.cache_file == Path.cwd() / "var" / "balie" / "cache.db"
    assert chosen.session_cookie == "balie"


def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    assert read({"BALIE_PUBLIC_URL": "https://my.example.com/"}).session_cookie == "__Host-balie"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://Mijn.Example.nl", "https://mijn.example.nl"),
        ("https://my.example.com:443/", "https://my.example.com"),
        ("http://my.example.com:80", "http://my.example.com"),
        ("http://My.Example.com:8080", "http://my.example.com:8080"),
        ("http://my.example.com:443", "http://my.example.com:443"),
    ],
)
def test_the_public_address_is_kept_as_browsers_say_it(written: str, meant: str) -> None:
    assert read({"BALIE_PUBLIC_URL": written}).public_url == meant


def test_a_mail_server_is_read_from_its_address() -> None:
    mail = read({"BALIE_MAIL_URL": "smtp://me:p%40ss@mail.example.com?tls=starttls"}).mail

    assert mail is not None
    assert (mail.host, mail.port) == ("mail.example.com", 587)
    assert (mail.user, mail.password) == ("me", "p@ss")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BALIE_PORT", "eighty"),
        ("BALIE_PORT", "0"),
        ("BALIE_PORT", "²"),
        ("BALIE_PORT", "9" * 5000),
        ("BALIE_DATABASE_URL", "mysql://root:geheim@db/balie"),
        ("BALIE_DATABASE_URL", "mysql://root:s/geheim@s@db/balie"),
        ("BALIE_DATABASE_URL", "postgresql://root:geheim/s@db/balie"),
        ("BALIE_CACHE_URL", "memcached://:s/geheim@cache"),
        ("BALIE_CACHE_URL", "redis://:geheim/s@cache"),
        ("BALIE_CACHE_URL", "memcached://:geheim@cache"),
        ("BALIE_KEYS", "geheim"),
        ("BALIE_KEYS", f"{KEY},geheim"),
        ("BALIE_PUBLIC_URL", "my.example.com"),
        ("BALIE_PUBLIC_URL", "https://my.example.com/portal"),
        ("BALIE_PUBLIC_URL", "https://sanne:geheim@my.example.com"),
        ("BALIE_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("BALIE_DEMO", "perhaps"),
        ("BALIE_LOG", "loud"),
        ("BALIE_ACTING_MINUTES", "0"),
        ("BALIE_ACTING_MINUTES", "61"),
        ("BALIE_PUBLIC_URL", "https://my.example.com:geheim"),
        ("BALIE_PUBLIC_URL", "https://[geheim"),
        ("BALIE_MAIL_URL", "imap://me:geheim@mail.example.com"),
        ("BALIE_MAIL_URL", "smtp://me:geheim/s@mail.example.com"),
        ("BALIE_MAIL_URL", "smtp://me:geheim@mail.example.com:70000"),
        ("BALIE_MAIL_URL", "smtp://[geheim"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_repeated(name: str, value: str) -> None:
    with pytest.raises(WrongSetting) as refusal:
        read({name: value})

    assert refusal.value.name == name
    assert f"SETTING {name}" in str(refusal.value)
    assert "geheim" not in str(refusal.value) + repr(refusal.value)


@pytest.mark.parametrize(
    ("without", "also"),
    [
        ("BALIE_MAIL_URL", {}),
        ("BALIE_MAIL_FROM", {}),
        ("BALIE_KEYS", {"BALIE_DATABASE_URL": "postgresql://db/balie"}),
    ],
)
def test_running_asks_for_what_it_needs(without: str, also: dict[str, str]) -> None:
    environment = {**RUNS, **also}
    environment.pop(without, None)
    with pytest.raises(WrongSetting) as refusal:
        demands(read(environment))

    assert refusal.value.name == without


def test_with_what_it_needs_it_asks_for_nothing() -> None:
    demands(read(RUNS))


def test_a_demo_that_everybody_could_open_must_be_meant() -> None:
    public = {**RUNS, "BALIE_DEMO": "1", "BALIE_PUBLIC_URL": "https://demo.example.com"}

    with pytest.raises(WrongSetting, match="BALIE_DEMO=public"):
        demands(read(public))
    demands(read({**public, "BALIE_DEMO": "public"}))
    demands(read({**public, "BALIE_PUBLIC_URL": "http://localhost:8000"}))


def test_a_demo_needs_no_mail_server() -> None:
    demands(read({"BALIE_BLUEPRINT": RUNS["BALIE_BLUEPRINT"], "BALIE_DEMO": "1"}))


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    environment = {"BALIE_STATE": str(tmp_path / "state")}
    file = make_key(read(environment))

    assert file is not None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read(environment).keys == (file.read_text().strip(),)
    assert make_key(read(environment)) is None


def test_no_key_is_made_up_where_several_processes_need_the_same(tmp_path: Path) -> None:
    environment = {
        "BALIE_STATE": str(tmp_path),
        "BALIE_DATABASE_URL": "postgresql://db/balie",
    }
    assert make_key(read(environment)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_that_is_printed_shows_no_secret() -> None:
    chosen = read(
        {
            "BALIE_KEYS": KEY,
            "BALIE_DATABASE_URL": "postgresql://balie:geheim@db/balie",
            "BALIE_MAIL_URL": "smtp://me:geheim@mail.example.com",
            "ERP_KEY": "geheim",
        }
    )
    assert KEY not in repr(chosen)
    assert "geheim" not in repr(chosen)
