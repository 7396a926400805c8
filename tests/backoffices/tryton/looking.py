"""What really stands in Tryton, asked by its administrator: rows, and its own log of writes."""

from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from tests.backoffices.tryton.office import PATIENCE, TrytonOffice, passwords

Domain = list[Any]
"""As Tryton writes it: [["number", "=", "17"]]."""

COMPANY = {"company": 1, "companies": [1]}
"""What goes along with every call."""


@dataclass
class Looking:
    """A session of the administrator, who goes round any proxy."""

    office: TrytonOffice
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=PATIENCE))

    def __post_init__(self) -> None:
        number, key, *_ = self._said("common.db.login", "admin", {"password": passwords()["admin"]})
        words = b64encode(f"admin:{number}:{key}".encode()).decode()
        self.client.headers["Authorization"] = f"Session {words}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def call(self, method: str, *arguments: Any) -> Any:
        """The result of a method of a model: `model.sale.sale.search`. Warnings are passed over."""
        answer = self._answer(method, *arguments, COMPANY)
        match answer.get("error"):
            case ["UserWarning", [str(name), *_]]:
                self._said("model.res.user.warning.skip", name, False, COMPANY)
                return self._said(method, *arguments, COMPANY)
            case None:
                return answer["result"]
            case error:
                raise AssertionError(error)

    def rows(self, model: str, domain: Domain, *fields: str) -> list[dict[str, Any]]:
        """The rows, oldest first."""
        found: list[dict[str, Any]] = self.call(
            f"model.{model}.search_read", domain, 0, 10_000, [["id", "ASC"]], list(fields)
        )
        return found

    def address(self, party: str) -> dict[str, Any]:
        """The only address of a party, by its name."""
        (row,) = self.rows("party.address", [["party.name", "=", party]], "street", "city")
        return row

    def writes(self, model: str, number: int) -> int:
        """How often a record was written to, by Tryton's own log."""
        event: Domain = [["resource", "=", f"{model},{number}"], ["event", "=", "write"]]
        return len(self.rows("ir.model.log", event, "event"))

    def complaints(self) -> Counter[str]:
        """What customers wrote -> in how many complaints it stands."""
        return Counter(str(row["description"]) for row in self.rows("sale.complaint", [], _TEXT))

    def order_of_complaint(self, text: str) -> str:
        """The number of the order that a complaint with this text is about."""
        (row,) = self.rows("sale.complaint", [["description", "=", text]], "origin")
        model, _, id_ = str(row["origin"]).partition(",")
        (order,) = self.rows(model, [["id", "=", int(id_)]], "number")
        return str(order["number"])

    def _said(self, method: str, *arguments: Any) -> Any:
        answer = self._answer(method, *arguments)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _answer(self, method: str, *arguments: Any) -> dict[str, Any]:
        call = {"id": 1, "method": method, "params": arguments}
        answer = self.client.post(f"{self.office.url}/rpc/", json=call)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said


_TEXT = "description"
