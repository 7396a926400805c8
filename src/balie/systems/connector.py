"""The contract that every connector fulfils.

A kind of connector is a folder `balie/connectors/<kind>/` with `connector.toml`, `connector.py`
(`connect`, `read_contract`, perhaps `describe`), its recorded answers, its tests and its README.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from balie.systems.contract import Contract
from balie.systems.profile import Profile
from balie.systems.query import Query
from balie.systems.rows import Rows
from balie.systems.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a connector gets to work with: one system of one blueprint.

    name: what the blueprint calls the system ("erp"); title: what people call it.
    at: the system's address, without a slash at the end.
    settings: values for `${NAME}` in the profile; secrets live here and nowhere else.
    tables: the blueprint's name of a table -> the system's own.
    """

    name: str
    title: str
    at: str
    contract: Contract
    profile: Profile
    transport: Transport
    now: Callable[[], datetime]
    settings: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    language: str = "nl"


class Connector(Protocol):
    """One system, in our words. Raises Unavailable, Refused or Misconfigured, nothing else."""

    async def check(self) -> None:
        """Returns when the system answers and lets us in."""
        ...

    async def read(self, query: Query) -> Rows:
        """The rows that the query asks for; of an unreadable row, why."""
        ...


class Connect(Protocol):
    """`connect` of a connector's folder."""

    def __call__(self, connection: Connection) -> Connector: ...


class Describe(Protocol):
    """`describe` of a connector's folder, for a system whose description has to be asked for.

    tables: the system's own names. languages: of the labels. Gives the bytes of a contract file.
    Raises Unavailable, Refused or Misconfigured.
    """

    async def __call__(
        self, connection: Connection, tables: Sequence[str], languages: Sequence[str]
    ) -> bytes: ...


class ReadContract(Protocol):
    """`read_contract` of a connector's folder: the bytes of its contract files -> a Contract.

    Raises ValueError in plain words when the files cannot be read.
    """

    def __call__(self, files: Sequence[bytes], profile: Profile) -> Contract: ...
