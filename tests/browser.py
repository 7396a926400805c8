"""A browser with cookies for both layers of a site, and the loop that it runs on."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Mapping
from typing import TypeVar

import httpx
from starlette.types import ASGIApp

T = TypeVar("T")
PASSWORD = "vier losse woorden samen"


class Loop:
    """An event loop in a thread, so that tests are plain functions."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(whole(), self.loop).result(timeout=30)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class Browser:
    """A browser with cookies, for both layers."""

    def __init__(
        self,
        loop: Loop,
        app: ASGIApp,
        address: str = "http://127.0.0.1:8000",
        network: str = "203.0.113.9",
    ) -> None:
        self.loop = loop
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=(network, 4711)),
            base_url=address,
            headers={"accept-language": "nl"},
        )

    @property
    def cookies(self) -> httpx.Cookies:
        return self.client.cookies

    def get(self, path: str, **more: object) -> httpx.Response:
        return self.loop.run(self.client.get(path, **more))

    def post(
        self, path: str, data: Mapping[str, str] | None = None, page: str = ""
    ) -> httpx.Response:
        """Fills in a form: its token is taken from the page that it stands on."""
        html = self.get(page or path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)
        form = {"csrfmiddlewaretoken": token[1] if token else ""} | dict(data or {})
        return self.loop.run(
            self.client.post(
                path, data=form, headers={"origin": str(self.client.base_url).rstrip("/")}
            )
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/accounts/login/", {"login": email, "password": password})

    @property
    def seen_by_thin(self) -> Mapping[str, object] | None:
        """Whom a thin page takes this browser for."""
        found: Mapping[str, object] | None = self.get("/who").json()
        return found

    @property
    def seen_by_django(self) -> bool:
        """Whether a page of Django takes this browser for somebody who signed in."""
        return self.get("/accounts/password/change/").status_code == 200
