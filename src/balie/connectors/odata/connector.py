"""OData V4: what Balie asks of a kind of connector."""

from collections.abc import Sequence

from balie.connectors.odata.metadata import read_metadata
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract
from balie.systems.profile import Profile


def connect(connection: Connection) -> Connector:
    """A connector to one OData service."""
    raise NotImplementedError


def read_contract(files: Sequence[bytes], profile: Profile) -> Contract:
    """The contract in the service's `$metadata`. Raises ValueError in plain words."""
    return read_metadata(files, profile)
