"""A demo shows what was saved in the blueprint's files, and never what may not run."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import LINDEMAN, Portal, portal

TITLE = "title: Mijn bestellingen"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(LINDEMAN, tmp_path_factory.mktemp("edited") / "shop"))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def running(folder: Path, state: Path) -> Iterator[Portal]:
    with portal(state, folder) as here:
        yield here


@pytest.fixture
def sanne(running: Portal) -> Iterator[httpx.Client]:
    client = running.signed_in("sanne@example.nl")
    yield client
    client.close()


@pytest.fixture(autouse=True)
def as_it_was(folder: Path, state: Path, running: Portal) -> Iterator[None]:
    """Puts the files back, and waits until that was taken over."""
    before = {file: file.read_bytes() for file in folder.glob("*.yaml")}
    yield
    for file, content in before.items():
        if file.read_bytes() != content:
            told = _told(state)
            file.write_bytes(content)
            _until(lambda told=told: "Taken over" in _told(state)[len(told) :])


def test_a_word_that_is_saved_stands_on_the_page(folder: Path, sanne: httpx.Client) -> None:
    assert "Mijn bestellingen" in sanne.get("/bestellingen").text
    _change(folder / "story.yaml", TITLE, "title: Alles wat ik kocht")
    _until(lambda: "Alles wat ik kocht" in sanne.get("/bestellingen").text)
    assert "Mijn bestellingen" not in sanne.get("/bestellingen").text
    assert sanne.get("/bestellingen/VO-26088").status_code == 200  # who signed in stays so


def test_a_thing_without_an_owner_is_refused_and_pages_stay_as_they_were(
    folder: Path, state: Path, sanne: httpx.Client
) -> None:
    before = sanne.get("/bestellingen").status_code
    things = folder / "things.yaml"
    lines = things.read_text().splitlines(keepends=True)
    owner = next(n for n, line in enumerate(lines) if line.strip().startswith("owner:"))
    things.write_text("".join([*lines[:owner], *lines[owner + 1 :]]))
    _until(lambda: "Not taken over" in _told(state))
    assert "owner" in _told(state)
    assert sanne.get("/bestellingen").status_code == before == 200


def test_rubbish_that_is_saved_is_told_and_costs_no_page(
    folder: Path, state: Path, sanne: httpx.Client
) -> None:
    told = len(_told(state))
    (folder / "story.yaml").write_bytes(b"\xff\xfe: [\x00")
    _until(lambda: "Not taken over" in _told(state)[told:])
    assert sanne.get("/bestellingen").status_code == 200


def test_pages_keep_coming_while_files_change(folder: Path, sanne: httpx.Client) -> None:
    statuses = set()
    for name in ("Een", "Twee", "Drie"):
        story = folder / "story.yaml"
        text = story.read_text()
        at = text.index("title: ", text.index("step: my-orders"))
        story.write_text(text[:at] + f"title: {name}" + text[text.index("\n", at) :])
        until = time.monotonic() + 10
        while time.monotonic() < until:
            page = sanne.get("/bestellingen")
            statuses.add(page.status_code)
            if f"<h1>{name}" in page.text.replace(' tabindex="-1"', "") or f">{name}<" in page.text:
                break
        else:
            raise AssertionError(f"{name} did not come")
    assert statuses == {200}


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _told(state: Path) -> str:
    return (state / "output.txt").read_text()


def _until(holds: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
