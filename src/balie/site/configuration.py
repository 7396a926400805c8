"""What an installation chooses: everything comes from the environment, read once, checked once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from cryptography.fernet import Fernet

from balie.site.refusal import Refusal

Network = IPv4Network | IPv6Network
T = TypeVar("T")

_YES = frozenset({"1", "yes", "true", "on"})
_ENGINES = ("rows", "dbos")
_LOGS = ("debug", "info", "warning")
_UNSAID_PORTS: Mapping[str, str] = {"http": ":80", "https": ":443"}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NO = frozenset({"", "0", "no", "false", "off"})


class WrongSetting(Refusal):
    """A setting is missing or cannot be used. Its text says which, why, and what to set."""

    def __init__(self, name: str, problem: str, *help_lines: str) -> None:
        super().__init__(f"SETTING {name}", problem, help_lines)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over. tls: "" (none), "starttls" or "tls"."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The choices of one installation.

    blueprint: the folder to run, or None when it was not said. state: the folder for our files.
    keys: Fernet keys; the first encrypts, the others still open what they once closed.
    demo_for_everybody: the demo may be at an address that others can open.
    private_systems: hosts of systems that may have a private address, such as "127.0.0.1".
    private_logins: the same for parties that people sign in with; these may be without https too.
    log: from which level on is logged: "debug", "info" or "warning".
    engine: what carries, "rows" (our own) or "dbos".
    acting_minutes: how long somebody of staff acts as a customer.
    pages_a_minute: how many one sign-in may ask for; 0: without end.
    headless: front ends of one's own may sign people in.
    failpoint: where a demo is killed on purpose, "" for nowhere.
    values: the environment, for `${NAME}` in `systems.yaml` and in profiles.
    """

    blueprint: Path | None
    state: Path
    database_url: str = field(repr=False)
    cache_url: str = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    public_url: str
    host: str
    port: int
    trusted_proxies: tuple[Network, ...] = ()
    demo: bool = False
    demo_for_everybody: bool = False
    private_systems: frozenset[str] = frozenset()
    private_logins: frozenset[str] = frozenset()
    mail: MailServer | None = None
    mail_from: str = ""
    log: str = "warning"
    engine: str = "rows"
    failpoint: str = ""
    acting_minutes: int = 15
    pages_a_minute: int = 600
    headless: bool = False
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def embedded(self) -> bool:
        """One machine, SQLite files; else PostgreSQL and as many processes as wanted."""
        return self.database_url.startswith("sqlite:")

    @property
    def https(self) -> bool:
        """Whether customers come over https."""
        return self.public_url.startswith("https:")

    @property
    def session_cookie(self) -> str:
        """The name of the sign-in cookie; `__Host-` binds it to this host, and needs https."""
        return "__Host-balie" if self.https else "balie"

    @property
    def database_file(self) -> Path:
        """The SQLite file of an embedded installation."""
        return _file_of(self.database_url)

    @property
    def breached_file(self) -> Path:
        """Passwords that nobody may choose: `balie passwords`."""
        return self.state / "breached-passwords"

    @property
    def cache_file(self) -> Path:
        """The SQLite file for last-known answers, unless they are kept in Redis."""
        return _file_of(self.cache_url)


def read(environment: Mapping[str, str]) -> Configuration:
    """The configuration that this environment says. Raises WrongSetting for what cannot be meant.

    Nothing is made or written. What is only needed to run is asked for by `demands`.
    """
    said = _Said(environment)
    state = Path(environment.get("BALIE_STATE") or "var/balie").absolute()
    port = said.read("BALIE_PORT", _port, default="8000")
    blueprint = environment.get("BALIE_BLUEPRINT")
    return Configuration(
        blueprint=Path(blueprint).absolute() if blueprint else None,
        state=state,
        database_url=said.read("BALIE_DATABASE_URL", _database, f"sqlite:///{state / 'balie.db'}"),
        cache_url=said.read("BALIE_CACHE_URL", _cache, default=f"sqlite:///{state / 'cache.db'}"),
        keys=said.read("BALIE_KEYS", _keys, default=_kept_keys(state)),
        public_url=said.read("BALIE_PUBLIC_URL", _public, default=f"http://127.0.0.1:{port}"),
        host=environment.get("BALIE_HOST") or "127.0.0.1",
        port=port,
        trusted_proxies=said.read("BALIE_TRUSTED_PROXIES", _networks),
        demo=said.read("BALIE_DEMO", _yes_or_no),
        demo_for_everybody=_is_public(environment.get("BALIE_DEMO", "")),
        private_systems=frozenset(environment.get("BALIE_PRIVATE_SYSTEMS", "").split(",")) - {""},
        private_logins=frozenset(environment.get("BALIE_PRIVATE_LOGINS", "").split(",")) - {""},
        mail=said.read("BALIE_MAIL_URL", _mail),
        mail_from=environment.get("BALIE_MAIL_FROM", ""),
        log=said.read("BALIE_LOG", _log, default="warning"),
        engine=said.read("BALIE_ENGINE", _engine, default="rows"),
        failpoint=environment.get("BALIE_FAILPOINT", ""),
        acting_minutes=said.read("BALIE_ACTING_MINUTES", _minutes, default="15"),
        pages_a_minute=said.read("BALIE_PAGES_A_MINUTE", _pages, default="600"),
        headless=said.read("BALIE_HEADLESS", _yes_or_no),
        values=dict(environment),
    )


def demands(configuration: Configuration) -> None:
    """Raises WrongSetting for the first thing that running needs and that is not there."""
    if not configuration.keys and not configuration.embedded:
        raise WrongSetting(
            "BALIE_KEYS",
            "With PostgreSQL every process must have the same key, so I do not make one up.",
            "Set BALIE_KEYS to a key, the same one for every process. This makes one:",
            "    python -c 'from cryptography.fernet import Fernet; "
            "print(Fernet.generate_key().decode())'",
        )
    if configuration.demo and not (configuration.demo_for_everybody or _is_here(configuration)):
        raise WrongSetting(
            "BALIE_DEMO",
            f"Everybody who can open {configuration.public_url} could sign in as the demo's people "
            "and read its mail.",
            "If that is meant:  BALIE_DEMO=public",
            "If it is only for you, leave BALIE_PUBLIC_URL away.",
        )
    if configuration.failpoint and not configuration.demo:
        raise WrongSetting(
            "BALIE_FAILPOINT",
            "This kills the process on purpose, to prove that nothing is lost.",
            "Only a demo may be killed so:  balie run --demo",
        )
    if configuration.mail is None and not configuration.demo:
        raise WrongSetting(
            "BALIE_MAIL_URL",
            "Customers sign in with a code that we mail to them, and I have no mail server.",
            "BALIE_MAIL_URL=smtp://user:password@mail.example.com:587?tls=starttls",
            "BALIE_MAIL_FROM=service@example.com",
            "To look around first, without mail:  balie run --demo",
        )
    if configuration.mail is not None and not configuration.mail_from:
        raise WrongSetting(
            "BALIE_MAIL_FROM",
            "I have a mail server, but no address to write from.",
            "BALIE_MAIL_FROM=service@example.com",
        )


def as_browsers_say(host: str, scheme: str) -> str:
    """A host as it stands in a request: in small letters, without the port that goes unsaid."""
    return host.lower().removesuffix(_UNSAID_PORTS.get(scheme, ""))


def make_key(configuration: Configuration) -> Path | None:
    """Makes a key in the state folder of an embedded installation that has none; says where.

    The file can be read by its owner only. Whoever loses it loses what it closed: last-known
    answers, which come back by themselves.
    """
    if configuration.keys or not configuration.embedded:
        return None
    configuration.state.mkdir(parents=True, exist_ok=True)
    file = configuration.state / "keys"
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(Fernet.generate_key().decode() + "\n")
    return file


class _Said:
    """Reads settings by name, so that every complaint can name its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def read(self, name: str, meaning: Callable[[str, str], T], default: str = "") -> T:
        return meaning(name, self.environment.get(name, "").strip() or default)


def _kept_keys(state: Path) -> str:
    file = state / "keys"
    return ",".join(file.read_text().split()) if file.is_file() else ""


def _file_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path.removeprefix("/")))


def _port(name: str, text: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text) and 0 < int(text) < 65536:
        return int(text)
    raise WrongSetting(name, f"{text!r} is not a port.", "A number from 1 to 65535: 8000")


def _minutes(name: str, text: str) -> int:
    if re.fullmatch(r"[0-9]{1,2}", text) and 0 < int(text) <= 60:
        return int(text)
    raise WrongSetting(name, f"{text!r} is no number of minutes.", "A number from 1 to 60: 15")


def _pages(name: str, text: str) -> int:
    if re.fullmatch(r"[0-9]{1,6}", text) and (text == "0" or int(text) >= 60):
        return int(text)
    raise WrongSetting(
        name,
        f"{text!r} is no number of pages that a person could live with.",
        "60 or more a minute for each sign-in:  600",
        "0 counts nothing, for who has a limit in front",
    )


def _database(name: str, text: str) -> str:
    _split(name, text)
    if re.match(r"sqlite:///.|postgres(ql)?://.", text):
        return text
    raise WrongSetting(
        name,
        f"I cannot use a database at {_without_password(text)}.",
        "SQLite:      sqlite:////var/lib/balie/balie.db",
        "PostgreSQL:  postgresql://balie:secret@db.example.com/balie",
    )


def _cache(name: str, text: str) -> str:
    _split(name, text)
    if re.match(r"sqlite:///.|rediss?://.", text):
        return text
    raise WrongSetting(
        name,
        f"I cannot keep last-known answers at {_without_password(text)}.",
        "A file:  sqlite:////var/lib/balie/cache.db",
        "Redis:   redis://cache.example.com/0",
    )


def _keys(name: str, text: str) -> tuple[str, ...]:
    keys = tuple(key for key in re.split(r"[,\s]+", text) if key)
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as error:
            raise WrongSetting(
                name,
                f"Key {number} is not a key: it must be 32 bytes as url-safe base64.",
                "python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'",
            ) from error
    return keys


def _public(name: str, text: str) -> str:
    address = _split(name, text)
    is_site = address.scheme in ("http", "https") and address.hostname and not address.username
    if is_site and address.path in ("", "/"):
        return f"{address.scheme}://{as_browsers_say(address.netloc, address.scheme)}"
    raise WrongSetting(
        name,
        f"{_without_password(text)} is not the address of a site.",
        "The address that customers type, without a path:  https://my.example.com",
    )


def _networks(name: str, text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise WrongSetting(
            name,
            f"I cannot read {text!r} as addresses: {error}.",
            "The addresses of your own proxies, with commas between:  10.0.0.0/8,192.0.2.7",
        ) from error


def _yes_or_no(name: str, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    if _is_public(text):
        return True
    raise WrongSetting(
        name, f"{text!r} is neither yes nor no.", f"{name}=1, {name}=0, or {name}=public"
    )


def _is_public(text: str) -> bool:
    return text.strip().lower() == "public"


def _is_here(configuration: Configuration) -> bool:
    """Whether the public address is this machine's own, which nobody else can open."""
    return urlsplit(configuration.public_url).hostname in LOOPBACK


def _log(name: str, text: str) -> str:
    if text.lower() in _LOGS:
        return text.lower()
    raise WrongSetting(name, f"{text!r} is no level of a log.", f"One of:  {', '.join(_LOGS)}")


def _engine(name: str, text: str) -> str:
    if text.lower() in _ENGINES:
        return text.lower()
    raise WrongSetting(name, f"{text!r} is no engine.", f"One of:  {', '.join(_ENGINES)}")


def _mail(name: str, text: str) -> MailServer | None:
    if not text:
        return None
    address = _split(name, text)
    tls = "tls" if address.scheme == "smtps" else address.query.removeprefix("tls=")
    if address.scheme in ("smtp", "smtps") and address.hostname and tls in ("", "starttls", "tls"):
        return MailServer(
            host=address.hostname,
            port=address.port or (465 if tls == "tls" else 587 if tls else 25),
            user=unquote(address.username or ""),
            password=unquote(address.password or ""),
            tls=tls,
        )
    raise WrongSetting(
        name,
        f"{_without_password(text)} is not a mail server.",
        "BALIE_MAIL_URL=smtp://user:password@mail.example.com:587?tls=starttls",
    )


def _split(name: str, text: str) -> SplitResult:
    """The parts of an address. Raises WrongSetting, which repeats nothing: it may be a password."""
    try:
        address = urlsplit(text)
        _ = address.port
    except ValueError:
        raise WrongSetting(
            name,
            "I cannot tell the parts of this address: its host or its port is none.",
            "Write a sign in a password as its number:  / is %2F, @ is %40, : is %3A, # is %23",
        ) from None
    return address


def _without_password(url: str) -> str:
    """The address as it may be shown: up to the last @ there may be a password, with any sign."""
    return repr(re.sub(r"//.*@", "//...@", url, flags=re.DOTALL))
