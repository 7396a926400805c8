"""Letters with a code: what they are made with, and making them."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from asgiref.sync import async_to_sync

from balie.backstage.addressing import Addressee, Made, NoLetter, addressee, letters_in
from balie.blueprint.model import Blueprint, MeLine
from balie.identity.linking.activation import Codes
from balie.site import systems
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
from balie.site.refusal import Refusal
from balie.site.sealing import trail_of
from balie.systems.connector import Connector
from balie.systems.errors import SystemFault
from balie.transport.http import Network

Connectors = Mapping[str, Connector]


def codes_of(blueprint: Blueprint, configuration: Configuration) -> Codes | None:
    """What knows the codes of letters; None where this blueprint has none."""
    return codes(configuration) if letters_in(blueprint) else None


def codes(configuration: Configuration) -> Codes:
    """What makes and knows codes, with a secret of its own."""
    keys = (key.encode() for key in configuration.keys)
    secrets = tuple(hashlib.sha256(b"balie: letters\0" + key).digest() for key in keys)
    return Codes(secrets, trail_of(configuration).note)


def line_of(blueprint: Blueprint, name: str) -> tuple[str, MeLine]:
    """The name of `me` that is linked, and how; name "" when there is only one. Raises Refusal."""
    found = letters_in(blueprint)
    if name in found:
        return name, found[name]
    if name or len(found) != 1:
        raise Refusal(
            "LETTERS",
            f"The blueprint has letters for: {', '.join(found) or 'nobody'}.",
            ["by letter: {number: …, postcode: …}  at a line of  me:  makes them possible"],
        )
    return next(iter(found.items()))


def make(found: Checked, configuration: Configuration, name: str, numbers: Sequence[str]) -> Made:
    """Makes a code for each of these numbers. All rows are read before the first code is made.

    Raises Refusal when the system does not answer: then nothing was made.
    """
    linked, line = line_of(found.blueprint, name)
    looked = asyncio.run(_addressees(found, configuration, line, numbers))
    return _made(codes(configuration), linked, looked)


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """Makes letters for the pages of staff. Fulfils `identity.desk.MakesLetters`."""

    blueprint: Blueprint
    connectors: Mapping[str, Connector]
    codes: Codes

    @property
    def names(self) -> Sequence[str]:
        """Names of `me` that a letter links."""
        return tuple(letters_in(self.blueprint))

    def make(self, name: str, numbers: Sequence[str], by: str) -> Made:
        """Makes a code for each of these numbers. All rows are read before the first code is made.

        by: the id of whoever has them made. Raises SystemFault: then nothing was made.
        """
        line = letters_in(self.blueprint)[name]
        looked = async_to_sync(_all_of)(line, numbers, self.connectors[line.system])
        return _made(self.codes, name, looked, by)


def letter_desk(blueprint: Blueprint, codes: Codes | None, at: Connectors) -> LetterDesk | None:
    """What makes letters on the systems that are open; None where this blueprint has none."""
    return None if codes is None else LetterDesk(blueprint, at, codes)


def _made(
    codes: Codes, name: str, looked: Sequence[tuple[str, Addressee | NoLetter]], by: str = ""
) -> Made:
    now = utc_now()
    letters = [
        {
            **one.printed,
            "number": one.number,
            "postcode": one.postcode,
            "code": codes.make(name, one.key, one.number, one.postcode, now, by),
        }
        for _, one in looked
        if isinstance(one, Addressee)
    ]
    return Made(letters, [(number, one) for number, one in looked if isinstance(one, NoLetter)])


def revoke(configuration: Configuration, number: str) -> int:
    """Takes the letters of a number back; how many."""
    return codes(configuration).revoke(number, utc_now())


async def _addressees(
    found: Checked, configuration: Configuration, line: MeLine, numbers: Sequence[str]
) -> Sequence[tuple[str, Addressee | NoLetter]]:
    async with AsyncExitStack() as closing:
        network = Network(allowed_private=configuration.private_systems)
        closing.push_async_callback(network.close)
        connectors = systems.connectors(
            found.blueprint, found.contracts, network, configuration.values
        )
        try:
            return await _all_of(line, numbers, connectors[line.system])
        except SystemFault as fault:
            raise Refusal(
                "LETTERS", f"{line.system}: {fault.staff}", ["Nothing was made."]
            ) from fault


async def _all_of(
    line: MeLine, numbers: Sequence[str], connector: Connector
) -> Sequence[tuple[str, Addressee | NoLetter]]:
    return [(one, await addressee(line, one, connector)) for one in numbers]
