"""A list of breached passwords: made, measured, and held against a new password."""

import hashlib
import random
from pathlib import Path

import pytest
from pytest_django import Settings

from balie.identity.factors.breached import NotALine, Shape, is_breached, make, shape_of
from balie.identity.models import Person
from tests.browser import PASSWORD, Browser

KNOWN = [f"password number {number}" for number in range(20_000)]


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def quiet(_doing: str, _done: int, _whole: int) -> None: ...


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shape]:
    folder = tmp_path_factory.mktemp("breached")
    published = folder / "published.txt"
    lines = [f"{sha1(one)}:{number + 1}\r\n" for number, one in enumerate(KNOWN)]
    published.write_text("".join(lines), "utf-8", newline="")
    return folder / "list", make(published, folder / "list", 1, quiet)


def test_whatever_is_in_the_list_is_found(made: tuple[Path, Shape]) -> None:
    file, shape = made
    assert shape.count == len(KNOWN)
    assert all(is_breached(one, file) for one in KNOWN[::7])


def test_of_others_one_in_a_thousand_is_refused_too(made: tuple[Path, Shape]) -> None:
    file, shape = made
    dice = random.Random(20261123)  # noqa: S311 - no secret
    others = [f"{dice.getrandbits(96):x}" for _ in range(10_000)]
    refused = sum(is_breached(one, file) for one in others)
    assert shape.rate == pytest.approx(0.001, rel=0.05)
    assert 1 <= refused <= 30
    assert file.stat().st_size / shape.count < 1.9  # bytes


def test_only_what_was_seen_often_when_that_is_asked(
    made: tuple[Path, Shape], tmp_path: Path
) -> None:
    published = made[0].with_name("published.txt")
    shape = make(published, tmp_path / "often", 19_001, quiet)
    assert shape.count == 1_000
    assert is_breached(KNOWN[-1], tmp_path / "often")


def test_a_folder_of_ranges_is_read_too(tmp_path: Path) -> None:
    ranges = tmp_path / "ranges"
    ranges.mkdir()
    for one in KNOWN[:50]:
        digest = sha1(one)
        with (ranges / f"{digest[:5]}.txt").open("a", encoding="utf-8") as file:
            file.write(f"{digest[5:]}:3\n")
    (ranges / "README").write_text("no range", "utf-8")
    shape = make(ranges, tmp_path / "list", 1, quiet)
    assert shape.count == 50
    assert all(is_breached(one, tmp_path / "list") for one in KNOWN[:50])


def test_a_wrong_line_changes_nothing(made: tuple[Path, Shape], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(f"{sha1('a')}:1\nthis is no hash\n", "utf-8")
    with pytest.raises(NotALine, match=r"wrong\.txt:2"):
        make(wrong, made[0], 1, quiet)
    assert shape_of(made[0]) == made[1]


def test_half_a_list_is_none(made: tuple[Path, Shape], tmp_path: Path) -> None:
    half = tmp_path / "half"
    half.write_bytes(made[0].read_bytes()[:5_000])
    assert shape_of(half) is None
    assert not is_breached(KNOWN[0], half)


def test_a_breached_password_is_refused_in_words(
    browser: Browser, sanne: Person, settings: Settings, made: tuple[Path, Shape]
) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [
        {
            "NAME": "balie.identity.factors.passwords.BreachedPasswordValidator",
            "OPTIONS": {"file": str(made[0])},
        }
    ]
    browser.sign_in(sanne.email)
    form = {"oldpassword": PASSWORD, "password1": KNOWN[5], "password2": KNOWN[5]}
    answer = browser.post("/accounts/password/change/", form)
    assert answer.status_code == 422
    assert "bekend uit een datalek" in answer.text
