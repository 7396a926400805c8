"""`balie passwords`."""

import hashlib
import json
from pathlib import Path

from tests.commands.running import balie


def published(folder: Path) -> Path:
    digest = hashlib.sha1(b"correct horse battery staple", usedforsecurity=False).hexdigest()
    file = folder / "published.txt"
    file.write_text(f"{digest.upper()}:120\n", "utf-8")
    return file


def test_a_list_is_made_shown_and_taken_away(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    made = balie("passwords", "import", published(tmp_path), "--json", BALIE_STATE=state)
    assert made.returncode == 0, made.stderr
    said = json.loads(made.stdout)
    assert said["passwords"] == 1
    assert Path(said["file"]).stat().st_size == said["bytes"]

    shown = balie("passwords", "show", BALIE_STATE=state)
    assert (shown.returncode, shown.stdout.split()[0]) == (0, "1")
    assert balie("passwords", "remove", BALIE_STATE=state).returncode == 0
    gone = balie("passwords", "show", "--json", BALIE_STATE=state)
    assert (gone.returncode, gone.stdout) == (1, "null\n")


def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    (tmp_path / "wrong").write_text("hello\n", "utf-8")
    wrong = balie("passwords", "import", tmp_path / "wrong", BALIE_STATE=state)
    assert wrong.returncode == 1
    assert "wrong:1 is no line of such a list. Nothing was changed." in wrong.stderr
