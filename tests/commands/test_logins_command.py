"""`balie logins`: connections at the command line."""

import json
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.commands.running import ROOT, balie
from tests.identity.providers.provider import rsa

SECRET = "not to be seen"


class Party(BaseHTTPRequestHandler):
    """Answers as a provider that knows nobody's codes, but knows the client."""

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        self._say(200, {"keys": [rsa().as_dict(private=False)]} if "keys" in self.path else {
            "issuer": here, "authorization_endpoint": f"{here}/auth",
            "token_endpoint": f"{here}/token", "jwks_uri": f"{here}/keys",
        })  # fmt: skip

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        known = SECRET.replace(" ", "+") in body
        error = "invalid_grant" if known else "invalid_client"
        self._say(400 if known else 401, {"error": error})

    def _say(self, status: int, document: object) -> None:
        raw = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def party() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Party)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("logins")
    (folder / "secret").write_text(SECRET + "\n")
    (folder / "other").write_text("another\n")
    return {"BALIE_STATE": str(folder), "BALIE_PRIVATE_LOGINS": "127.0.0.1"}


def add(state: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return balie("logins", "add", *arguments, **state)


def test_a_connection_is_added_looked_over_and_taken_away(
    party: str, state: dict[str, str]
) -> None:
    secret = str(Path(state["BALIE_STATE"]) / "secret")
    post = ("--issuer", party, "--client-id", "portal", "--proof", "client_secret_post")
    added = add(state, "acme", *post, "--secret-file", secret)
    assert added.returncode == 0, added.stderr
    assert "http://127.0.0.1:8000/accounts/with/acme/back/" in added.stdout

    looked = balie("logins", "test", "acme", **state)
    assert looked.returncode == 0, looked.stdout
    assert "ok     client            It knows us as portal." in looked.stdout

    add(state, "acme", *post, "--secret-file", secret.replace("secret", "other"))
    wrong = balie("logins", "test", "acme", "--json", **state)
    assert wrong.returncode == 1
    found = {one["about"]: one for one in json.loads(wrong.stdout)}
    assert found["client refused"]["state"] == "wrong"
    assert "Compare client id and secret" in found["client refused"]["help"]

    listed = balie("logins", "list", "--json", **state)
    assert [one["name"] for one in json.loads(listed.stdout)] == ["acme"]
    assert "another" not in listed.stdout + added.stdout + looked.stdout
    assert balie("logins", "remove", "acme", **state).returncode == 0
    assert balie("logins", "remove", "acme", **state).returncode == 1


PUBLIC = ("--issuer", "https://a.nl", "--proof", "none")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Acme", "--issuer", "https://a.nl"), "'Acme' is no name."),
        (("local", "--issuer", "https://a.nl"), "'local' is no name."),
        (("a", "--issuer", "https://a.nl", "--preset", "azure-b2c"), "needs a policy"),
        (("a", "--issuer", "https://a.nl"), "I need a secret"),
        (("a", "--issuer", "http://a.nl", "--proof", "none"), "is no https address"),
        (("a", *PUBLIC, "--logout", "terminate"), "in no description"),
        (("a", *PUBLIC, "--logout", "rp", "--logout", "terminate"), "two ways to sign out"),
        (("a", *PUBLIC, "--step-up", "claims"), "two steps were proved"),
        (("a", *PUBLIC, "--claim", "contact"), "does not say which claim"),
        (("a", *PUBLIC, "--trust-email", "domains"), "need to know which"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    state: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    refused = add(state, *arguments, "--client-id", "x")
    assert refused.returncode == 2
    assert said in refused.stderr


def test_the_secret_is_no_argument() -> None:
    said = (ROOT / "src/balie/commands/logins.py").read_text()
    assert '"--secret"' not in said
