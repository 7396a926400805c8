"""Mistakes that are made again and again when a connection is set up: told before they puzzle.

Each comes from the documents of a party, or from what its customers ask in public.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from balie.identity.connections.connection import ClientProof, Connection, StepUp, well_known

Mistake = tuple[str, str]
"""What is seen, and what to change where."""

_NUMBER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OF_ALL_TENANTS = frozenset({"common", "organizations", "consumers"})
_MICROSOFT = frozenset({"azure-b2c", "entra-external-id"})
_LOCAL = frozenset({"localhost", "127.0.0.1"})

WHERE: Mapping[str, str] = MappingProxyType(
    {
        "okta-org": "Okta: Applications > the application > General > Sign-in redirect URIs",
        "okta-custom": "Okta: Applications > the application > General > Sign-in redirect URIs",
        "auth0": "Auth0: Applications > the application > Settings > Allowed Callback URLs",
        "onewelcome": "OneWelcome: the OpenID client > redirect URIs",
        "azure-b2c": "Azure: App registrations > the application > Authentication > Web",
        "entra-external-id": "Entra: App registrations > the application > Authentication > Web",
        "keycloak": "Keycloak: Clients > the client > Settings > Valid redirect URIs",
    }
)
"""Where the address that people come back to is registered."""


def mistakes_in(connection: Connection, callback: str) -> Iterator[Mistake]:
    """What can be seen before anybody is asked. callback: our address that people come back to."""
    yield from _of_addresses(connection)
    yield from _of_secret(connection)
    yield from _of_policies(connection)
    if "email" not in connection.scopes and connection.preset != "azure-b2c":
        yield (
            f"We ask for {' '.join(connection.scopes)}, and not for the mail address.",
            "Ask it:  --scope openid --scope profile --scope email",
        )
    here = urlsplit(callback)
    if here.scheme == "http" and here.hostname not in _LOCAL:
        yield (
            f"People come back to {callback}, without https: many parties take no such address.",
            "Set BALIE_PUBLIC_URL to the address that customers type, with https.",
        )


def why_another_issuer(connection: Connection, named: str) -> str:
    """What to change when a description names another issuer. named: which, "" for none."""
    if not named:
        return "Compare the address with the one in the party's own documents."
    if "{tenantid}" in named:
        return (
            "That is the address of every tenant at once, so that anybody could come. Put the "
            "number of your own tenant in the place of `common` or `organizations`, in --issuer "
            "and --discovery."
        )
    if named.startswith("https://sts.windows.net/"):
        return (
            "That is version 1 of Microsoft's addresses. Put /v2.0 behind the tenant: --issuer "
            "https://login.microsoftonline.com/TENANT-ID/v2.0"
        )
    if named.rstrip("/") == connection.issuer.rstrip("/"):
        return f"The `/` at the end counts:  --issuer {named}"
    return f"If that is the party you mean:  --issuer {named}  --discovery {connection.discovery}"


def why_no_description(connection: Connection) -> str:
    """What to change when nothing is described at the address."""
    if connection.discovery != well_known(connection.issuer):
        if connection.preset == "azure-b2c":
            return (
                "Open the user flow in the Azure portal and press Run user flow: the address at "
                "the top is the one for --discovery. The flow's name stands in it."
            )
        return "Open the address in a browser; --discovery names it."
    match connection.preset:
        case "okta-org" if urlsplit(connection.issuer).path.strip("/"):
            return (
                "The organisation's own issuer has no path:  --issuer https://acme.okta.com. One "
                "with /oauth2/… is of --preset okta-custom."
            )
        case "okta-custom":
            return (
                "Okta: Security > API > Authorization Servers shows the issuer; without that page "
                "you have none of these: --preset okta-org."
            )
        case "keycloak":
            return "It ends with /realms/NAME; before version 17 /auth stood in front of that."
        case "onewelcome":
            return "The issuer has a path, such as /oauth: the console shows the Discovery URL."
    return (
        "Open it in a browser: it must be JSON with `issuer` and `token_endpoint`. Where the "
        "description stands elsewhere, --discovery names it."
    )


def _of_addresses(connection: Connection) -> Iterator[Mistake]:
    for address in (connection.issuer, connection.discovery):
        parts = urlsplit(address)
        if (parts.hostname or "").endswith(("-admin.okta.com", "-admin.oktapreview.com")):
            yield (
                f"{address} is of the console where Okta is managed.",
                f"Leave -admin out:  {address.replace('-admin.', '.')}",
            )
            return
        if not _OF_ALL_TENANTS.isdisjoint(parts.path.lower().split("/")):
            yield (
                f"{address} is of every tenant at once.",
                why_another_issuer(connection, "{tenantid}"),
            )
            return


def _of_secret(connection: Connection) -> Iterator[Mistake]:
    if connection.proof is not ClientProof.NONE and not connection.secret:
        yield (
            "Its secret cannot be opened: the key that closed it is not in BALIE_KEYS any more.",
            "Put that key back behind the others, or add the connection again with its secret.",
        )
    if connection.preset in _MICROSOFT and _NUMBER.fullmatch(connection.secret):
        yield (
            "The secret looks like the *number* of a secret (Secret ID).",
            "Certificates & secrets shows two columns: copy Value, which is shown once.",
        )


def _of_policies(connection: Connection) -> Iterator[Mistake]:
    if not connection.policy:
        return
    if connection.policy.lower() not in connection.discovery.lower():
        yield (
            f"The address of the description does not name the policy {connection.policy}.",
            f"--discovery is the address of that very flow:  {connection.discovery}",
        )
    if connection.step_up is StepUp.POLICY and not connection.two_steps:
        yield (
            "Two steps are asked by another policy, and none is named.",
            "Make a user flow with multifactor authentication, and name it with --two-steps.",
        )
