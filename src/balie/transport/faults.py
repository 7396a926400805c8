"""What can be wrong with a call that brought no answer, in a word and in a sentence for staff."""

from collections.abc import Mapping
from enum import StrEnum
from ssl import CertificateError

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponseError,
    ClientSSLError,
    ConnectionTimeoutError,
    InvalidURL,
)

from balie.transport.bodies import TooLarge, Unreadable
from balie.transport.doors import NotAllowed


class Fault(StrEnum):
    """What can be wrong with a call that brought no answer."""

    TIMEOUT = "timeout"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    NO_CONNECTION = "no connection"
    NOT_ALLOWED = "not allowed"
    BAD_ADDRESS = "bad address"
    BAD_CERTIFICATE = "bad certificate"


FAULTS = (TimeoutError, OSError, ClientError, TooLarge, Unreadable, ValueError)
OURS = frozenset({Fault.NOT_ALLOWED, Fault.BAD_ADDRESS})

TEXTS: Mapping[Fault, str] = {
    Fault.TIMEOUT: "did not answer in time",
    Fault.TOO_LARGE: "answered with more than we read",
    Fault.UNREADABLE: "broke off its answer, or packed it in a way that we cannot read",
    Fault.NO_CONNECTION: "cannot be reached",
    Fault.NOT_ALLOWED: "is at an address of our own network; allow its host if that is meant",
    Fault.BAD_ADDRESS: "has an address or a header that cannot be used",
    Fault.BAD_CERTIFICATE: "has a certificate that we do not trust",
}


_KINDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Fault], ...] = (
    (NotAllowed, Fault.NOT_ALLOWED),
    (TimeoutError, Fault.TIMEOUT),
    (TooLarge, Fault.TOO_LARGE),
    ((Unreadable, ClientPayloadError, ClientResponseError), Fault.UNREADABLE),
    ((ClientSSLError, CertificateError), Fault.BAD_CERTIFICATE),
    (InvalidURL, Fault.BAD_ADDRESS),
    ((ClientError, OSError), Fault.NO_CONNECTION),
    (ValueError, Fault.BAD_ADDRESS),
)


def fault_of(error: Exception) -> Fault:
    """The first that fits; the order matters, as many of these are kinds of OSError."""
    if isinstance(error, ClientConnectorError) and isinstance(error.os_error, NotAllowed):
        return Fault.NOT_ALLOWED
    return next(fault for kinds, fault in _KINDS if isinstance(error, kinds))


_SENT_AGAIN = frozenset({"PUT", "DELETE"})  # by aiohttp itself, when a kept connection had ended


def may_have_gone_out(method: str, error: Exception) -> bool:
    """Whether the system may have heard it; False only when there was no connection to send it."""
    no_connection = isinstance(error, ClientConnectorError | ConnectionTimeoutError)
    return method in _SENT_AGAIN or not no_connection
