"""Why a sign-in at another party did not come to be: for the customer, and for staff.

Staff find the reason in the log by the number that the customer reads. Nothing here repeats what
the provider or a browser said: that may be anything.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Reading(StrEnum):
    """What the customer reads: a key of `connection.` in the words of signing in."""

    AGAIN = "again"  # start anew, from our own page
    CANCELLED = "cancelled"
    AWAY = "away"  # the party does not answer
    NOT_RIGHT = "not_right"  # it answered something that we do not believe
    UNKNOWN = "unknown"  # nobody here has this address
    NO_MAIL = "no_mail"
    TAKEN = "taken"  # the address is of an account that another one there has
    STAFF = "staff"
    NOT_ENOUGH = "not_enough"  # two steps were asked, and not proved
    OTHER_PERSON = "other_person"  # somebody else proved them
    MOVED = "moved"


class Check(StrEnum):
    """What did not hold. The value is the code in the log and in `balie logins test`."""

    STATE = "state"
    REPEATED = "repeated parameter"
    ISS_PARAMETER = "iss parameter"
    CANCELLED = "access denied"
    ASKED_FOR_MORE = "interaction required"
    PROVIDER_ERROR = "error answer"
    NO_CODE = "no code"
    PUSHED = "pushed request"
    UNREACHABLE = "unreachable"
    FORBIDDEN_ADDRESS = "address not allowed"
    DISCOVERY = "discovery"
    DISCOVERY_ISSUER = "discovery issuer"
    DISCOVERY_ADDRESS = "discovery address"
    NO_PKCE = "no S256"
    NO_ALGORITHM = "no algorithm"
    KEYS = "keys"
    CLIENT = "client refused"
    CODE = "code refused"
    TOKEN_ANSWER = "token answer"  # noqa: S105 - the name of a check
    TOKEN_TYPE = "token type"  # noqa: S105
    NO_ID_TOKEN = "no id token"  # noqa: S105
    ENCRYPTED = "encrypted token"
    MALFORMED = "malformed token"
    TYPE = "typ"
    ALGORITHM = "alg"
    CRITICAL = "crit"
    KEY = "unknown key"
    SIGNATURE = "signature"
    ISSUER = "iss"
    POLICY = "policy"
    AUDIENCE = "aud"
    AUTHORISED_PARTY = "azp"
    EXPIRED = "exp"
    ISSUED = "iat"
    NOT_YET = "nbf"
    NONCE = "nonce"
    SUBJECT = "sub"
    UID = "uid claim"
    ACCESS_HASH = "at_hash"
    USERINFO = "userinfo"
    USERINFO_SUBJECT = "userinfo sub"
    NO_MAIL = "no mail address"
    UNKNOWN_PERSON = "unknown person"
    MOVED = "moved"
    OTHER_SUBJECT = "another account has this address"
    STAFF = "staff sign in locally"
    EVENT = "events"
    SESSION = "sid and sub"
    REPLAYED = "jti"
    LEVEL = "acr"
    AUTH_TIME = "auth_time"
    CANNOT_PROVE = "no step-up"
    OTHER_PERSON = "another person"


class Refused(Exception):
    """A check that did not hold."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.value)
        self.check = check

    @property
    def reading(self) -> Reading:
        """What the customer reads."""
        return _READINGS.get(self.check, Reading.NOT_RIGHT)


_READINGS: Mapping[Check, Reading] = MappingProxyType(
    {
        Check.STATE: Reading.AGAIN,
        Check.REPEATED: Reading.AGAIN,
        Check.NO_CODE: Reading.AGAIN,
        Check.CODE: Reading.AGAIN,
        Check.ASKED_FOR_MORE: Reading.AGAIN,
        Check.CANCELLED: Reading.CANCELLED,
        Check.PROVIDER_ERROR: Reading.AWAY,
        Check.UNREACHABLE: Reading.AWAY,
        Check.NO_MAIL: Reading.NO_MAIL,
        Check.UNKNOWN_PERSON: Reading.UNKNOWN,
        Check.OTHER_SUBJECT: Reading.TAKEN,
        Check.STAFF: Reading.STAFF,
        Check.LEVEL: Reading.NOT_ENOUGH,
        Check.AUTH_TIME: Reading.NOT_ENOUGH,
        Check.CANNOT_PROVE: Reading.NOT_ENOUGH,
        Check.OTHER_PERSON: Reading.OTHER_PERSON,
        Check.MOVED: Reading.MOVED,
    }
)

EXPLAINED: Mapping[Check, tuple[str, str]] = MappingProxyType(
    {
        Check.STATE: (
            "The answer does not belong to a sign-in that this browser began here.",
            (
                "Begin again from our sign-in page. If it is always so: the callback address at "
                "the provider must be on the address that customers type (BALIE_PUBLIC_URL)."
            ),
        ),
        Check.REPEATED: (
            "A part of the answer came twice.",
            "Nothing that a provider does by itself; look at what stands between.",
        ),
        Check.ISS_PARAMETER: (
            "The answer names another issuer, or none where the provider promises to (RFC 9207).",
            "Set the issuer exactly as the provider's description says it.",
        ),
        Check.CANCELLED: (
            (
                "The provider says that access was denied: somebody cancelled, or may not use this "
                "application."
            ),
            "Assign the people or groups to the application at the provider.",
        ),
        Check.ASKED_FOR_MORE: (
            "The provider wants something of the person first: to sign in, to choose, to consent.",
            "They begin again. If it is always so, grant consent for the application once.",
        ),
        Check.PROVIDER_ERROR: (
            "The provider answered with an error.",
            (
                "Its own log tells which; often a scope that the application may not ask, or a "
                "callback address that is not registered."
            ),
        ),
        Check.NO_CODE: (
            "The answer has no code.",
            "Let the application use the authorization code flow (response type `code`).",
        ),
        Check.PUSHED: (
            "The provider wants requests over its own address first (PAR), and refused ours.",
            (
                "Its own log tells which part; often a callback address that is not registered, or "
                "a scope that the application may not ask. Or do not require PAR for this one."
            ),
        ),
        Check.UNREACHABLE: (
            "The provider does not answer, in time or at all.",
            "Open the address from this machine; look at proxies and firewalls.",
        ),
        Check.FORBIDDEN_ADDRESS: (
            "An address is on our own network, is not https, or is none.",
            (
                "Use https and a public name. A host of your own network is allowed by name in "
                "BALIE_PRIVATE_LOGINS."
            ),
        ),
        Check.DISCOVERY: (
            "What stands at the discovery address is no description of an OpenID provider.",
            "Open it in a browser: it must be JSON with `issuer` and `token_endpoint`.",
        ),
        Check.DISCOVERY_ISSUER: (
            "The provider's description names another issuer than the connection.",
            (
                "Set the issuer to what the description says, letter by letter: a `/` at the end "
                "counts, and so does a tenant's number in place of its name."
            ),
        ),
        Check.DISCOVERY_ADDRESS: (
            "The provider's description names an address that is not https, or none.",
            "Let the provider run behind https, and know that it does.",
        ),
        Check.NO_PKCE: (
            "The provider says which PKCE methods it knows, and S256 is not among them.",
            "Switch PKCE with S256 on.",
        ),
        Check.NO_ALGORITHM: (
            "The provider signs in no way that we believe.",
            (
                "Let the application's ID tokens be signed with RS256, PS256, ES256 or EdDSA; not "
                "with HS256 and not with `none`."
            ),
        ),
        Check.KEYS: (
            "The provider's keys cannot be read, or none of them can sign.",
            "Open its `jwks_uri`: RSA keys of 2048 bits or more, or EC or Ed25519 keys.",
        ),
        Check.CLIENT: (
            "The provider does not accept who we say that we are.",
            (
                "Compare client id and secret, and how the client proves itself (--proof). A "
                "secret may have run out: add the connection again with a new one."
            ),
        ),
        Check.CODE: (
            "The provider does not accept its own code any more.",
            "They begin again. If it is always so, compare the callback address, letter by letter.",
        ),
        Check.TOKEN_ANSWER: (
            "The token endpoint answered something that is no answer of one.",
            "Look at what stands between: a firewall's page, a wrong path.",
        ),
        Check.TOKEN_TYPE: (
            "The access token is not of the kind Bearer.",
            "Switch DPoP or mutual TLS binding of tokens off for this application.",
        ),
        Check.NO_ID_TOKEN: (
            "There is no ID token in the answer.",
            "Let the application have the scope `openid`.",
        ),
        Check.ENCRYPTED: (
            "The ID token is encrypted.",
            "Switch encryption of ID tokens off: they travel over https, from server to server.",
        ),
        Check.MALFORMED: ("A token is no signed JSON Web Token.", "Nothing at our side."),
        Check.TYPE: (
            "A token of another kind stands in the place of this one.",
            "Nothing at our side; look at the provider's own settings of tokens.",
        ),
        Check.ALGORITHM: (
            "A token is signed in a way that we do not believe, or not at all.",
            "Let ID tokens be signed with RS256, PS256, ES256 or EdDSA.",
        ),
        Check.CRITICAL: (
            "A token asks for an extension that nobody here knows.",
            "Switch it off at the provider.",
        ),
        Check.KEY: (
            "A token is signed with a key that the provider does not publish.",
            "Wait a minute after a change of keys: they are asked again once a minute at most.",
        ),
        Check.SIGNATURE: (
            "The signature of a token is not right.",
            (
                "Whoever made it does not have the provider's key. Look whether the discovery "
                "address is of the same provider."
            ),
        ),
        Check.ISSUER: (
            "The ID token is of another issuer than the connection.",
            (
                "Set the issuer to what the description says. With Azure AD B2C the description of "
                "each policy says it."
            ),
        ),
        Check.POLICY: (
            "The ID token comes from another policy (`tfp` or `acr`) than the connection's.",
            "Set the name of the policy as the user flow is called; capitals do not matter.",
        ),
        Check.AUDIENCE: ("The ID token is meant for another application.", "Compare client ids."),
        Check.AUTHORISED_PARTY: (
            (
                "The ID token was made for another application (`azp`), or for several without "
                "saying for which."
            ),
            "Let the application have one audience.",
        ),
        Check.EXPIRED: (
            "The ID token is too old, or says no end.",
            "Compare the clocks of both machines.",
        ),
        Check.ISSUED: (
            "The ID token does not say when it was made, or a time that cannot be.",
            "Compare the clocks of both machines.",
        ),
        Check.NOT_YET: (
            "The ID token is not valid yet.",
            "Compare the clocks of both machines.",
        ),
        Check.NONCE: (
            "The ID token was not made for this sign-in.",
            (
                "The provider must copy `nonce` from what we ask; look whether something in "
                "between keeps answers."
            ),
        ),
        Check.SUBJECT: (
            "The ID token does not say whom it is about.",
            "With Azure AD B2C choose another claim, `--uid oid`, and let the user flow give it.",
        ),
        Check.UID: (
            "The ID token lacks the claim by which the provider knows people (--uid).",
            (
                "Let it be in the ID token. With Azure AD B2C: User's Object ID, in the user "
                "flow's application claims."
            ),
        ),
        Check.ACCESS_HASH: (
            "ID token and access token do not belong together.",
            "Nothing at our side.",
        ),
        Check.USERINFO: (
            "The userinfo endpoint answered something that is no answer of one.",
            "Let it answer JSON, unsigned; or take it out of what is asked: --no-userinfo.",
        ),
        Check.USERINFO_SUBJECT: (
            "Userinfo is about somebody else than the ID token.",
            "Nothing at our side: this is what an attack looks like.",
        ),
        Check.NO_MAIL: (
            "The provider gives no mail address.",
            "Ask the scope `email`, or let the claim `email` (or `emails`) be in the ID token.",
        ),
        Check.MOVED: (
            "Nobody signs in by this connection any more: its people were moved to another.",
            "If it was a mistake, add it again:  balie logins add NAME …",
        ),
        Check.UNKNOWN_PERSON: (
            "No system knows a customer with this mail address, and nobody here has it.",
            "Compare the address at the provider with that in your systems.",
        ),
        Check.OTHER_SUBJECT: (
            "Somebody else at the provider already signs in as the person with this address.",
            (
                "An address was given to somebody new, or an account was made again. If it is "
                "meant:  balie logins unlink MAIL"
            ),
        ),
        Check.STAFF: (
            "Somebody of staff came by this connection, which is for customers.",
            "Staff sign in locally.",
        ),
        Check.EVENT: (
            "The token is no logout token: it lacks the event, or has a nonce.",
            "Nothing at our side.",
        ),
        Check.SESSION: (
            "The token does not say whose session ends.",
            "Let it have `sid` or `sub`.",
        ),
        Check.LEVEL: (
            "Two steps were asked, and the ID token does not say that they were proved.",
            (
                "Look which value the provider gives for them, and name it with --two-steps (and "
                "the claim with --level-claim). Somebody may have no second step there yet."
            ),
        ),
        Check.AUTH_TIME: (
            "The ID token does not say when they proved it (auth_time), or it is too long ago.",
            (
                "Let the provider give auth_time when it is asked for max_age. If it does and the "
                "time is old, it did not ask them again."
            ),
        ),
        Check.CANNOT_PROVE: (
            "The connection does not say how two steps are asked, or by which value it tells them.",
            "balie logins add again, with --step-up and --two-steps.",
        ),
        Check.OTHER_PERSON: (
            "Somebody else proved two steps than who is signed in here.",
            "They sign out at the provider first. Nothing at our side.",
        ),
        Check.REPLAYED: ("The token came before, or has no `jti`.", "Nothing at our side."),
    }
)
