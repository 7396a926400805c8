"""A plain client of the rehearsed systems, apart from Balie's own connectors."""

import json
from collections.abc import Mapping
from types import TracebackType

import httpx


class Asking:
    """Asks as somebody who holds the keys."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.settings = settings
        self._client = httpx.Client(timeout=10)
        self._tokens: dict[str, str] = {}

    def __enter__(self) -> "Asking":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def erp(self, path: str, **headers: str) -> httpx.Response:
        """`salesOrders?$top=1`, within the company; a whole address is taken as it is."""
        company = f"{self.settings['ERP_URL']}/companies({self.settings['ERP_COMPANY']})"
        url = path if path.startswith("http") else f"{company}/{path}"
        return self._client.get(url, headers=self._bearer("ERP") | headers)

    def crm(self, path: str) -> httpx.Response:
        return self._client.get(f"{self.settings['CRM_URL']}/{path}", headers=self._bearer("CRM"))

    def carrier(self, path: str) -> httpx.Response:
        key = {"X-Api-Key": self.settings["CARRIER_KEY"]}
        return self._client.get(f"{self.settings['CARRIER_URL']}/{path}", headers=key)

    def write(
        self, system: str, method: str, path: str, body: object, **headers: str
    ) -> httpx.Response:
        """Sends JSON, or bytes as they are, as somebody who holds the keys."""
        name = system.upper()
        settings = self.settings
        within = f"/companies({settings['ERP_COMPANY']})" if name == "ERP" else ""
        key = {"X-Api-Key": settings["CARRIER_KEY"]} if name == "CARRIER" else self._bearer(name)
        patch = "application/merge-patch+json" if name != "ERP" else "application/json"
        kind = patch if method == "PATCH" else "application/json"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.request(
            method,
            f"{settings[f'{name}_URL']}{within}/{path}",
            content=content,
            headers={"Content-Type": kind} | key | headers,
        )

    def as_stranger(self, url: str, **headers: str) -> httpx.Response:
        return self._client.get(url, headers=headers)

    def send(self, method: str, url: str, **given: object) -> httpx.Response:
        return self._client.request(method, url, **given)  # type: ignore[arg-type]

    def token(self, name: str, **sent: str) -> httpx.Response:
        """Asks a token of ERP or CRM."""
        crm = f"{self.settings['CRM_URL']}/oauth/token"
        url = self.settings["ERP_TOKEN_URL"] if name == "ERP" else crm
        right = {
            "grant_type": "client_credentials",
            "client_id": self.settings[f"{name}_CLIENT_ID"],
            "client_secret": self.settings[f"{name}_CLIENT_SECRET"],
            "scope": "https://api.businesscentral.dynamics.com/.default",
        }
        return self._client.post(url, data=right | sent)

    def _bearer(self, name: str) -> dict[str, str]:
        if name not in self._tokens:
            self._tokens[name] = self.token(name).json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[name]}"}
