"""What the pages of signing in elsewhere get from the site."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from balie.identity.connections.connection import Connection
from balie.identity.connections.register import Seal, connections
from balie.identity.connections.relying_party import RelyingParty


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """How people sign in with other parties.

    ways: names of connections, as customers of the blueprint `sign in with`: they get a button.
    local: whether customers sign in locally too. now: seconds since 1970.
    """

    party: RelyingParty
    seal: Seal
    now: Callable[[], float]
    public_url: str
    ways: Sequence[str] = ()
    local: bool = True

    def buttons(self) -> Sequence[Connection]:
        """The connections that the sign-in page shows, in the order of the blueprint."""
        if not self.ways:
            return ()
        there = {one.name: one for one in connections(self.seal)}
        ways = [there[way].moved_to or way for way in self.ways if way in there]
        return [there[way] for way in dict.fromkeys(ways) if way in there]


def address_of(public_url: str, name: str, page: str = "") -> str:
    """An address of ours that a provider knows: the callback, or `page` beside it."""
    return f"{public_url}/accounts/with/{name}/{page or 'back'}/"
