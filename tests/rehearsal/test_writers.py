"""The writers of http and odata hold to the contract of writers, on the rehearsed systems."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache

import pytest

from balie.rehearsal.backoffice import BackOffice, back_offices
from balie.rehearsal.launch import RehearsedSystem
from balie.systems.conformance_writing import WritingBench, WritingConformance
from balie.systems.connector import Connection
from balie.systems.kinds import installed
from balie.systems.loopback import PlainTransport
from balie.systems.rows import Raw, Row
from balie.systems.writing import Change, Document, How, Repeat, Writer
from tests.rehearsal.conftest import BLUEPRINT
from tests.rehearsal.test_http_writes import CASE, SANNE
from tests.systems.mischief import Mischief

KEY = "0000018f2a4b6c8d00112233445566-1"
NATURAL = Repeat(How.NATURAL_KEY, "id")
SECRET = "Lange Geheimweg " * 10
SPEAKS = {"erp": "odata", "crm": "http", "carrier": "http"}


@cache
def offices() -> Mapping[str, BackOffice]:
    return {office.name: office for office in back_offices(BLUEPRINT)}


class OnRehearsed(WritingConformance):
    """A bench on one of the example's rehearsed systems."""

    name = ""

    @pytest.fixture(autouse=True)
    def _running(self, systems: Mapping[str, RehearsedSystem], found: Mapping[str, str]) -> None:
        self.system = systems[self.name]
        self.found = found
        lines = self.system.log()
        self.began = lines[-1].seq if lines else 0

    def writer(self) -> tuple[Writer, Mischief]:
        office = offices()[self.name]
        mischief = Mischief(PlainTransport(timeout=5))
        make = installed()[SPEAKS[self.name]].writer
        assert make is not None
        connection = Connection(
            name=self.name,
            title="The system",
            at=self.found[f"{self.name.upper()}_URL"],
            contract=office.contract,
            profile=office.profile,
            transport=mischief,
            now=lambda: datetime.now(UTC),
            settings=self.found,
            tables=office.tables,
        )
        return make(connection), mischief

    def count(self) -> int:
        """Effects, without rows inside others and without what a system puts in its rows."""
        effects = self.system.effects(self.began)
        return len(
            [e for e in effects if not e.table.endswith("Lines") and "photoUrl" not in e.fields]
        )

    def row(self, table: str, key: str) -> Row:
        return next(row for row in self.system.rows(table) if row["id"] == key)


class TestHttpWriter(OnRehearsed):
    name = "crm"

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[WritingBench]:
        writer, mischief = self.writer()
        fields: dict[str, Raw] = {n: v for n, v in CASE.items() if n != "clientReference"}
        repeat = Repeat(How.FIND, "clientReference")
        new = Change(
            table="cases", key=KEY, repeat=repeat, fields=fields, returns=("caseNumber", "status")
        )
        unfit = Change(table="cases", key=KEY, repeat=repeat, fields={**fields, "subject": SECRET})
        was = self.row("contacts", SANNE)
        photo = Document(path="photo", media_type="image/jpeg", content=b"\xff\xd8photo")
        yield WritingBench(
            writer=writer,
            effects=self.count,
            mishap=mischief.happens,
            new=new,
            unfit=unfit,
            named="subject",
            secret=SECRET,
            changes=Change(
                table="contacts",
                key=KEY,
                repeat=NATURAL,
                row=SANNE,
                fields={"addressLine1": "Lindestraat 1"},
                shown={"addressLine1": was["addressLine1"]},
            ),
            other="Kade 9",
            meanwhile=lambda path, value: void(
                self.system.change_row("contacts", SANNE, {path: value})
            ),
            by={"email": str(was["email"])},
            file=Change(
                table="cases",
                key=KEY,
                repeat=NATURAL,
                row="00000000-0000-4000-8000-0000000000e1",
                document=photo,
            ),
        )

    async def test_a_change_of_another_field_meanwhile_is_no_conflict(self) -> None:
        async with self.bench() as it:
            assert it.changes is not None
            it.meanwhile("city", "Zwolle")
            await it.writer.write(it.changes)
            now = self.row("contacts", SANNE)
            assert (now["addressLine1"], now["city"]) == ("Lindestraat 1", "Zwolle")

    async def test_a_known_reference_leads_to_the_row_that_has_it(self) -> None:
        async with self.bench() as it:
            first = await it.writer.write(it.new)
            again = await it.writer.write(it.new)
            assert (again.row, again.again, again.values) == (first.row, True, first.values)
            assert it.effects() == 1


class TestHttpWriterWithAKeyInAHeader(OnRehearsed):
    name = "carrier"

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[WritingBench]:
        writer, mischief = self.writer()
        fields: dict[str, Raw] = {"reference": "R-000042", "service": "RETURN_PARCEL"}
        repeat = Repeat(How.HEADER, "Idempotency-Key")
        new = Change(
            table="labels", key=KEY, repeat=repeat, fields=fields, returns=("trackingCode",)
        )
        yield WritingBench(
            writer=writer,
            effects=self.count,
            mishap=mischief.happens,
            new=new,
            unfit=Change(
                table="labels", key=KEY, repeat=repeat, fields={**fields, "reference": SECRET}
            ),
            named="reference",
            secret=SECRET,
        )


class TestODataWriter(OnRehearsed):
    name = "erp"

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[WritingBench]:
        writer, mischief = self.writer()
        was = next(row for row in self.system.rows("customers") if row["number"] == "10085")
        fields: dict[str, Raw] = {
            "customerNumber": "10085",
            "creditMemoDate": "2026-11-22",
            "salesCreditMemoLines": [
                {
                    "lineType": "Item",
                    "lineObjectNumber": "KB-2215",
                    "quantity": 5,
                    "unitPrice": 7.85,
                }
            ],
        }
        repeat = Repeat(How.FIND, "externalDocumentNumber")
        yield WritingBench(
            writer=writer,
            effects=self.count,
            mishap=mischief.happens,
            new=Change(
                table="salesCreditMemos",
                key=KEY,
                repeat=repeat,
                fields=fields,
                returns=("number", "status"),
            ),
            unfit=Change(
                table="salesCreditMemos",
                key=KEY,
                repeat=repeat,
                fields={**fields, "sellToCity": SECRET},
            ),
            named="sellToCity",
            secret=SECRET,
            changes=Change(
                table="customers",
                key=KEY,
                repeat=NATURAL,
                row=str(was["id"]),
                fields={"addressLine1": "Lindestraat 1", "city": "Utrecht"},
                shown={"addressLine1": was["addressLine1"]},
            ),
            other="Kade 9",
            meanwhile=lambda path, value: void(
                self.system.change_row("customers", str(was["id"]), {path: value})
            ),
            by={"number": "10085"},
        )

    async def test_the_lines_of_a_row_are_made_with_it(self) -> None:
        async with self.bench() as it:
            made = await it.writer.write(it.new)
            lines = [
                row
                for row in self.system.rows("salesCreditMemoLines")
                if row["documentId"] == made.row
            ]
            assert [(row["lineObjectNumber"], row["quantity"]) for row in lines] == [("KB-2215", 5)]
            memo = self.row("salesCreditMemos", made.row)
            assert (memo["externalDocumentNumber"], memo["status"]) == (KEY, "Draft")


def void(_anything: object) -> None:
    """Nothing."""
